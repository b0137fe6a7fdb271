namespace TrivialLayers.Benchmarks;

/// <summary>Training with crop and flip, against PyTorch's. Validation is not counted.</summary>
internal static class TrainBenchmark
{
    private const int Batch = 128;

    public static void Run(Report report)
    {
        Measure(report, depth: 20, images: 40 * Batch);
        Measure(report, depth: 56, images: 20 * Batch);
    }

    private static void Measure(Report report, int depth, int images)
    {
        using var network = Workload.ResNet(depth);
        using var data = Workload.Part(images);
        using var peer = Peer.For(network, data.Train);

        // Forward, and backward for images and kernels: three times the arithmetic of an evaluation.
        var work = 3 * Workload.BySegment(network).Sum() * images;
        using var few = Workload.Part(2 * Batch);
        double Train()
        {
            Workload.TrainingSeconds(network, few); // the peer warms up as well
            return Workload.TrainingSeconds(network, data);
        }

        var medians = Turns.Medians([Train, .. peer is null ? Array.Empty<Func<double>>() : [() => peer.Run("train", "channels_last", Batch).Seconds]]);
        report.Rate($"ResNet-{depth}", medians[0], images, work);
        if (peer is null)
            return;
        report.Rate("PyTorch, channels-last", medians[1], images, work);
        report.Figure($"train.resnet{depth}.ratio_vs_pytorch_channels_last", medians[1] / medians[0]);
    }
}
