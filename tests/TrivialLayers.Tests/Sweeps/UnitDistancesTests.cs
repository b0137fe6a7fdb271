using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

public sealed class UnitDistancesTests
{
    [Fact]
    public void A_unit_of_one_pixel_has_the_distance_that_is_computed_by_hand()
    {
        // One channel, kernels that only have their middle: conv1 doubles, conv2 triples; bn1 is the identity, bn2 adds 1.
        using var network = OnePixelUnit(conv1: 2, conv2: 3, shift: 1);
        using var images = Pixels(1, 3);
        var distances = UnitDistances.Run(network, images).All;
        // x is 1 and 3: u = 6x + 1 + x = 8 and 22; without either kernel the branch is 1, so u = x + 1 = 2 and 4.
        var untouched = Math.Sqrt(((7 * 7) + (19 * 19)) / ((8.0 * 8) + (22 * 22)));
        var zeroed = Math.Sqrt((1 + 1) / ((2.0 * 2) + (4 * 4)));
        Assert.Equal([("unit", null), ("unit", "unit.conv1"), ("unit", "unit.conv2")], distances.Select(entry => (entry.Unit, entry.Zeroed)));
        Assert.Equal(untouched, distances[0].Distance, 1e-4);
        Assert.Equal(zeroed, distances[1].Distance, 1e-4);
        Assert.Equal(zeroed, distances[2].Distance, 1e-4);
    }

    [Fact]
    public void A_unit_that_changes_its_input_in_place_has_the_distances_of_one_that_does_not()
    {
        using var images = SmallData.Images("bars", 20, 5);
        IReadOnlyList<UnitDistance> Distances(bool isInPlace)
        {
            manual_seed(1);
            using var network = Sequential(("unit", new HalvingUnit(isInPlace)), ("head", Linear(12, 2)));
            return UnitDistances.Run(network, images, batch: 7).All;
        }

        var expected = Distances(isInPlace: false);
        Assert.Equal(2, expected.Count);
        Assert.Equal(expected, Distances(isInPlace: true));
        Assert.All(expected, entry => Assert.InRange(entry.Distance, 0.01, 10));
    }

    [Fact]
    public void A_unit_whose_branch_is_zero_is_the_identity()
    {
        using var network = SmallData.RandomResNet();
        using (no_grad())
        {
            network.get_parameter("layer2.0.bn2.weight")!.zero_();
            network.get_parameter("layer2.0.bn2.bias")!.zero_();
        }

        using var images = SmallData.Images("bars", 20, 5);
        var distances = UnitDistances.Run(network, images).All;
        Assert.All(distances.Where(entry => entry.Unit == "layer2.0"), entry => Assert.Equal(0, entry.Distance));
        Assert.All(distances.Where(entry => entry.Unit == "layer1.0" && entry.Zeroed is null), entry => Assert.True(entry.Distance > 0));
    }

    [Fact]
    public void A_unit_that_answers_nothing_where_its_shortcut_does_is_infinitely_far()
    {
        using var network = OnePixelUnit(conv1: 2, conv2: 3, shift: -1000);
        using var images = Pixels(1, 3);
        Assert.Equal(double.PositiveInfinity, UnitDistances.Run(network, images).All[0].Distance);
    }

