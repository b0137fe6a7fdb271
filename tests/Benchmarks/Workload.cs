using TorchSharp;

namespace TrivialLayers.Benchmarks;

/// <summary>What is measured on: CIFAR-10 and ResNets with starting weights, whose values do not matter for speed.</summary>
internal static class Workload
{
    private static readonly Lazy<DataSplit> s_data = new(() => Datasets.Load("cifar-10"));

    /// <summary>CIFAR-10, from <c>data/</c> or the folders in <c>TRIVIAL_LAYERS_DATA</c>.</summary>
    public static DataSplit Data => s_data.Value;

    /// <summary>Images that warm up an evaluation, as many as the peer takes.</summary>
    public const int WarmUp = 200;

    /// <summary>The first test images.</summary>
    public static ImageSet TestImages(int count) => Data.Test.Take(count, seed: 0);

    /// <summary>Seconds for one epoch on some training images, with crop and flip; validation is not counted.</summary>
    public static double TrainingSeconds(ResNet network, DataSplit part) =>
        part.Train.Count / Trainer.Fit(network, part, new Recipe { Epochs = 1, LearningRate = 0.1 }, seed: 1).Epochs[0].ImagesPerSecond;

    /// <summary>Some training images, with as few of the others as a training needs.</summary>
    public static DataSplit Part(int train) => new("part", Data.Train.Take(train, 0), Data.Validation.Take(100, 0), Data.Test.Take(100, 0));

    public static ResNet ResNet(int depth, int width = 16)
    {
        var network = TrivialLayers.ResNet.ForSmallImages(depth, width, Data.Classes.Count, Data.Channels);
        Initialisation.He(network, seed: 1);
        return network;
    }

    /// <summary>Multiply-accumulates of the convolutions, for one square image, by segment.</summary>
    public static IReadOnlyList<double> BySegment(SegmentedNetwork network, int side = 32)
    {
        var layers = NetworkLayers.For(network, network.Channels, side, side);
        return [.. network.Segments.Select(segment => layers.Where(layer => segment.Holds(layer.Name)).Sum(layer => (double)layer.MultiplyAccumulates!))];
    }

    /// <summary>
    /// Multiply-accumulates that a sweep cannot avoid, for one image: the baseline, and for each zeroed convolution the segments behind it. Behind the stem nothing depends on the image.
    /// </summary>
    public static double OfSweep(SegmentedNetwork network, int side = 32)
    {
        var segments = BySegment(network, side);
        return segments.Sum() + network.Layers.Where(layer => layer.Role != LayerRole.Stem).Sum(layer =>
            segments.Skip(1 + network.Segments.Index().Single(segment => segment.Item.Holds(layer.Name)).Index).Sum());
    }
}
