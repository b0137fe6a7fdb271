using System.ComponentModel;
using System.Diagnostics;
using System.Security;

namespace TrivialLayers;

/// <summary>A NuGet package as a folder, for what others publish there beside code: networks, for instance.</summary>
public static class PackageFolder
{
    /// <summary>
    /// Restores a package with the <c>dotnet</c> command, from the sources and into the package cache that this machine is set up for; without those it depends on. One that is in the cache is not fetched again.
    /// </summary>
    /// <param name="id">The package's id, for example <c>Microsoft.ML.DnnImageFeaturizer.ResNet18</c>.</param>
    /// <param name="version">The exact version, as NuGet writes it: three or four numbers, for example <c>0.23.1</c>.</param>
    /// <returns>The folder of its files.</returns>
    /// <exception cref="IOException">There is no such package in these sources, or they cannot be reached; the message has NuGet's own words.</exception>
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
            return Directory.Exists(folder) ? folder : throw new IOException($"{id} {version} was restored, and {folder} is not there.");
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
            throw new IOException($"{start.FileName} cannot be started, and without the .NET SDK no package can be restored: {error.Message}", error);
        }
    }
}
