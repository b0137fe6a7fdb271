using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

public sealed class NetworkReplacementTests
{
    [Fact]
    public void A_replaced_layer_takes_part_in_the_forward_pass_and_in_the_parameters()
    {
        using var scope = NewDisposeScope();
        using var network = ResNet.ForSmallImages(8, 4);
        network.Replace("layer2.0.conv2", Conv2d(8, 8, 5, padding: 2));
        Assert.Equal(5, network.Layers.Single(layer => layer.Name == "layer2.0.conv2").KernelHeight);
        Assert.Equal([8, 8, 5, 5], network.get_parameter("layer2.0.conv2.weight")!.shape);
        using (no_grad())
        {
            var input = randn(1, 3, 32, 32);
            network.eval();
            var before = network.call(input);
            network.get_parameter("layer2.0.conv2.bias")!.add_(3);
            Assert.False(before.allclose(network.call(input)));
        }
    }

    [Fact]
    public void The_order_of_the_layers_stays()
    {
        using var network = Vgg.ForSmallImages(11, 0.0625);
        var before = network.Layers.Select(layer => layer.Name).ToList();
        network.Replace("features.4", Conv2d(4, 8, 1));
        Assert.Equal(before, network.Layers.Select(layer => layer.Name));
    }

    [Fact]
    public void Shapes_that_do_not_fit_leave_the_network_as_it_was()
    {
        using var network = ResNet.ForSmallImages(8, 4);
        var before = NetworkDescription.WeightsOf(network);
        using var narrow = Conv2d(4, 3, 3, padding: 1);
        using var deep = Conv2d(5, 4, 3, padding: 1);
        Assert.Contains("expected [16, 4, 32, 32]", Assert.Throws<ArgumentException>(() => network.Replace("layer1.0.conv1", narrow)).Message, StringComparison.Ordinal);
        Assert.Contains("does not accept the input [16, 4, 32, 32]", Assert.Throws<ArgumentException>(() => network.Replace("layer1.0.conv1", deep)).Message, StringComparison.Ordinal);
        Assert.Equal(before, NetworkDescription.WeightsOf(network));
    }

    [Fact]
    public void An_unknown_name_gets_the_nearest_ones()
    {
        using var network = ResNet.ForSmallImages(8, 4);
        using var module = ReLU();
        Assert.Contains("layer1.0.conv1", Assert.Throws<ArgumentException>(() => network.Replace("layer1.0.convl", module)).Message, StringComparison.Ordinal);
    }
}
