using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

public sealed class NetworkTests
{
    [Theory]
    [InlineData(20, 21, 272_474)]
    [InlineData(32, 33, 466_906)]
    [InlineData(44, 45, 661_338)]
    [InlineData(56, 57, 855_770)]
    [InlineData(110, 111, 1_730_714)]
    public void ResNet_has_the_documented_convolutions_and_parameters(int depth, int convolutions, long parameters)
    {
        using var network = ResNet.ForSmallImages(depth);
        AssertHas(convolutions, parameters, network);
    }

    [Theory]
    [InlineData(20, 19, 269_722)]
    [InlineData(32, 31, 464_154)]
    [InlineData(44, 43, 658_586)]
    [InlineData(56, 55, 853_018)]
    [InlineData(110, 109, 1_727_962)]
    public void ResNet_with_zero_padded_shortcuts_has_the_documented_convolutions_and_parameters(int depth, int convolutions, long parameters)
    {
        using var network = ResNet.ForSmallImages(depth, shortcut: ShortcutKind.ZeroPadded);
        AssertHas(convolutions, parameters, network);
    }

    [Theory]
    [InlineData(18, 20, 11_689_512)]
    [InlineData(34, 36, 21_797_672)]
    [InlineData(50, 53, 25_557_032)]
    [InlineData(101, 104, 44_549_160)]
    [InlineData(152, 155, 60_192_808)]
    public void Large_ResNet_has_the_documented_convolutions_and_parameters(int depth, int convolutions, long parameters)
    {
        using var network = ResNet.ForLargeImages(depth);
        AssertHas(convolutions, parameters, network);
    }

    [Theory]
    [InlineData(11, 8, 132_868_840)]
    [InlineData(13, 10, 133_053_736)]
    [InlineData(16, 13, 138_365_992)]
    [InlineData(19, 16, 143_678_248)]
    public void Large_Vgg_has_the_documented_convolutions_and_parameters(int depth, int convolutions, long parameters)
    {
        using var network = Vgg.ForLargeImages(depth);
        AssertHas(convolutions, parameters, network);
    }

    [Theory]
    [InlineData(11, 8, 9_231_114)]
    [InlineData(13, 10, 9_416_010)]
    [InlineData(16, 13, 14_728_266)]
    [InlineData(19, 16, 20_040_522)]
    public void Vgg_has_the_documented_convolutions_and_parameters(int depth, int convolutions, long parameters)
    {
        using var network = Vgg.ForSmallImages(depth);
        AssertHas(convolutions, parameters, network);
    }

    [Fact]
    public void Names_are_those_of_torchvision()
    {
        using var resnet = ResNet.ForSmallImages(8);
        string[] expected = ["conv1.weight", "bn1.running_var", "layer1.0.conv1.weight", "layer2.0.downsample.0.weight", "layer2.0.downsample.1.bias", "layer3.0.bn2.weight", "fc.bias"];
        Assert.Subset(resnet.state_dict().Keys.ToHashSet(), expected.ToHashSet());
        using var vgg = Vgg.ForSmallImages(11, width: 0.125);
        Assert.Subset(vgg.state_dict().Keys.ToHashSet(), new HashSet<string> { "features.0.weight", "features.1.running_mean", "features.4.weight", "classifier.weight" });
    }

    [Fact]
    public void Roles_tell_the_channel_changing_layers_from_the_rest()
    {
        using var network = ResNet.ForSmallImages(14);
        var roles = network.Layers.ToDictionary(layer => layer.Name, layer => layer.Role);
        Assert.Equal(LayerRole.Stem, roles["conv1"]);
        Assert.Equal(
            ["layer2.0.conv1", "layer3.0.conv1"],
            roles.Where(role => role.Value == LayerRole.ChannelChange).Select(role => role.Key));
        Assert.Equal(
            ["layer2.0.downsample.0", "layer3.0.downsample.0"],
            roles.Where(role => role.Value == LayerRole.Shortcut).Select(role => role.Key));
        Assert.Equal(10, roles.Values.Count(role => role == LayerRole.Residual));
        using var plain = PlainNet.ForSmallImages(14);
        Assert.Equal([LayerRole.Stem, LayerRole.Plain], plain.Layers.Select(layer => layer.Role).Distinct());
    }

