using System.Globalization;

namespace TrivialLayers.Benchmarks;

/// <summary>
/// Evaluations, against PyTorch's. Few images and many passes: with 10,000 images PyTorch spends most of its time on memory that the C library gives back to the system after every layer.
/// </summary>
internal static class EvaluateBenchmark
{
    private const int Images = 2000;

    private const int Passes = 5;

    public static void Run(Report report)
    {
        using var network = Workload.ResNet(20);
        using var test = Workload.TestImages(Images);
        using var few = Workload.TestImages(Workload.WarmUp);
        using var peer = Peer.For(network, test);
        var (work, answers) = (Workload.BySegment(network).Sum() * Images * Passes, Images * Passes);
        void Evaluate()
        {
            for (var pass = 0; pass < Passes; pass++)
                Evaluation.Accuracy(network, test);
        }

        double Theirs(string layout) => peer!.Run("evaluate", layout, Evaluation.DefaultBatch, "--passes", Passes.ToString(CultureInfo.InvariantCulture)).Seconds;

        var medians = Turns.Medians(
        [
            () => Turns.Seconds(Evaluate, warmUp: () => Evaluation.Accuracy(network, few)),
            .. peer is null ? Array.Empty<Func<double>>() : [() => Theirs("default"), () => Theirs("channels_last")],
        ]);
        report.Rate("ResNet-20", medians[0], answers, work);
        if (peer is null)
            return;
        report.Rate("PyTorch, default layout", medians[1], answers, work);
        report.Rate("PyTorch, channels-last", medians[2], answers, work);
        report.Figure("evaluate.resnet20.ratio_vs_pytorch_channels_last", medians[2] / medians[0]);
    }
}
