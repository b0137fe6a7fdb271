using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Benchmarks;

/// <summary>
/// How many of libtorch's operators a step of a training and a batch of an evaluation or a sweep take, ours and PyTorch's: what small batches on a card are bound by, to be watched without one.
/// </summary>
internal static class LaunchBenchmark
{
    private const int Batch = 16, Few = 2, Many = 6;

    public static void Run(Report report)
    {
        if (!OperatorCount.IsPossible)
        {
            report.Line("  This libtorch cannot be asked.");
            return;
        }

        foreach (var depth in new[] { 20, 56 })
        {
            Tell(report, depth, "training", "a step", Training(depth, Few), Training(depth, Many));
            Tell(report, depth, "evaluation on a CPU", "a batch", Evaluating(depth, Few, isFolded: true), Evaluating(depth, Many, isFolded: true));
            Tell(report, depth, "evaluation on a GPU", "a batch", Evaluating(depth, Few, isFolded: false), Evaluating(depth, Many, isFolded: false));
            Tell(report, depth, "sweep on a CPU", "a batch, all layers in turn,", Sweeping(depth, Few), Sweeping(depth, Many));
            if (Theirs(depth, "train", Few) is not { } few)
                continue;
            Tell(report, depth, "training in PyTorch", "a step", few, Theirs(depth, "train", Many)!);
            Tell(report, depth, "evaluation in PyTorch", "a batch", Theirs(depth, "evaluate", Few)!, Theirs(depth, "evaluate", Many)!);
            Tell(report, depth, "sweep in PyTorch", "a batch, all layers in turn,", Theirs(depth, "sweep", Few)!, Theirs(depth, "sweep", Many)!);
        }
    }

    /// <summary>What each further batch takes, and what is left for the work as a whole.</summary>
    private static void Tell(Report report, int depth, string what, string unit, IReadOnlyDictionary<string, int> few, IReadOnlyDictionary<string, int> many)
    {
        static double Sum(IReadOnlyDictionary<string, int> counts, Func<string, bool> isCounted) => counts.Where(entry => isCounted(entry.Key)).Sum(entry => entry.Value);
        double Each(Func<string, bool> isCounted) => (Sum(many, isCounted) - Sum(few, isCounted)) / (Many - Few);
        double Once(Func<string, bool> isCounted) => Sum(few, isCounted) - Few * Each(isCounted);
        report.Line(FormattableString.Invariant($"  {what}, ResNet-{depth}: {unit} {Each(OperatorCount.Computes):F0} operators that compute, once {Once(OperatorCount.Computes):F0}"));
        var most = many.Keys.Where(OperatorCount.Computes).Select(name => (Name: name, Count: Each(candidate => candidate == name))).OrderByDescending(entry => entry.Count).ThenBy(entry => entry.Name, StringComparer.Ordinal).Take(8);
        report.Line($"    {string.Join(", ", most.Select(entry => FormattableString.Invariant($"{entry.Name.Replace("aten::", "", StringComparison.Ordinal)} {entry.Count:F0}")))}");
        var key = $"launches.{what.Replace(' ', '_').ToLowerInvariant()}.resnet{depth}";
        report.Figure($"{key}.operators_each", Each(OperatorCount.Computes));
        report.Figure($"{key}.operators_once", Once(OperatorCount.Computes));
    }

    private static IReadOnlyDictionary<string, int> Training(int depth, int batches)
    {
        using var scope = NewDisposeScope();
        using var network = Network(depth);
        using var images = GpuBenchmark.RandomImages(batches * Batch);
        using var data = new DataSplit("random", images, images.Take(Batch, 0), images.Take(Batch, 0));
        using var count = new OperatorCount();
        Trainer.Fit(network, data, new Recipe { Epochs = 1, Batch = Batch, LearningRate = 0.01 }, seed: 1);
        return count.Counts;
    }

    private static IReadOnlyDictionary<string, int> Evaluating(int depth, int batches, bool isFolded)
    {
        using var network = Network(depth);
        using var images = GpuBenchmark.RandomImages(batches * Batch);
        Evaluate(); // what is done once a network
        using var count = new OperatorCount();
        Evaluate();
        return count.Counts;

        void Evaluate()
        {
            using var answers = Evaluation.Answers(network, images, Batch, isFolded);
            answers.ToEvaluation();
        }
    }

    private static IReadOnlyDictionary<string, int> Sweeping(int depth, int batches)
    {
        using var network = Network(depth);
        using var images = GpuBenchmark.RandomImages(batches * Batch);
        using var count = new OperatorCount();
        Sweep.Run(network, images, new() { Batch = Batch });
        return count.Counts;
    }

    private static IReadOnlyDictionary<string, int>? Theirs(int depth, string task, int batches)
    {
        using var network = Network(depth);
        using var images = GpuBenchmark.RandomImages(batches * Batch);
        using var peer = Peer.For(network, images);
        return peer?.Operators(task, Batch);
    }

    private static ResNet Network(int depth)
    {
        var network = ResNet.ForSmallImages(depth, 16, 10, 3);
        network.to(ComputeDevice.Default);
        return network;
    }
}
