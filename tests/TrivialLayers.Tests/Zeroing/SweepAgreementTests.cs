using TrivialLayers.Evidence;
using TrivialLayers.Models;
using TrivialLayers.Zeroing;

namespace TrivialLayers.Tests.Zeroing;

public sealed class SweepAgreementTests
{
    [Fact]
    public void It_compares_the_layers_that_all_networks_have_within_role_and_position()
    {
        using var images = SmallData.Images("bars", 60, 5);
        ZeroSweep Sweep(int depth, long seed)
        {
            using var network = ResNet.ForSmallImages(depth, 4, SmallData.Classes.Length, 1);
            Initialisation.He(network, seed);
            return ZeroSweep.Run(network, images, store: SweepStore.None);
        }

        var (small, other, deep) = (Sweep(14, 1), Sweep(14, 2), Sweep(20, 1));
        Assert.Equal(1, SweepAgreement.Test([small, small]).Agreement, 9);
        var shared = small.Layers.Select(layer => layer.Layer).Where(layer => deep.Layers.Any(found => found.Layer.Name == layer.Name)).ToList();
        double[] Drops(ZeroSweep sweep) => [.. shared.Select(layer => sweep.Layers.Single(found => found.Layer.Name == layer.Name).Drop)];
        var expected = RankAgreement.WithinStrata([Drops(small), Drops(deep)], [.. shared.Select(layer => $"{layer.Role}/{layer.Name.Split('.')[^1]}")]);
        Assert.Equal(expected, SweepAgreement.Test([small, deep]));
        Assert.Equal(3, SweepAgreement.Test([small, other, deep]).Networks);
        Assert.Throws<ArgumentException>(() => SweepAgreement.Test([small]));
    }
}
