using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace NotebookHost.Engine;

/// <summary>A package named by <c>#r "nuget: Name, Version"</c>.</summary>
/// <param name="Name">The package's id.</param>
/// <param name="Version">The version as NuGet reads it; <c>*</c>, the newest, when none is given.</param>
internal sealed record PackageRequest(string Name, string Version)
{
    /// <summary>Whether it is TorchSharp or the libtorch that belongs to it.</summary>
    public bool IsTorch => Name.Equals("TorchSharp", StringComparison.OrdinalIgnoreCase)
        || Name.StartsWith("TorchSharp-", StringComparison.OrdinalIgnoreCase) || Name.StartsWith("libtorch-", StringComparison.OrdinalIgnoreCase);
}

/// <summary>The files of a set of packages with everything they depend on.</summary>
/// <param name="CompileAssemblies">What the compiler refers to.</param>
/// <param name="RuntimeAssemblies">What is loaded.</param>
/// <param name="NativeLibraries">Libraries of the machine's own code.</param>
/// <param name="InsteadOfAsked">The version of the package that was taken because the one asked for is not in any source, or null.</param>
internal sealed record RestoredPackages(IReadOnlyList<string> CompileAssemblies, IReadOnlyList<string> RuntimeAssemblies, IReadOnlyList<string> NativeLibraries, string? InsteadOfAsked);

/// <summary>Restores packages as a project would: the .NET SDK restores a small project in a cache folder, whose assets file names the files.</summary>
internal sealed class PackageRestore
{
    /// <summary>Where restored packages are noted.</summary>
    public static string CacheFolder { get; } =
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "notebook-host", "packages");

    /// <summary>NuGet's warning that it took a newer version for one that no source has.</summary>
    private const string OtherVersion = "NU1603";

    private readonly List<PackageRequest> _requests = [];
    private readonly List<string> _sources = [];

    /// <summary>Reads what stands between the quotes of a <c>#r</c> line.</summary>
    public static bool TryParse(string reference, [NotNullWhen(true)] out PackageRequest? package)
    {
        const string prefix = "nuget:";
        package = null;
        if (!reference.TrimStart().StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            return false;
        var parts = reference.TrimStart()[prefix.Length..].Split(',', 2, StringSplitOptions.TrimEntries);
        if (parts[0].Length == 0)
            throw new DirectiveException($"""#r "{reference}" names no package. Write #r "nuget: Name, Version".""");
        package = new PackageRequest(parts[0], parts.Length > 1 && parts[1].Length > 0 ? parts[1] : "*");
        return true;
    }

    /// <summary>Adds an address or a folder to those where packages are looked for.</summary>
    public void AddSource(string source)
    {
        if (!_sources.Contains(source))
            _sources.Add(source);
    }

    /// <summary>Restores the package together with those asked for before, so that versions agree.</summary>
    /// <exception cref="DirectiveException">The restore failed; the message holds the SDK's errors.</exception>
    public async Task<RestoredPackages> Restore(PackageRequest package, CancellationToken cancellationToken)
    {
        _requests.Add(package);
        try
        {
            var folder = WriteProject();
            var assets = Path.Combine(folder, "obj", "project.assets.json");
            if (!File.Exists(assets) || _requests.Exists(request => request.Version.Contains('*', StringComparison.Ordinal)))
                await RunRestore(folder, cancellationToken).ConfigureAwait(false);
            return ReadAssets(assets, package);
        }
        catch
        {
            _requests.Remove(package);
            throw;
        }
    }

    private string WriteProject()
    {
        var project = new XElement("Project", new XAttribute("Sdk", "Microsoft.NET.Sdk"),
            new XElement("PropertyGroup",
                new XElement("TargetFramework", $"net{Environment.Version.Major}.0"),
                new XElement("RuntimeIdentifier", RuntimeInformation.RuntimeIdentifier),
                new XElement("SelfContained", "false"),
                _sources.Count == 0 ? null : new XElement("RestoreAdditionalProjectSources", string.Join(';', _sources))),
            new XElement("ItemGroup", _requests.Select(request =>
                new XElement("PackageReference", new XAttribute("Include", request.Name), new XAttribute("Version", request.Version)))));
        var text = project.ToString();
        var folder = Path.Combine(CacheFolder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16]);
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, Path.GetRandomFileName());
        File.WriteAllText(temporary, text);
        File.Move(temporary, Path.Combine(folder, "packages.csproj"), overwrite: true);
        return folder;
    }

    private async Task RunRestore(string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(DotNet.Command) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["restore", "packages.csproj", "--nologo", "-v:quiet", "-p:ImportDirectoryBuildProps=false", "-p:ImportDirectoryBuildTargets=false", "-p:ImportDirectoryPackagesProps=false"])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            if (process.ExitCode != 0)
            {
                var names = string.Join("; ", _requests.Select(request => $"{request.Name}, {request.Version}"));
                throw new DirectiveException($"The packages ({names}) could not be restored:\n{await output.ConfigureAwait(false)}{await error.ConfigureAwait(false)}".TrimEnd());
            }
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>The assets file lists each package's files under the one target framework and runtime of the project.</summary>
    private static RestoredPackages ReadAssets(string path, PackageRequest package)
    {
        var assets = JsonNode.Parse(File.ReadAllText(path))!;
        var roots = assets["packageFolders"]!.AsObject().Select(folder => folder.Key).ToList();
        var target = assets["targets"]!.AsObject().Single(target => target.Key.Contains('/', StringComparison.Ordinal)).Value!.AsObject();

        List<string> Files(string kind) =>
        [
            .. from library in target
               from file in library.Value![kind]?.AsObject() ?? []
               where !file.Key.EndsWith("_._", StringComparison.Ordinal)
               let relative = Path.Combine(assets["libraries"]![library.Key]!["path"]!.GetValue<string>(), file.Key)
               select roots.Select(root => Path.GetFullPath(relative, root)).First(File.Exists),
        ];

        return new RestoredPackages(Files("compile"), Files("runtime"), Files("native"), IsOther(assets, package) ? Taken(target, package.Name) : null);
    }

    /// <summary>Whether another version was taken than the one asked for; a range asks for none.</summary>
    private static bool IsOther(JsonNode assets, PackageRequest package) => package.Version.AsSpan().IndexOfAny("[(,*") < 0
        && assets["logs"]?.AsArray().Any(log => (string?)log!["code"] == OtherVersion && package.Name.Equals((string?)log["libraryId"], StringComparison.OrdinalIgnoreCase)) is true;

    private static string? Taken(JsonObject target, string name) =>
        target.Select(library => library.Key.Split('/')).FirstOrDefault(parts => parts[0].Equals(name, StringComparison.OrdinalIgnoreCase))?[1];
}
