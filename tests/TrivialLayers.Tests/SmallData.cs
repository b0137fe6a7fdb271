using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

/// <summary>Images that a small network learns in seconds: a bright bar whose place is the class, in noise.</summary>
internal static class SmallData
{
    public static readonly string[] Classes = ["top", "middle", "bottom"];

    public static DataSplit Split(int train = 96, int others = 48)
    {
        var training = Images("bars train", train, 1);
        return new("bars", training, Images("bars validation", others, 2, training), Images("bars test", others, 3, training));
    }

    /// <summary>A small network with starting weights, for these images.</summary>
    public static ResNet RandomResNet()
    {
        var network = ResNet.ForSmallImages(8, 4, Classes.Length, 1);
        Initialisation.He(network, 3);
        return network;
    }

    public static ImageSet Images(string name, int count, ulong seed, ImageSet? normalisedAs = null, int size = 12)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed, CPU);
        var pixels = randint(0, 100, [count, 1, size, size], generator: generator).to(ScalarType.Byte);
        var labels = arange(count, dtype: ScalarType.Int64).remainder(Classes.Length);
        var rows = arange(size).div(size / Classes.Length, RoundingMode.floor);
        var bar = rows.view(1, 1, size, 1).eq(labels.view(count, 1, 1, 1)).to(ScalarType.Byte).mul(150);
        return new ImageSet(name, (pixels + bar).to(ScalarType.Byte).contiguous().MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope(), Classes, normalisedAs?.Mean, normalisedAs?.Std);
    }
}
