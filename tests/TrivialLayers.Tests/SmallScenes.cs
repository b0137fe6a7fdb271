using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

/// <summary>Images for segmentation that a small network learns in seconds: a bright and a dark square in noise.</summary>
internal static class SmallScenes
{
    public static readonly string[] Classes = ["background", "bright", "dark"];

    public static DataSplit Split()
    {
        var training = Images("squares train", 64, 1);
        return new("squares", training, Images("squares validation", 16, 2, training), Images("squares test", 24, 3, training));
    }

    /// <summary>A small network with starting weights, for these images.</summary>
    public static UNet RandomUNet()
    {
        var network = UNet.ForSmallImages(levels: 2, width: 4, classes: Classes.Length, units: 1);
        Initialisation.He(network, 3);
        return network;
    }

    public static ImageSet Images(string name, int count, ulong seed, ImageSet? normalisedAs = null, int size = 12)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed, CPU);
        var pixels = randint(90, 160, [count, 1, size, size], generator: generator).to(ScalarType.Byte);
        var labels = zeros([count, size, size], ScalarType.Byte);
        for (var number = 0; number < count; number++)
        {
            foreach (var (label, value) in new[] { (1, 230), (2, 20) })
            {
                var place = randint(0, size - 5, [2], ScalarType.Int64, generator: generator).data<long>();
                foreach (var (target, with) in new[] { (pixels[number, 0], value), (labels[number], label) })
                    target.narrow(0, place[0], 5).narrow(1, place[1], 5).fill_(with);
            }
        }

        return new ImageSet(name, pixels.MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope(), Classes, normalisedAs?.Mean, normalisedAs?.Std);
    }
}
