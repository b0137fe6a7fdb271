using TrivialLayers.Evidence;

namespace TrivialLayers.Benchmarks;

/// <summary>One evaluation, against PyTorch's.</summary>
internal static class EvaluateBenchmark
{
    private const int Images = 2000;

    public static void Run(Report report)
    {
        using var network = Workload.ResNet(20);
        using var test = Workload.TestImages(Images);
        using var peer = Peer.For(network, test);
        var work = Workload.ByStage(network).Sum() * Images;
        Evaluation.Accuracy(network, test);
        var medians = Turns.Medians(
        [
            () => Turns.Seconds(() => Evaluation.Accuracy(network, test)),
            .. peer is null ? Array.Empty<Func<double>>() : [() => peer.Run("evaluate", "default").Seconds, () => peer.Run("evaluate", "channels_last").Seconds],
        ]);
        report.Rate("ResNet-20", medians[0], Images, work);
        if (peer is null)
            return;
        report.Rate("PyTorch, default layout", medians[1], Images, work);
        report.Rate("PyTorch, channels-last", medians[2], Images, work);
        report.Figure("evaluate.resnet20.ratio_vs_pytorch_channels_last", medians[2] / medians[0]);
    }
}
