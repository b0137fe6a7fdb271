using System.Diagnostics;
using System.Globalization;

namespace TrivialLayers.Benchmarks;

/// <summary>
/// Training beside others: how many images a second a training gets alone, beside one and two processes that use a core each, and beside a second training of its kind, by how libtorch's threads wait for each other;
/// PyTorch beside the same; and what the library's choice costs alone, in turns with OpenMP's own.
/// </summary>
internal static class BusyBenchmark
{
    /// <summary>The benchmark that this one starts in processes of their own, and what stands before each figure that they print.</summary>
    public const string Single = "pace";

    private const string Figure = "images per second: ";

    private const int Batch = 128, Batches = 20;

    /// <summary>Alone, trainings of so few batches alternate so often between two processes: the machine's moods, which last seconds, then meet both.</summary>
    private const int AloneTurns = 120, AloneBatches = 2;

    /// <summary>A training that takes longer than so many seconds is given up.</summary>
    private const int Patience = 60;

    private static readonly (string Name, string? Value)[] s_policies =
    [
        ("as the library chooses", null), ("GOMP_SPINCOUNT", "300000"), ("GOMP_SPINCOUNT", "100000"), ("GOMP_SPINCOUNT", "10000"), ("GOMP_SPINCOUNT", "1000"), ("GOMP_SPINCOUNT", "0"), ("OMP_WAIT_POLICY", "PASSIVE"),
    ];

    /// <summary>Trains in this process, once for each line of standard input, on as many batches as the line says.</summary>
    public static void RunSingle(Report report)
    {
        using var network = Workload.ResNet(20);
        using (var few = Workload.Part(2 * Batch))
            Workload.TrainingSeconds(network, few);
        while (Console.ReadLine() is { } batches)
        {
            using var data = Workload.Part(int.Parse(batches, CultureInfo.InvariantCulture) * Batch);
            report.Line(string.Create(CultureInfo.InvariantCulture, $"{Figure}{data.Train.Count / Workload.TrainingSeconds(network, data):F1}"));
        }
    }

    public static void Run(Report report)
    {
        foreach (var (name, value) in s_policies)
        {
            var policy = value is null ? name : $"{name}={value}";
            foreach (var neighbours in Enumerable.Range(0, 3))
                Tell(report, policy, $"beside {neighbours} busy", Beside(() => Busy(neighbours), name, value));
            Tell(report, policy, "beside itself", Beside(() => [Training(name, value)], name, value));
        }

        using var network = Workload.ResNet(20);
        using var data = Workload.Part(Batches * Batch);
        using var peer = Peer.For(network, data.Train);
        foreach (var neighbours in Enumerable.Range(0, peer is null ? 0 : 3))
            Tell(report, "PyTorch, channels-last", $"beside {neighbours} busy", While(() => Busy(neighbours), () => data.Train.Count / peer!.Run("train", "channels_last", Batch).Seconds));

        var (chosen, own) = (s_policies[0], s_policies[1]);
        List<Process> both = [Start(chosen.Name, chosen.Value), Start(own.Name, own.Value)];
        var alone = While(() => both, () => Turns.Medians(AloneTurns, () => Pace(both[0], AloneBatches), () => Pace(both[1], AloneBatches)));
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
        var rate = Pace(process, Batches);
        process.Kill();
        return rate;
    });

    /// <summary>Lets a process of <see cref="Start"/> train on so many batches: its rate, or 0 where that does not end in time.</summary>
    private static double Pace(Process process, int batches)
    {
        process.StandardInput.WriteLine(batches);
        var rate = Task.Run(() =>
        {
            var line = "";
            while (!line.StartsWith(Figure, StringComparison.Ordinal))
                line = process.StandardOutput.ReadLine() ?? throw new EndOfStreamException("The training ended without a figure.");
            return double.Parse(line[Figure.Length..], CultureInfo.InvariantCulture);
        });
        return rate.Wait(TimeSpan.FromSeconds(Patience)) ? rate.Result : 0;
    }

    /// <summary>What is measured while other processes run, which end afterwards.</summary>
    private static T While<T>(Func<IReadOnlyList<Process>> others, Func<T> measure)
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

    /// <summary>A training that does not end.</summary>
    private static Process Training(string name, string? value)
    {
        var process = Start(name, value);
        foreach (var _ in Enumerable.Range(0, Patience))
            process.StandardInput.WriteLine(Batches);
        return process;
    }

    private static Process Start(string name, string? value)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Benchmarks.dll"), Single]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (value is not null)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
