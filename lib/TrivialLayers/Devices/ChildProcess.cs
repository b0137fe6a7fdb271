using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using TorchSharp;

namespace TrivialLayers;

/// <summary>
/// A process beside this one that runs a method of this library, with the same .NET, the same TorchSharp and the very files of libtorch that are loaded here. It does not matter how the library got
/// here: from a program's folder, a package or a reference in a notebook.
/// </summary>
internal static class ChildProcess
{
    /// <summary>A program that loads two assemblies and calls a method of the second, embedded in this assembly: a library has no entry point of its own.</summary>
    private const string Program = "ChildProgram.dll";

    /// <summary>The full path of the <c>dotnet</c> command of the .NET that this process runs on: three folders above the shared framework. It need not be there.</summary>
    public static string DotNet { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    /// <summary>How to start it, or null where that is not possible: in an application that is one file, or one that brings its .NET along and finds no <c>dotnet</c>.</summary>
    /// <param name="folder">An empty folder for its program; needed while it runs.</param>
    /// <param name="main">A static method of this library.</param>
    /// <param name="arguments">What the method gets.</param>
    public static ProcessStartInfo? Start(string folder, Action<string[]> main, IReadOnlyList<string> arguments)
    {
        var (library, torchSharp) = (typeof(ChildProcess).Assembly.Location, typeof(torch).Assembly.Location);
        var runtime = Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory());
        if (library.Length == 0 || torchSharp.Length == 0 || !File.Exists(DotNet))
            return null;

        var program = Path.Combine(folder, Program);
        using (var embedded = typeof(ChildProcess).Assembly.GetManifestResourceStream(Program)!)
        using (var file = File.Create(program))
            embedded.CopyTo(file);
        File.WriteAllText(Path.ChangeExtension(program, ".runtimeconfig.json"), Configuration(Path.GetFileName(runtime)).ToJsonString());

        var start = new ProcessStartInfo(DotNet, ["exec", program, torchSharp, library, main.Method.DeclaringType!.FullName!, main.Method.Name, .. arguments]) { WorkingDirectory = folder };
        // Programs that watch this process have no business in the other, and a crash there leaves no dump.
        foreach (var name in new[] { "DOTNET_STARTUP_HOOKS", "CORECLR_ENABLE_PROFILING", "DOTNET_DbgEnableMiniDump", "COMPlus_DbgEnableMiniDump" })
            start.Environment.Remove(name);
        // oneDNN's settings are those that this process was started with, not those that .NET was told since: by these libtorch computes here.
        foreach (var name in start.Environment.Keys.Where(ProcessorFeatures.IsSetting).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in ProcessorFeatures.Settings)
            start.Environment[name] = value;
        return start;
    }

    private static JsonObject Configuration(string version) => new()
    {
        ["runtimeOptions"] = new JsonObject
        {
            ["framework"] = new JsonObject { ["name"] = "Microsoft.NETCore.App", ["version"] = version },
            ["configProperties"] = new JsonObject
            {
                [LibTorch.FilesProperty] = string.Join(Path.PathSeparator, LibTorch.LoadedFiles),
                ["System.GC.Concurrent"] = false,
                ["System.Globalization.Invariant"] = true,
            },
        },
    };
}
