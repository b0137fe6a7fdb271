using System.ComponentModel;
using System.Diagnostics;

namespace TrivialLayers.Benchmarks;

/// <summary>The Python whose PyTorch and Jupyter are measured beside ours: the one that Debian's packages install into, or the one that <c>TRIVIAL_LAYERS_PYTHON</c> names.</summary>
internal static class Python
{
    public static readonly string Path = Environment.GetEnvironmentVariable("TRIVIAL_LAYERS_PYTHON") is { Length: > 0 } named ? named : "/usr/bin/python3";

    /// <summary>A script in <c>peers/</c>.</summary>
    public static string Script(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "peers", name);

    /// <summary>What a script prints; an error where it fails.</summary>
    public static string Run(IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{Path} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}: {errors.Result}");
    }

    /// <summary>What a script prints, or null where there is no Python or the script fails.</summary>
    public static string? TryRun(params string[] arguments)
    {
        try
        {
            return Run(arguments);
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException)
        {
            return null;
        }
    }
}
