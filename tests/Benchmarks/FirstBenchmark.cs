using System.Diagnostics;
using System.Globalization;

namespace TrivialLayers.Benchmarks;

/// <summary>
/// What a newcomer waits for: all notebooks in the profile <c>quick</c>, with nothing trained, tried or cached before. Once as this CPU is, and once as one without AVX-512, which most laptops are. How long until there is an index,
/// until the first page, and until the end. The build is not counted.
/// </summary>
internal static class FirstBenchmark
{
    /// <summary>What holds libtorch, oneDNN and MKL to AVX2.</summary>
    private static readonly Dictionary<string, string> s_withoutAvx512 = new() { ["ATEN_CPU_CAPABILITY"] = "avx2", ["ONEDNN_MAX_CPU_ISA"] = "AVX2", ["MKL_ENABLE_INSTRUCTIONS"] = "AVX2" };

    public static void Run(Report report)
    {
        Measure(report, "as it is", new Dictionary<string, string>());
        Measure(report, "without AVX-512", s_withoutAvx512);
    }

    private static void Measure(Report report, string machine, IReadOnlyDictionary<string, string> variables)
    {
        var folder = Directory.CreateTempSubdirectory("first-").FullName;
        try
        {
            var (pages, clock) = (Path.Combine(folder, "reports"), Stopwatch.StartNew());
            using var process = Start(folder, pages, variables);
            var output = process.StandardOutput.ReadToEndAsync();
            var (index, first) = (0.0, 0.0);
            while (!process.WaitForExit(100))
            {
                var found = Directory.Exists(pages) ? Directory.GetFiles(pages, "*.html") : [];
                index = index == 0 && Array.Exists(found, IsIndex) ? clock.Elapsed.TotalSeconds : index;
                first = first == 0 && !Array.TrueForAll(found, IsIndex) ? clock.Elapsed.TotalSeconds : first;
            }

            if (process.ExitCode != 0)
                throw new InvalidOperationException($"The host ended with {process.ExitCode}: {output.Result}");
            foreach (var (what, seconds) in new[] { ("index", index), ("first page", first), ("all notebooks", clock.Elapsed.TotalSeconds) })
            {
                report.Line(string.Create(CultureInfo.InvariantCulture, $"  {machine,-16} {what,-14} {seconds,6:F1} s"));
                report.Figure($"first.{machine}.{what}_seconds".Replace(' ', '_'), seconds);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool IsIndex(string page) => Path.GetFileName(page) == "index.html";

    private static Process Start(string folder, string pages, IReadOnlyDictionary<string, string> variables)
    {
        var start = BuiltHost.Command("run", Path.Combine(BuiltHost.Repository, "notebooks"), "--out", pages);
        start.Environment["TRIVIAL_LAYERS_RUNS"] = Path.Combine(folder, "runs");
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(folder, "cache");
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
