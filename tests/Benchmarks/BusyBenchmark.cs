using System.Diagnostics;
using System.Globalization;
using MathNet.Numerics.Statistics;

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

    private const int Batch = 128;

    /// <summary>Processes take turns with trainings of so few batches: the machine's pace drifts within seconds, and all then see the same of it.</summary>
    private const int InTurn = 2;

    /// <summary>So many turns beside others; and alone, where a small cost is looked for.</summary>
    private const int BesideTurns = 7, AloneTurns = 121;

    /// <summary>A training that takes longer than so many seconds is given up.</summary>
    private const int Patience = 60;

    private static readonly (string Name, (string Variable, string Value)? Value)[] s_policies =
    [
        ("as the library chooses", null), .. new[] { "300000", "100000", "30000", "1000", "0" }.Select(turns => ($"GOMP_SPINCOUNT={turns}", ((string, string)?)("GOMP_SPINCOUNT", turns))),
        ("OMP_WAIT_POLICY=PASSIVE", ("OMP_WAIT_POLICY", "PASSIVE")),
    ];

    /// <summary>Trains in this process, once for each line of standard input, on as many batches as the line says.</summary>
    public static void RunSingle()
    {
        using var network = Workload.ResNet(20);
        using (var few = Workload.Part(2 * Batch))
            Workload.TrainingSeconds(network, few);
        while (Console.ReadLine() is { } batches)
        {
            using var data = Workload.Part(int.Parse(batches, CultureInfo.InvariantCulture) * Batch);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Figure}{data.Train.Count / Workload.TrainingSeconds(network, data):F1}"));
        }
    }

    public static void Run(Report report)
    {
        var alone = While(() => [.. s_policies.Select(policy => Start(policy.Value))], trainings =>
        {
            foreach (var training in trainings)
                Pace(training, InTurn); // all have started before any is measured
            foreach (var neighbours in Enumerable.Range(0, 3))
            {
                var rates = While(() => Busy(neighbours), _ => Turns.Medians(BesideTurns, [.. trainings.Select<Process, Func<double>>(training => () => Pace(training, InTurn))]));
                foreach (var (policy, rate) in s_policies.Zip(rates))
                    Tell(report, policy.Name, $"beside {neighbours} busy", rate);
            }

            foreach (var (policy, training) in s_policies.Zip(trainings))
                Tell(report, policy.Name, "beside itself", While(() => [Training(policy.Value)], _ => Turns.Medians(BesideTurns, () => Pace(training, InTurn))[0]));

            return Turns.Figures(AloneTurns, () => Pace(trainings[0], InTurn), () => Pace(trainings[1], InTurn));
        });
        TellRatio(report, alone[0], alone[1]);

        using var network = Workload.ResNet(20);
        using var data = Workload.Part(20 * Batch);
        using var peer = Peer.For(network, data.Train);
        foreach (var neighbours in Enumerable.Range(0, peer is null ? 0 : 3))
            Tell(report, "PyTorch, channels-last", $"beside {neighbours} busy", While(() => Busy(neighbours), _ => data.Train.Count / peer!.Run("train", "channels_last", Batch).Seconds));
    }

    /// <summary>The geometric mean of the ratios, pair by pair, and its 95 % interval (normal, in logarithms).</summary>
    private static void TellRatio(Report report, IReadOnlyList<double> chosen, IReadOnlyList<double> own)
    {
        var logarithms = chosen.Zip(own, (a, b) => Math.Log(a / b)).ToList();
        var (mean, margin) = (logarithms.Mean(), 1.96 * logarithms.StandardDeviation() / Math.Sqrt(logarithms.Count));
        report.Line(string.Create(CultureInfo.InvariantCulture, $"  alone, {s_policies[0].Name}: {Math.Exp(mean):F3} [{Math.Exp(mean - margin):F3}, {Math.Exp(mean + margin):F3}] of the pace with {s_policies[1].Name}, {logarithms.Count} pairs"));
        report.Figure("busy.alone.chosen_vs_openmp", Math.Exp(mean));
    }

    private static void Tell(Report report, string policy, string where, double rate)
    {
        report.Line(string.Create(CultureInfo.InvariantCulture, $"  {policy,-28} {where,-16} {(rate > 0 ? $"{rate:F0} images/s" : $"no end in {Patience} s")}"));
        report.Figure($"busy.{policy.Replace(' ', '_')}.{where.Replace(' ', '_')}", rate);
    }

    /// <summary>Lets a process of <see cref="Start"/> train on so many batches: its rate, or 0 where that does not end in time; the process is then ended.</summary>
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
        if (rate.Wait(TimeSpan.FromSeconds(Patience)))
            return rate.Result;
        process.Kill();
        return 0;
    }

    /// <summary>What is measured while processes run, which end afterwards.</summary>
    private static T While<T>(Func<IReadOnlyList<Process>> start, Func<IReadOnlyList<Process>, T> measure)
    {
        var started = start();
        try
        {
            return measure(started);
        }
        finally
        {
            foreach (var process in started)
            {
                if (!process.HasExited)
                    process.Kill();
                process.Dispose();
            }
        }
    }

    /// <summary>Neighbours that end with this process, however it ends.</summary>
    private static List<Process> Busy(int count) => [.. Enumerable.Range(0, count).Select(_ => Process.Start("sh", ["-c", $"while kill -0 {Environment.ProcessId} 2>/dev/null; do :; done"]))];

    /// <summary>A process with more to train on than ends while another is measured.</summary>
    private static Process Training((string, string)? setting)
    {
        var process = Start(setting);
        Pace(process, InTurn); // it has started
        foreach (var _ in Enumerable.Range(0, 10 * BesideTurns))
            process.StandardInput.WriteLine(InTurn);
        return process;
    }

    private static Process Start((string Variable, string Value)? setting)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Benchmarks.dll"), Single]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (setting is { } set)
            start.Environment[set.Variable] = set.Value;
        return Process.Start(start)!;
    }
}
