using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;

namespace TrivialLayers.Tests;

/// <summary>A process that runs a method of the library; here the one that tries convolutions, with none to try.</summary>
public sealed class ChildProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_loads_the_files_of_libtorch_that_are_loaded_here()
    {
        var (exit, lines) = Run(ChildProcess.Start(_folder.Path, ConvolutionCheck.Main, ["1"])!);
        Assert.Equal(0, exit);
        Assert.Equal(["convolutions: ready"], lines);
        Assert.Contains("LibTorchSharp", Path.GetFileName(LibTorch.LoadedFiles[^1]));
        using var configuration = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Directory.GetFiles(_folder.Path, "*.json").Single()));
        Assert.Equal(
            LibTorch.LoadedFiles, configuration.RootElement.GetProperty("runtimeOptions").GetProperty("configProperties").GetProperty(LibTorch.FilesProperty).GetString()!.Split(Path.PathSeparator));
    }

    [Fact]
    public void From_a_context_of_its_own_as_in_a_notebook_it_starts_too()
    {
        var folder = Path.GetDirectoryName(typeof(LibTorch).Assembly.Location)!;
        var context = new AssemblyLoadContext("a notebook's");
        context.Resolving += (own, name) => Path.Combine(folder, name.Name + ".dll") is var file && File.Exists(file) ? own.LoadFromAssemblyPath(file) : null;
        var assembly = context.LoadFromAssemblyPath(Path.Combine(folder, "TrivialLayers.dll"));
        var main = assembly.GetType(typeof(ConvolutionCheck).FullName!)!.GetMethod(nameof(ConvolutionCheck.Main))!.CreateDelegate<Action<string[]>>();
        var start = assembly.GetType(typeof(ChildProcess).FullName!)!.GetMethod(nameof(ChildProcess.Start))!.Invoke(null, [_folder.Path, main, new[] { "1" }]);

        var (exit, lines) = Run((ProcessStartInfo)start!);
        Assert.Equal(0, exit);
        Assert.Equal(["convolutions: ready"], lines);
    }

    private static (int Exit, string[] Lines) Run(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }
}