    [Fact]
    public void The_distance_is_that_of_the_definition_however_the_images_are_batched()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 20, 5);
        var whole = UnitDistances.Run(network, images).All;
        var pieces = UnitDistances.Run(network, images, batch: 7).All;
        foreach (var (one, other) in whole.Zip(pieces))
            Assert.Equal(one.Distance, other.Distance, 1e-5);
        foreach (var zeroed in new[] { null, "layer3.0.conv1", "layer3.0.conv2" })
            Assert.Equal(Directly(network, images, zeroed), whole.Single(entry => entry.Unit == "layer3.0" && entry.Zeroed == zeroed).Distance, 1e-5);
    }

    [Fact]
    public void Measuring_leaves_the_network_and_its_mode_as_they_were_and_no_tensor_behind()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 20, 5);
        network.train();
        var before = NetworkDescription.WeightsOf(network);
        UnitDistances.Run(network, images);
        LiveTensors.AssertUnchangedBy(() => UnitDistances.Run(network, images));
        Assert.Equal(before, NetworkDescription.WeightsOf(network));
        Assert.True(network.training);
    }

    [Fact]
    public void Each_zeroed_kernel_of_a_branch_meets_its_own_drop()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var sweep = Sweep.Run(network, images);
        var distances = UnitDistances.Run(network, images);
        var units = distances.WithDropsOf(sweep);
        Assert.Equal(
            ["layer1.0.conv1", "layer1.0.conv2", "layer2.0.conv1", "layer2.0.conv2", "layer3.0.conv1", "layer3.0.conv2"], units.Select(unit => unit.Unit));
        Assert.All(units, unit => Assert.Equal(sweep.Targets.Single(layer => layer.Layer.Name == unit.Unit).Drop, unit.Drop));
        Assert.All(units, unit => Assert.Equal(distances.All.Single(entry => entry.Zeroed == unit.Unit).Distance, unit.Distance));
    }

    [Fact]
    public void Drops_of_other_weights_are_refused()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 20, 5);
        var distances = UnitDistances.Run(network, images);
        using var zeroing = Zeroing.Of(network, "layer1.0.conv2");
        using var other = ResNet.ForSmallImages(8, 4, SmallData.Classes.Length, 1);
        var error = Assert.Throws<ArgumentException>(() => distances.WithDropsOf(Sweep.Run(other, images)));
        Assert.Contains("are of different weights", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_without_shortcuts_is_refused()
    {
        using var network = PlainNet.ForSmallImages(8, 4, SmallData.Classes.Length, 1);
        using var images = SmallData.Images("bars", 20, 5);
        var error = Assert.Throws<ArgumentException>(() => UnitDistances.Run(network, images));
        Assert.Contains("no IResidualUnit", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The definition, unit by unit, with the whole network computed up to the unit.</summary>
    private static double Directly(ResNet network, ImageSet images, string? zeroed)
    {
        using var scope = NewDisposeScope();
        using var evaluation = new EvaluationMode(network);
        var features = images.Normalise(images.Images);
        foreach (var stage in network.Segments.TakeWhile(stage => stage.Name != "layer3.0"))
            features = stage.Forward(features);
        var unit = (BasicBlock)network.named_modules().Single(found => found.name == "layer3.0").module;
        using var zeroing = Zeroing.Of(network, zeroed is null ? [] : [zeroed]);
        var output = unit.call(features).to(ScalarType.Float64);
        return ((output - unit.Shortcut(features).relu()).norm() / output.norm()).item<double>();
    }

    private static OneUnit OnePixelUnit(float conv1, float conv2, float shift)
    {
        var network = new OneUnit();
        using var noGradients = no_grad();
        foreach (var (layer, middle) in new[] { ("conv1", conv1), ("conv2", conv2) })
        {
            network.get_parameter($"unit.{layer}.weight")!.zero_();
            network.get_parameter($"unit.{layer}.weight")![0, 0, 1, 1] = middle;
        }

        network.get_parameter("unit.bn2.bias")!.fill_(shift);
        return network;
    }

    /// <summary>Images of one pixel that pass normalisation unchanged but for a division by 255.</summary>
    private static ImageSet Pixels(params byte[] values)
    {
        using var scope = NewDisposeScope();
        var pixels = tensor(values).view(values.Length, 1, 1, 1).MoveToOuterDisposeScope();
        return new ImageSet("pixels", pixels, zeros(values.Length, dtype: ScalarType.Int64).MoveToOuterDisposeScope(), ["one", "two"], [0f], [1f]);
    }

    private sealed class OneUnit : Module<Tensor, Tensor>
    {
        private readonly BasicBlock unit;

        public OneUnit() : base(nameof(OneUnit))
        {
            unit = new BasicBlock(1, 1, 1);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            return unit.call(input * 255).flatten(1).MoveToOuterDisposeScope();
        }
    }

    /// <summary>Adds half of its input, given one convolution, to its input.</summary>
    private sealed class HalvingUnit : Module<Tensor, Tensor>, IResidualUnit
    {
        private readonly Module<Tensor, Tensor> conv1 = Conv2d(1, 1, 3, padding: 1);
        private readonly bool _isInPlace;

        public HalvingUnit(bool isInPlace) : base(nameof(HalvingUnit))
        {
            _isInPlace = isInPlace;
            RegisterComponents();
        }

        public bool ChangesChannels => false;

        public Tensor Branch(Tensor input) => conv1.call(_isInPlace ? input.mul_(0.5f) : input * 0.5f);

        public Tensor Shortcut(Tensor input) => input;

        public override Tensor forward(Tensor input)
        {
            var shortcut = Shortcut(input).clone();
            return (Branch(input) + shortcut).relu();
        }
    }
}
