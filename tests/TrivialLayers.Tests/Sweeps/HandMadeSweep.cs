using System.Text.Json.Nodes;

namespace TrivialLayers.Tests;

/// <summary>Sweeps with known counts, made without any network.</summary>
internal static class HandMadeSweep
{
    public const int Images = 1000;

    public static readonly string[] Classes = ["cat", "dog & \"wolf\""];

    /// <summary>A stem that is needed, a layer that does nothing, a channel change in between, a shortcut; baseline 900 of 1000.</summary>
    public static Sweep Small(string network = "Net") => Of(
        network,
        ("conv1", LayerRole.Stem, 700, 20),
        ("layer1.0.conv1", LayerRole.Residual, 0, 0),
        ("layer2.0.conv1", LayerRole.ChannelChange, 60, 10),
        ("layer2.0.downsample.0", LayerRole.Shortcut, 15, 5));

    /// <summary>As many layers as the shape of a ResNet of this depth, with drops that fall with depth.</summary>
    public static Sweep ResNetOf(int depth, string network, int seed = 1, int images = Images)
    {
        var blocks = (depth - 2) / 6;
        var draws = new Random(seed);
        var layers = new List<(string, LayerRole, int, int)> { ("conv1", LayerRole.Stem, (int)(0.8 * images), (int)(0.01 * images)) };
        for (var group = 1; group <= 3; group++)
        {
            for (var block = 0; block < blocks; block++)
            {
                var changes = group > 1 && block == 0;
                layers.Add(($"layer{group}.{block}.conv1", changes ? LayerRole.ChannelChange : LayerRole.Residual, (int)((changes ? 0.5 : 0.12 * draws.NextDouble() / (block + 1)) * images), (int)(0.005 * images)));
                layers.Add(($"layer{group}.{block}.conv2", LayerRole.Residual, (int)(0.1 * draws.NextDouble() / (block + 1) * images), (int)(0.004 * images)));
                if (changes)
                    layers.Add(($"layer{group}.{block}.downsample.0", LayerRole.Shortcut, (int)(0.3 * images), (int)(0.004 * images)));
            }
        }

        return Of(network, images, [.. layers]);
    }

    public static Sweep Of(string network, params (string Name, LayerRole Role, int Lost, int Gained)[] layers) => Of(network, Images, layers);

    private static Sweep Of(string network, int images, (string Name, LayerRole Role, int Lost, int Gained)[] layers)
    {
        var correct = images * 9 / 10;
        return new Sweep(
            new SweepIdentity(network, "hand-made", new Identity(new JsonObject { ["weights"] = "00", ["images"] = "11", ["operation"] = Operation.Of() })),
            new SweepOptions(),
            null,
            Answers(correct, 0, 0, images, 0.25, 100),
            [.. layers.Select(layer => ((IReadOnlyList<Layer>)[Layer(layer.Name, layer.Role)], 1.0, Answers(correct, layer.Lost, layer.Gained, images, 0.5, 100.0 - (100.0 * layer.Lost / images))))],
            1.5,
            Provenance.Current());
    }

    private static Layer Layer(string name, LayerRole role)
    {
        var changes = role is LayerRole.ChannelChange or LayerRole.Shortcut;
        return new(name, role, "", 16, changes ? 32 : 16, 3, 3, changes ? 2 : 1, 1, changes ? 4608 : 2304);
    }

    /// <summary>The first images are right; of these the first are lost, and of the wrong ones the first gained.</summary>
    private static Measurement Answers(int correct, int lost, int gained, int images, double crossEntropy, double agreement)
    {
        var right = Enumerable.Range(0, images).Select(i => i < correct ? i >= lost : i < correct + gained).ToArray();
        var total = right.Count(r => r);
        return Measurement.Of(Outcomes.From(right, crossEntropy), new ConfusionMatrix(Classes, [total / 2, images - total, 0, total - (total / 2)]), agreement);
    }
}
