using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Benchmarks;

/// <summary>How the time of sweeps, joint zeroing and training grows with depth, width and images: exponents of a power law, fitted by least squares on logarithms.</summary>
internal static class GrowthBenchmark
{
    private const int Images = 100;

    private static readonly int[] s_depths = [20, 32, 44, 56, 110];

    public static void Run(Report report)
    {
        Fit(report, "sweep, by depth", s_depths, depth => Swept(depth, 16, Images));
        Fit(report, "sweep, by width", [16, 32, 64], width => Swept(20, width, Images));
        Fit(report, "sweep, by images", [250, 500, 1000, 2000], images => Swept(20, 16, images));
        Fit(report, "three greedy steps, by depth", s_depths[..4], depth => Joint(depth));
        Fit(report, "training, by depth", s_depths[..4], depth => Train(depth, 16));
        Fit(report, "training, by width", [16, 32, 64], width => Train(20, width));
        ImageNet(report);
    }

    /// <summary>What a sweep of ResNet-152 on ImageNet's validation images would take, from its arithmetic and the time of a few images.</summary>
    private static void ImageNet(Report report)
    {
        const int Side = 224, Few = 16, Validation = 50_000;
        using var network = ResNet.ForLargeImages(152);
        Initialisation.He(network, seed: 1);
        using var generator = new Generator(1, CPU);
        using var images = new ImageSet(
            "random images", randint(256, [Few, network.Channels, Side, Side], ScalarType.Byte, generator: generator), zeros(Few, ScalarType.Int64), [.. Enumerable.Range(0, 1000).Select(label => $"{label}")]);
        Evaluation.Accuracy(network, images);
        var seconds = Turns.Medians(() => Turns.Seconds(() => Evaluation.Accuracy(network, images)))[0] / Few;
        var whole = Workload.BySegment(network, Side).Sum();
        var evaluations = Workload.OfSweep(network, Side) / whole;
        report.Rate("ResNet-152, 224×224 pixels, one evaluation", seconds, 1, whole);
        report.Line(FormattableString.Invariant($"  its sweep, {network.Layers.Count} layers, costs {evaluations:F0} evaluations: {seconds * evaluations * Validation / 3600:F0} hours for {Validation:N0} images"));
        report.Figure("growth.resnet152_imagenet_sweep_hours", seconds * evaluations * Validation / 3600);
    }

    private static double Swept(int depth, int width, int count)
    {
        using var network = Workload.ResNet(depth, width);
        using var images = Workload.TestImages(count);
        return Turns.Seconds(() => Sweep.Run(network, images));
    }

    private static double Joint(int depth)
    {
        using var network = Workload.ResNet(depth);
        using var images = Workload.TestImages(Images);
        return Turns.Seconds(() => Sweep.Run(network, images, new() { Targets = Targets.Greedy(3) }));
    }

    private static double Train(int depth, int width)
    {
        using var network = Workload.ResNet(depth, width);
        using var data = Workload.Part(4 * 128);
        return Workload.TrainingSeconds(network, data);
    }

    private static void Fit(Report report, string what, int[] sizes, Func<int, double> seconds)
    {
        seconds(sizes[0]);
        var medians = Turns.Medians([.. sizes.Select(size => (Func<double>)(() => seconds(size)))]);
        var (x, y) = (sizes.Select(size => Math.Log(size)).ToList(), medians.Select(median => Math.Log(median)).ToList());
        var slope = x.Zip(y, (a, b) => (a - x.Average()) * (b - y.Average())).Sum() / x.Sum(a => Math.Pow(a - x.Average(), 2));
        report.Line(string.Create(CultureInfo.InvariantCulture, $"  {what,-30} {string.Join(", ", sizes.Zip(medians, (size, median) => FormattableString.Invariant($"{size}: {median:F2} s")))}; exponent {slope:F2}"));
        report.Figure("growth." + what.Replace(", by ", ".", StringComparison.Ordinal).Replace(' ', '_') + "_exponent", slope);
    }
}
