using System.ComponentModel;
using System.Diagnostics;
using System.Security;

namespace TrivialLayers;

/// <summary>A NuGet package as a folder, for what packages hold besides code: pretrained networks, for instance.</summary>
public static class PackageFolder
{
    /// <summary>
    /// Restores a package with the <c>dotnet</c> command, from the package sources and into the package cache configured on this machine, without its dependencies. A package that is in the cache is not downloaded again.
    /// </summary>
    /// <param name="id">The package's id, for example <c>Microsoft.ML.DnnImageFeaturizer.ResNet18</c>.</param>
    /// <param name="version">The exact version, as NuGet writes it: three or four numbers, for example <c>0.23.1</c>.</param>
    /// <returns>The folder with its files.</returns>
    /// <exception cref="IOException">The package sources do not have it or cannot be reached; the message quotes NuGet.</exception>
    public static string Restore(string id, string version)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        ArgumentException.ThrowIfNullOrWhiteSpace(version);
        var project = Directory.CreateTempSubdirectory("trivial-layers-package-");
        try
        {
            File.WriteAllText(Path.Combine(project.FullName, "package.csproj"), $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
                  <ItemGroup><PackageDownload Include="{SecurityElement.Escape(id)}" Version="[{SecurityElement.Escape(version)}]" /></ItemGroup>
                </Project>
                """);
            Dotnet(project.FullName, "restore");
            var folder = Path.Combine(Dotnet(project.FullName, "msbuild", "-getProperty:NuGetPackageRoot").Trim(), id.ToLowerInvariant(), version.ToLowerInvariant());
            return Directory.Exists(folder) ? folder : throw new IOException($"{id} {version} was restored, but {folder} does not exist.");
        }
        finally
        {
            project.Delete(recursive: true);
        }
    }

    private static string Dotnet(string folder, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(ChildProcess.DotNet, [.. arguments]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Started(start);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new IOException($"dotnet {string.Join(' ', arguments)} failed: {output.Trim()} {errors.Result.Trim()}");
    }

    private static Process Started(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new IOException($"{start.FileName} cannot be started, but a package can be restored only with the .NET SDK: {error.Message}", error);
        }
    }
}
