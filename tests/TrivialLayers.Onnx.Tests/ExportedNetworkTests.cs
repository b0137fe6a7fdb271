using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

/// <summary>Networks of torchvision, exported by PyTorch, against ONNX Runtime: as they are, and with each of five layers at zero.</summary>
public sealed class ExportedNetworkTests(TorchvisionNetworks networks)
{
    [Theory]
    [InlineData("resnet18", 64, 17)]
    [InlineData("squeezenet1_1", 64, 11)]
    [InlineData("shufflenet_v2_x0_5", 64, 16)]
    [InlineData("mobilenet_v3_small", 64, 14)]
    [InlineData("mobilenet_v2", 32, 9)]
    public void A_network_answers_as_in_ONNX_Runtime_also_without_a_layer(string name, int size, int opset) => Compare(name, size, opset);

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData("resnet50", 64, 13)]
    [InlineData("vgg11_bn", 32, 12)]
    [InlineData("densenet121", 64, 17)]
    [InlineData("mobilenet_v3_large", 64, 17)]
    [InlineData("googlenet", 64, 10)]
    [InlineData("inception_v3", 96, 17)]
    [InlineData("efficientnet_b0", 64, 17)]
    [InlineData("regnet_y_400mf", 64, 15)]
    [InlineData("convnext_tiny", 64, 17)]
    [InlineData("fcn_resnet50", 64, 17)]
    [InlineData("lraspp_mobilenet_v3_large", 64, 13)]
    public void A_larger_network_answers_as_in_ONNX_Runtime_also_without_a_layer(string name, int size, int opset) => Compare(name, size, opset);

    private void Compare(string name, int size, int opset)
    {
        using var scope = NewDisposeScope();
        var path = networks.Export(name, size, opset);
        using var network = OnnxNetwork.Load(path);
        using var evaluation = new EvaluationMode(network);
        using var generator = new Generator(1, CPU);
        var images = randn([3, 3, size, size], generator: generator);
        var worst = OnnxRuntime.Difference(network.call(images), OnnxRuntime.Run(path, images));
        var layers = NetworkLayers.All(network);
        foreach (var layer in Enumerable.Range(0, 5).Select(i => layers[i * (layers.Count - 1) / 4].Name))
        {
            using var inner = NewDisposeScope();
            using var zeroing = Zeroing.Of(network, layer);
            worst = Math.Max(worst, OnnxRuntime.Difference(network.call(images), OnnxRuntime.Run(ZeroedFile.Of(path, network, layer), images)));
        }

        Campaign.Tell($"{name}: {layers.Count} layers, {network.Segments.Count} segments; largest difference {worst:E1}");
        Assert.InRange(worst, 0, OnnxRuntime.Tolerance);
    }
}
