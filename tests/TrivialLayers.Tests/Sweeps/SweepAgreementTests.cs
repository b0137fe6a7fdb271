
namespace TrivialLayers.Tests;

public sealed class SweepAgreementTests
{
    [Fact]
    public void It_compares_the_layers_that_all_networks_have_within_role_and_position()
    {
        var (small, other, deep) = (HandMadeSweep.ResNetOf(20, "a", 1), HandMadeSweep.ResNetOf(20, "a", 2), HandMadeSweep.ResNetOf(32, "b", 3));
        Assert.Equal(1, SweepAgreement.Test([small, small]).Agreement, 9);
        var shared = small.Targets.Select(layer => layer.Layer).Where(layer => deep.Targets.Any(found => found.Layer.Name == layer.Name)).ToList();
        Assert.Equal(small.Targets.Count, shared.Count);
        double[] Drops(Sweep sweep) => [.. shared.Select(layer => sweep.Targets.Single(found => found.Layer.Name == layer.Name).Drop)];
        var expected = RankAgreement.WithinStrata([Drops(small), Drops(deep)], [.. shared.Select(layer => $"{layer.Role}/{layer.Name.Split('.')[^1]}")]);
        Assert.Equal(expected, SweepAgreement.Test([small, deep]));
        Assert.Equal(3, SweepAgreement.Test([small, other, deep]).Networks);
    }

    [Fact]
    public void One_sweep_and_sweeps_without_a_shared_layer_are_refused()
    {
        var small = HandMadeSweep.Small();
        Assert.Contains("needs at least two sweeps; got 1.", Assert.Throws<ArgumentException>(() => SweepAgreement.Test([small])).Message, StringComparison.Ordinal);
        var vgg = HandMadeSweep.Of("VGG", ("features.0", TrivialLayers.LayerRole.Stem, 1, 1));
        Assert.Contains("have no layer with the same name and role in common", Assert.Throws<ArgumentException>(() => SweepAgreement.Test([small, vgg])).Message, StringComparison.Ordinal);
    }
}
