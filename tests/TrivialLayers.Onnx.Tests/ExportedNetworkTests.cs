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

    [Fact]
    public void A_layer_of_MobileNetV2_is_taken_out() => TakeOut("mobilenet_v2", 32, 9, "features.3.conv.0.0");

    [Fact]
    [Trait("Category", "Slow")]
    public void A_layer_of_DenseNet_is_taken_out() => TakeOut("densenet121", 64, 17, "features.denseblock1.denselayer2.conv1");

    private void Compare(string name, int size, int opset)
    {
        using var scope = NewDisposeScope();
        var path = networks.Export(name, size, opset);
        using var network = OnnxNetwork.Load(path);
        using var evaluation = new EvaluationMode(network);
        var images = Images(size);
        var (here, there) = (network.call(images), OnnxRuntime.Run(path, images));
        var worst = OnnxRuntime.Difference(here, there);
        Assert.True(OnnxRuntime.Difference(there[0], there[1]) > OnnxRuntime.Tolerance, "all images get the same answer");
        using var engine = PrefixReuse.For(network, images);
        engine.Begin(images);
        var layers = NetworkLayers.All(network);
        var changed = 0;
        foreach (var layer in Enumerable.Range(0, 5).Select(i => layers[i * (layers.Count - 1) / 4].Name))
        {
            using var inner = NewDisposeScope();
            var swept = engine.With(layer);
            using var zeroing = Zeroing.Of(network, layer);
            var expected = OnnxRuntime.Run(ZeroedFile.Of(path, network, layer), images);
            worst = Math.Max(worst, Math.Max(OnnxRuntime.Difference(network.call(images), expected), OnnxRuntime.Difference(swept, expected)));
            changed += OnnxRuntime.Difference(expected, there) > OnnxRuntime.Tolerance ? 1 : 0;
        }

        using var folder = new TemporaryFolder();
        network.SaveOnnx(folder["again.onnx"]);
        worst = Math.Max(worst, OnnxRuntime.Difference(OnnxRuntime.Run(folder["again.onnx"], images), there));
        Campaign.Tell($"{name}: {layers.Count} layers, {network.Segments.Count} segments; {changed} of 5 layers at zero change the answer; largest difference {worst:E1}");
        Assert.InRange(changed, 3, 5);
        Assert.InRange(worst, 0, OnnxRuntime.Tolerance);
    }

    private void TakeOut(string name, int size, int opset, string layer)
    {
        using var scope = NewDisposeScope();
        using var network = OnnxNetwork.Load(networks.Export(name, size, opset));
        using var evaluation = new EvaluationMode(network);
        var images = Images(size);
        Tensor expected;
        using (Zeroing.Of(network, layer))
            expected = network.call(images);

        Assert.Contains(layer, Pruning.TakeOut(network, [layer]));

        using var folder = new TemporaryFolder();
        network.SaveOnnx(folder["smaller.onnx"]);
        Assert.InRange(OnnxRuntime.Difference(OnnxRuntime.Run(folder["smaller.onnx"], images), expected), 0, OnnxRuntime.Tolerance);
    }

    /// <summary>Three images of coarse patches, which differ after global pooling, too.</summary>
    private static Tensor Images(int size)
    {
        using var generator = new Generator(1, CPU);
        return nn.functional.interpolate(randn([3, 3, 4, 4], generator: generator), size: [size, size]) + (0.3 * randn([3, 3, size, size], generator: generator));
    }
}
