using System.Diagnostics;
using System.Globalization;

namespace TrivialLayers.Benchmarks;

/// <summary>
/// Training beside others: how many images a second a training gets alone, beside one and two processes that use a core each, and beside a second training of its kind, by how libtorch's threads wait for each other;
/// PyTorch beside the same; and what the library's choice costs alone, in turns with OpenMP's own.
/// </summary>
internal static class BusyBenchmark
{
    /// <summary>The benchmark that this one starts in a process of its own, and the figure that it prints.</summary>
    public const string Single = "pace";

    private const string Figure = "pace.images_per_second";

    private const int Batch = 128;

    private const int Images = 20 * Batch;

    /// <summary>So many trainings alone tell a small cost from noise better than three.</summary>
    private const int AloneTurns = 9;

    /// <summary>A training that takes longer than so many seconds is given up.</summary>
    private const int Patience = 60;

    private static readonly (string Name, string? Value)[] s_policies =
    [
        ("as the library chooses", null), ("GOMP_SPINCOUNT", "300000"), ("GOMP_SPINCOUNT", "10000"), ("GOMP_SPINCOUNT", "1000"), ("GOMP_SPINCOUNT", "0"), ("OMP_WAIT_POLICY", "PASSIVE"),
    ];

    /// <summary>One training of a few batches, in this process.</summary>
    public static void RunSingle(Report report)
    {
        using var network = Workload.ResNet(20);
        using var few = Workload.Part(2 * Batch);
        using var data = Workload.Part(Images);
        Workload.TrainingSeconds(network, few);
        report.Figure(Figure, Images / Workload.TrainingSeconds(network, data));
    }

    public static void Run(Report report)
    {
        foreach (var (name, value) in s_policies)
        {
            var policy = value is null ? name : $"{name}={value}";
            foreach (var neighbours in Enumerable.Range(0, 3))
                Tell(report, policy, $"beside {neighbours} busy", Beside(() => Busy(neighbours), name, value));
            Tell(report, policy, "beside itself", Beside(() => [Start(name, value)], name, value));
        }

        using var network = Workload.ResNet(20);
        using var data = Workload.Part(Images);
        using var peer = Peer.For(network, data.Train);
        foreach (var neighbours in Enumerable.Range(0, peer is null ? 0 : 3))
            Tell(report, "PyTorch, channels-last", $"beside {neighbours} busy", While(() => Busy(neighbours), () => Images / peer!.Run("train", "channels_last", Batch).Seconds));

        var (chosen, own) = (s_policies[0], s_policies[1]);
        var alone = Turns.Medians(AloneTurns, () => Beside(() => [], chosen.Name, chosen.Value), () => Beside(() => [], own.Name, own.Value));
        report.Line(string.Create(CultureInfo.InvariantCulture, $"  alone, medians of {AloneTurns} in turn: {alone[0]:F0} images/s as the library chooses, {alone[1]:F0} with {own.Name}={own.Value}"));
        report.Figure("busy.alone.chosen_vs_openmp", alone[0] / alone[1]);
    }

    private static void Tell(Report report, string policy, string where, double rate)
    {
        report.Line(string.Create(CultureInfo.InvariantCulture, $"  {policy,-28} {where,-16} {(rate > 0 ? $"{rate:F0} images/s" : $"no end in {Patience} s")}"));
        report.Figure($"busy.{policy.Replace(' ', '_')}.{where.Replace(' ', '_')}", rate);
    }

    /// <summary>The rate beside other processes, which end afterwards; 0 where the training does not end in time.</summary>
    private static double Beside(Func<IReadOnlyList<Process>> others, string name, string? value) => While(others, () =>
    {
        using var process = Start(name, value);
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(Patience)))
        {
            process.Kill();
            return 0;
        }

        var line = output.Result.Split('\n').Single(text => text.StartsWith(Figure + "=", StringComparison.Ordinal));
        return double.Parse(line[(Figure.Length + 1)..], CultureInfo.InvariantCulture);
    });

    /// <summary>What is measured while other processes run, which end afterwards.</summary>
    private static double While(Func<IReadOnlyList<Process>> others, Func<double> measure)
    {
        var started = others();
        try
        {
            return measure();
        }
        finally
        {
            foreach (var other in started)
            {
                if (!other.HasExited)
                    other.Kill();
                other.Dispose();
            }
        }
    }

    private static List<Process> Busy(int count) => [.. Enumerable.Range(0, count).Select(_ => Process.Start("sh", ["-c", "while :; do :; done"]))];

    private static Process Start(string name, string? value)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Benchmarks.dll"), Single]) { RedirectStandardOutput = true };
        if (value is not null)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
