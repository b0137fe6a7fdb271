using System.Diagnostics;

namespace TrivialLayers.Benchmarks;

/// <summary>The notebook host of this repository, as it was built.</summary>
internal static class BuiltHost
{
    /// <summary>The folder of the repository.</summary>
    public static string Repository { get; } = Path.GetFullPath(Path.Combine(RepositoryFolder.Data, ".."));

    /// <summary>How the host is started with these arguments; its output is redirected.</summary>
    public static ProcessStartInfo Command(params string[] arguments) =>
        new("dotnet", [Path.Combine(Repository, "lib", "NotebookHost", "bin", "Release", "net10.0", "NotebookHost.dll"), .. arguments]) { RedirectStandardOutput = true };
}
