using System.Diagnostics;

namespace TrivialLayers.Benchmarks;

/// <summary>Memory of sweeps: the peak of one of ResNet-56, and what twenty leave behind.</summary>
internal static class MemoryBenchmark
{
    private const int Sweeps = 20;

    public static void Run(Report report)
    {
        using var network = Workload.ResNet(56);
        using var images = Workload.TestImages(250);
        var after = new List<long>();
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            Sweep.Run(network, images);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            after.Add(Resident(process => process.WorkingSet64));
        }

        var peak = Resident(process => process.PeakWorkingSet64);
        report.Line(FormattableString.Invariant($"  ResNet-56, batches of {Evaluation.DefaultBatch}: peak {peak / 1e9:F2} GB; after the second sweep {after[1] / 1e6:F0} MB, after the twentieth {after[^1] / 1e6:F0} MB"));
        report.Figure("memory.resnet56_sweep_peak_gigabytes", peak / 1e9);
        report.Figure("memory.growth_over_20_sweeps", ((double)after[^1] / after[1]) - 1);
    }

    private static long Resident(Func<Process, long> read)
    {
        using var process = Process.GetCurrentProcess();
        return read(process);
    }
}
