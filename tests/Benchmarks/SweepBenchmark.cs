
namespace TrivialLayers.Benchmarks;

/// <summary>A sweep against one full evaluation a layer, ours and PyTorch's.</summary>
internal static class SweepBenchmark
{
    public static void Run(Report report)
    {
        Measure(report, depth: 20, images: 2000, withPeer: true);
        Measure(report, depth: 56, images: 500, withPeer: false);
    }

    private static void Measure(Report report, int depth, int images, bool withPeer)
    {
        using var network = Workload.ResNet(depth);
        using var test = Workload.TestImages(images);
        using var peer = withPeer ? Peer.For(network, test) : null;
        var evaluations = network.Layers.Count + 1;
        var whole = Workload.BySegment(network).Sum();
        report.Line($"  ResNet-{depth}, {images:N0} images, {network.Layers.Count} layers; arithmetic allows {evaluations * whole / Workload.OfSweep(network):F2}x over one full evaluation a layer");

        double Swept()
        {
            var sweep = Sweep.Run(network, test);
            return sweep.Targets.Select(target => target.Value).Append(sweep.Baseline.Value).Average();
        }

        double Plain()
        {
            var percents = new List<double> { Evaluation.Accuracy(network, test) };
            foreach (var layer in network.Layers)
            {
                using var zeroing = Zeroing.Of(network, layer.Name);
                percents.Add(Evaluation.Accuracy(network, test));
            }

            return percents.Average();
        }

        using var few = Workload.TestImages(Workload.WarmUp);
        void WarmUp() => Evaluation.Accuracy(network, few);
        double mean = 0, plainMean = 0, peerMean = 0;
        var medians = Turns.Medians(
        [
            () => Turns.Seconds(() => mean = Swept(), WarmUp),
            () => Turns.Seconds(() => plainMean = Plain(), WarmUp),
            () => Turns.Seconds(() => Evaluation.Accuracy(network, test), WarmUp),
            .. peer is null ? Array.Empty<Func<double>>() :
            [
                () => peer.Run("sweep", "default").Seconds,
                () =>
                {
                    (var seconds, peerMean) = peer.Run("sweep", "channels_last");
                    return seconds;
                },
            ],
        ]);
        var layerImages = (double)evaluations * images;
        report.Rate("sweep", medians[0], layerImages, Workload.OfSweep(network) * images);
        report.Rate("one full evaluation a layer", medians[1], layerImages, evaluations * whole * images);
        report.Rate("one evaluation", medians[2], images, whole * images);
        report.Figure($"sweep.resnet{depth}.speedup_vs_full_evaluation", medians[1] / medians[0]);
        if (depth == 20)
            report.Figure("sweep.resnet20.time_vs_arithmetic_bound", medians[0] / (medians[2] * Workload.OfSweep(network) / whole));
        if (peer is not null)
        {
            report.Rate("PyTorch, default layout", medians[3], layerImages, evaluations * whole * images);
            report.Rate("PyTorch, channels-last", medians[4], layerImages, evaluations * whole * images);
            report.Figure("sweep.resnet20.speedup_vs_pytorch", medians[3] / medians[0]);
            report.Figure("sweep.resnet20.speedup_vs_pytorch_channels_last", medians[4] / medians[0]);
        }

        report.Line(FormattableString.Invariant($"  mean accuracy over the layers: sweep {mean:F4} %, one by one {plainMean:F4} %") + (peer is null ? "" : FormattableString.Invariant($", PyTorch {peerMean:F4} %")));
    }
}