    [Fact]
    public void In_a_bottleneck_the_expanding_convolution_changes_the_channels_of_the_unit()
    {
        using var network = ResNet.ForLargeImages(50, width: 4, smallImageStem: true);
        var roles = network.Layers.ToDictionary(layer => layer.Name, layer => layer.Role);
        Assert.Equal(
            ["layer1.0.conv3", "layer2.0.conv3", "layer3.0.conv3", "layer4.0.conv3"],
            roles.Where(role => role.Value == LayerRole.ChannelChange).Select(role => role.Key));
        Assert.Equal(4, roles.Values.Count(role => role == LayerRole.Shortcut));
        Assert.Equal(LayerRole.Residual, roles["layer2.0.conv1"]);
        using var basic = ResNet.ForLargeImages(18, width: 4);
        Assert.Equal(["layer2.0.conv1", "layer3.0.conv1", "layer4.0.conv1"], basic.Layers.Where(layer => layer.Role == LayerRole.ChannelChange).Select(layer => layer.Name));
    }

    [Fact]
    public void A_zero_padded_shortcut_keeps_every_second_pixel_and_centres_the_channels()
    {
        using var scope = NewDisposeScope();
        using var unit = new BasicBlock(2, 4, 2, ShortcutKind.ZeroPadded);
        var input = arange(2 * 4 * 4, ScalarType.Float32).reshape(1, 2, 4, 4);
        var shortcut = unit.Shortcut(input);
        Assert.Equal([1, 4, 2, 2], shortcut.shape);
        Assert.Equal([0, 0, 0, 0, 0, 2, 8, 10, 16, 18, 24, 26, 0, 0, 0, 0], shortcut.contiguous().data<float>().ToArray());
    }

    [Fact]
    public void Multiply_accumulates_follow_the_closed_form()
    {
        using var network = ResNet.ForSmallImages(20);
        var layers = NetworkLayers.For(network, 3, 32, 32).ToDictionary(layer => layer.Name);
        Assert.Equal(32L * 32 * 16 * 9 * 3, layers["conv1"].MultiplyAccumulates);
        Assert.Equal(16L * 16 * 32 * 9 * 16, layers["layer2.0.conv1"].MultiplyAccumulates);
        Assert.Equal(8L * 8 * 64 * 32, layers["layer3.0.downsample.0"].MultiplyAccumulates);
    }

    [Fact]
    public void The_forward_pass_is_the_composition_of_the_stages()
    {
        using var scope = NewDisposeScope();
        foreach (SegmentedNetwork network in new SegmentedNetwork[]
        {
            ResNet.ForSmallImages(8, 4), ResNet.ForSmallImages(8, 4, shortcut: ShortcutKind.ZeroPadded), ResNet.ForLargeImages(18, width: 4), ResNet.ForLargeImages(50, width: 4, smallImageStem: true),
            PlainNet.ForSmallImages(8, 4), Vgg.ForSmallImages(11, 0.0625),
        })
        {
            using var _ = network;
            using var evaluation = new EvaluationMode(network);
            var input = randn(2, 3, 28, 28);
            var composed = network.Segments.Aggregate(input.alias(), (features, stage) => stage.Forward(features));
            Assert.True(network.call(input).equal(composed).all().item<bool>());
            Assert.All(network.Layers, layer => Assert.Single(network.Segments, stage => stage.Holds(layer.Name)));
        }
    }

    [Fact]
    public void The_seed_decides_the_starting_weights()
    {
        using var first = ResNet.ForSmallImages(8, 4);
        using var second = ResNet.ForSmallImages(8, 4);
        Assert.Empty(Initialisation.He(first, 7));
        Initialisation.He(second, 7);
        Assert.Equal(NetworkDescription.WeightsOf(first), NetworkDescription.WeightsOf(second));
        Initialisation.He(second, 8);
        Assert.NotEqual(NetworkDescription.WeightsOf(first), NetworkDescription.WeightsOf(second));
    }

    [Fact]
    public void Kernels_start_with_the_variance_of_He()
    {
        using var network = ResNet.ForSmallImages(8, 64);
        Initialisation.He(network, 1);
        using var kernel = network.get_parameter("layer1.0.conv2.weight")!.detach();
        Assert.Equal(Math.Sqrt(2.0 / (9 * 64)), kernel.std().item<float>(), 0.002);
    }

    [Theory]
    [InlineData(21)]
    [InlineData(2)]
    public void A_depth_that_does_not_exist_is_refused(int depth) =>
        Assert.Contains("6n + 2", Assert.Throws<ArgumentOutOfRangeException>(() => ResNet.ForSmallImages(depth)).Message, StringComparison.Ordinal);

    private static void AssertHas(int convolutions, long parameters, SegmentedNetwork network)
    {
        Assert.Equal(convolutions, network.Layers.Count);
        Assert.Equal(parameters, network.parameters().Sum(parameter => parameter.numel()));
    }
}
