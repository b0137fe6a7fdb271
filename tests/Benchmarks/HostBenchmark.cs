using System.Diagnostics;
using System.Text.Json;

namespace TrivialLayers.Benchmarks;

/// <summary>The built notebook host: a notebook of one cell from start to end of the process, and the first answers of a kernel.</summary>
internal static class HostBenchmark
{
    private const string OneCell =
        """
        {"cells":[{"cell_type":"code","execution_count":null,"id":"one","metadata":{},"outputs":[],"source":["1 + 1"]}],
         "metadata":{"kernelspec":{"display_name":".NET (C#)","language":"C#","name":".net-csharp"}},"nbformat":4,"nbformat_minor":5}
        """;

    public static void Run(Report report)
    {
        var folder = Directory.CreateTempSubdirectory("host-").FullName;
        try
        {
            var notebook = Path.Combine(folder, "one-cell.ipynb");
            File.WriteAllText(notebook, OneCell);
            void RunOneCell() => Host("run", notebook, "--out", Path.Combine(folder, "out"));
            RunOneCell();
            var seconds = Turns.Medians(() => Turns.Seconds(RunOneCell))[0];
            report.Line(FormattableString.Invariant($"  one cell {seconds:F2} s"));
            report.Figure("host.one_cell_seconds", seconds);
            if (Python.TryRun("-c", "import jupyter_client") is null)
                report.Line($"  {Python.Path} has no jupyter_client (Debian: jupyter-client), so the kernel is not measured");
            else
                Kernel(report, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Kernel(Report report, string folder)
    {
        Host("install", "--prefix", folder, "--name", "measured");
        JsonElement Start() => JsonDocument.Parse(Python.Run([Python.Script("kernel.py"), "measured"], ("JUPYTER_PATH", Path.Combine(folder, "share", "jupyter")))).RootElement;
        var answers = Enumerable.Range(0, Turns.Repeats).Select(_ => Start()).ToList();
        foreach (var what in new[] { "kernel_info", "first_cell", "later_cell" })
        {
            var median = answers.Select(answer => answer.GetProperty(what).GetDouble()).Order().ElementAt(answers.Count / 2);
            report.Line(FormattableString.Invariant($"  kernel: {what.Replace('_', ' ')} {1000 * median:F0} ms"));
            report.Figure($"kernel.{what}_seconds", median);
        }
    }

    private static void Host(params string[] arguments)
    {
        using var process = Process.Start(BuiltHost.Command(arguments))!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"The host ended with {process.ExitCode}.");
    }
}
