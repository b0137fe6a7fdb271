using System.Diagnostics;
using TrivialLayers.Runtime;

namespace TrivialLayers.Benchmarks;

/// <summary>The built notebook host on a notebook of one cell, from start to end of the process.</summary>
internal static class HostBenchmark
{
    private const string OneCell =
        """
        {"cells":[{"cell_type":"code","execution_count":null,"id":"one","metadata":{},"outputs":[],"source":["1 + 1"]}],
         "metadata":{"kernelspec":{"display_name":".NET (C#)","language":"C#","name":".net-csharp"}},"nbformat":4,"nbformat_minor":5}
        """;

    public static void Run(Report report)
    {
        var folder = Directory.CreateTempSubdirectory("one-cell-");
        var notebook = Path.Combine(folder.FullName, "one-cell.ipynb");
        File.WriteAllText(notebook, OneCell);
        var host = Path.GetFullPath(Path.Combine(RepositoryFolder.Data, "..", "lib", "NotebookHost", "bin", "Release", "net10.0", "NotebookHost.dll"));
        double Start() => Turns.Seconds(() =>
        {
            using var process = Process.Start(new ProcessStartInfo("dotnet", [host, "run", notebook, "--out", Path.Combine(folder.FullName, "out")]) { RedirectStandardOutput = true })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"The host ended with {process.ExitCode}.");
        });
        Start();
        var seconds = Turns.Medians(Start)[0];
        folder.Delete(recursive: true);
        report.Line(FormattableString.Invariant($"  one cell {seconds:F2} s"));
        report.Figure("host.one_cell_seconds", seconds);
    }
}
