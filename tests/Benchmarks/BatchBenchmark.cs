using System.Globalization;
using static TorchSharp.torch;

namespace TrivialLayers.Benchmarks;

/// <summary>
/// How fast the segments behind a zeroed layer are for batches of different sizes. A larger batch stands for several layers' suffixes merged into one: from each group of a ResNet-20 to its end.
/// </summary>
internal static class BatchBenchmark
{
    private const int Images = 400;
    private const int Repeats = 5;

    private static readonly int[] s_batches = [25, 50, 100, 200, 400];

    public static void Run(Report report)
    {
        using var network = Workload.ResNet(20);
        using var images = Workload.TestImages(Images);
        using var evaluation = new EvaluationMode(network);
        foreach (var first in new[] { "layer1.0", "layer2.1", "layer3.1" })
        {
            var segment = network.Segments.Index().Single(entry => entry.Item.Name == first).Index;
            var medians = Turns.Medians([.. s_batches.Select(batch => (Func<double>)(() => Suffix(network, images, segment, batch)))]);
            report.Line(string.Create(CultureInfo.InvariantCulture,
                $"  from {first} to the end: {string.Join(", ", s_batches.Zip(medians, (batch, seconds) => $"batches of {batch}: {Images * Repeats / seconds:F0} images/s"))}"));
        }
    }

    private static double Suffix(ResNet network, ImageSet images, int segment, int batch)
    {
        using var scope = NewDisposeScope();
        var input = images.Batch(0, batch, ComputeDevice.Default).Images.ToChannelsLast();
        using var engine = PrefixReuse.For(network, input);
        engine.Begin(input);
        engine.From(segment, FoldedNetwork.NoneZeroed);
        return Turns.Seconds(() =>
        {
            for (var done = 0; done < Images * Repeats; done += batch)
            {
                using var inner = NewDisposeScope();
                engine.From(segment, FoldedNetwork.NoneZeroed);
            }
        });
    }
}
