using System.Runtime.InteropServices;

namespace NotebookHost.Engine;

/// <summary>The installed .NET that this process runs on.</summary>
internal static class DotNet
{
    /// <summary>The full path of its <c>dotnet</c> command: three folders above the shared framework.</summary>
    public static string Command { get; } =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
}
