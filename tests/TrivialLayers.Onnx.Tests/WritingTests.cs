using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

/// <summary>What is written as ONNX answers in ONNX Runtime as the network does, and is read back as the network it was.</summary>
public sealed class WritingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, int> Networks => new(from name in s_networks.Keys from opset in new[] { 17, 26 } select (name, opset));

    private static readonly Dictionary<string, (Func<Module<Tensor, Tensor>> Make, int Size)> s_networks = new()
    {
        ["ResNet-20"] = (() => ResNet.ForSmallImages(20, 8), 32),
        ["ResNet-8 with zero-padded shortcuts"] = (() => ResNet.ForSmallImages(8, 8, shortcut: ShortcutKind.ZeroPadded), 32),
        ["ResNet-18"] = (() => ResNet.ForLargeImages(18, 10, width: 16), 64),
        ["ResNet-50"] = (() => ResNet.ForLargeImages(50, 10, width: 16, smallImageStem: true), 32),
        ["PlainNet-8"] = (() => PlainNet.ForSmallImages(8, 8), 32),
        ["VGG-11"] = (() => Vgg.ForSmallImages(11, 0.25), 28),
        ["U-Net"] = (() => UNet.ForSmallImages(3, 8), 32),
        ["U-Net, odd size"] = (() => UNet.ForSmallImages(3, 8), 30),
        ["SegNet"] = (() => SegNet.ForSmallImages(2, 8), 24),
        ["plain encoder–decoder"] = (() => PlainEncoderDecoder.ForSmallImages(2, 8), 24),
        ["residual encoder–decoder"] = (() => ResidualEncoderDecoder.ForSmallImages(3, 8), 32),
        ["a sequence"] = (() => Sequential(("conv", Conv2d(3, 8, 3, 2, padding: 1)), ("relu", ReLU()), ("pool", MaxPool2d(2)), ("drop", Dropout()), ("flat", Flatten()), ("fc", Linear(8 * 8 * 8, 5))), 32),
    };

    /// <summary>Each in the version that is written by default and in the newest.</summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void A_network_answers_in_ONNX_Runtime_as_here_and_is_read_back_with_its_names_and_roles(string name, int opset)
    {
        using var scope = NewDisposeScope();
        var (make, size) = s_networks[name];
        using var network = Varied(make());
        var images = Images(network, size);
        using var evaluation = new EvaluationMode(network);
        var expected = network.call(images);

        network.SaveOnnx(_folder["network.onnx"], size, size, opset: opset);

        Assert.InRange(OnnxRuntime.Difference(expected, OnnxRuntime.Run(_folder["network.onnx"], images)), 0, OnnxRuntime.Tolerance);
        using var read = OnnxNetwork.Load(_folder["network.onnx"]);
        using var evaluationOfRead = new EvaluationMode(read);
        Assert.InRange(OnnxRuntime.Difference(read.call(images), expected), 0, OnnxRuntime.Tolerance);
        Assert.Equal(NetworkLayers.Of(network).Select(layer => layer.Name).Order(), read.Layers.Select(layer => layer.Name).Order());
        if (network is SegmentedNetwork own)
            Assert.Equal(own.Layers.OrderBy(layer => layer.Name), read.Layers.OrderBy(layer => layer.Name));
    }

    [Theory]
    [InlineData(17)]
    [InlineData(18)]
    [InlineData(21)]
    [InlineData(26)]
    public void What_was_read_is_written_again_for_any_opset(int opset)
    {
        using var scope = NewDisposeScope();
        using var network = Varied(UNet.ForSmallImages(3, 8));
        network.SaveOnnx(_folder["first.onnx"], 30, 30);
        using var read = OnnxNetwork.Load(_folder["first.onnx"]);
        var images = Images(read, 30);

        read.SaveOnnx(_folder["second.onnx"], opset: opset);

        Assert.InRange(OnnxRuntime.Difference(OnnxRuntime.Run(_folder["second.onnx"], images), OnnxRuntime.Run(_folder["first.onnx"], images)), 0, OnnxRuntime.Tolerance);
        using var again = OnnxNetwork.Load(_folder["second.onnx"]);
        Assert.Equal(read.state_dict().Keys.Order(), again.state_dict().Keys.Order());
    }

    [Fact]
    public void A_network_is_written_as_it_is_with_kernels_at_zero()
    {
        using var scope = NewDisposeScope();
        using var network = Read(ResNet.ForSmallImages(8, 8), 32);
        var images = Images(network, 32);
        using var zeroing = Zeroing.Of(network, "layer2.0.conv1", "conv1");
        using var evaluation = new EvaluationMode(network);

        network.SaveOnnx(_folder["zeroed.onnx"]);

        Assert.InRange(OnnxRuntime.Difference(network.call(images), OnnxRuntime.Run(_folder["zeroed.onnx"], images)), 0, OnnxRuntime.Tolerance);
    }

    [Theory]
    [InlineData("layer1.0.conv1")]
    [InlineData("layer2.0.conv2")]
    [InlineData("layer1.0.conv1", "layer2.0.conv1", "layer3.0.conv2")]
    public void A_pruned_network_is_written_with_its_constants_and_their_borders(params string[] layers)
    {
        using var scope = NewDisposeScope();
        using var network = Varied(ResNet.ForSmallImages(8, 8));
        var images = Images(network, 32);
        Pruning.TakeOut(network, layers, 32, 32);
        using var evaluation = new EvaluationMode(network);

        network.SaveOnnx(_folder["pruned.onnx"]);

        Assert.InRange(OnnxRuntime.Difference(network.call(images), OnnxRuntime.Run(_folder["pruned.onnx"], images)), 0, OnnxRuntime.Tolerance);
    }

    [Theory]
    [InlineData(new[] { "layer1.0.conv1" }, new[] { "layer1.0.conv1", "layer1.0.conv2" })]
    [InlineData(new[] { "layer2.0.conv2" }, new[] { "layer2.0.conv1", "layer2.0.conv2" })]
    [InlineData(new[] { "layer1.0.conv1", "layer2.0.conv1" }, new[] { "layer1.0.conv1", "layer1.0.conv2", "layer2.0.conv1", "layer2.0.conv2" })]
    [InlineData(new[] { "layer3.0.downsample.0" }, new[] { "layer3.0.downsample.0" })]
    public void Layers_are_taken_out_of_what_was_read_and_the_rest_answers_as_with_them_at_zero(string[] layers, string[] gone)
    {
        using var scope = NewDisposeScope();
        using var network = Read(ResNet.ForSmallImages(8, 8), 32);
        var images = Images(network, 32);
        Tensor expected;
        using (new EvaluationMode(network))
        {
            using var zeroing = Zeroing.Of(network, layers);
            expected = network.call(images);
        }

        Assert.Equal(gone, Pruning.TakeOut(network, layers, 32, 32));

        network.SaveOnnx(_folder["smaller.onnx"]);
        using var evaluation = new EvaluationMode(network);
        Assert.InRange(OnnxRuntime.Difference(network.call(images), expected), 0, OnnxRuntime.Tolerance);
        Assert.InRange(OnnxRuntime.Difference(OnnxRuntime.Run(_folder["smaller.onnx"], images), expected), 0, OnnxRuntime.Tolerance);
        Assert.DoesNotContain(network.state_dict().Keys, name => gone.Any(layer => name.StartsWith(layer + ".", StringComparison.Ordinal)));
        using var read = OnnxNetwork.Load(_folder["smaller.onnx"]);
        Assert.Equal(network.Layers.Select(layer => layer.Name), read.Layers.Select(layer => layer.Name));
    }

    [Fact]
    public void A_parameter_whose_name_a_value_of_the_graph_has_is_written_under_another()
    {
        using var scope = NewDisposeScope();
        var model = new SmallModel(17, 3, 8, 8);
        var features = model.Add("Conv", [SmallModel.Images, model.Weights("kernel", 4, 3, 1, 1)]);
        model.Proto.Graph.Node[0].Name = "conv";
        var factor = model.Add("Mul", [features, model.Weights("factor", 1, 4, 1, 1)]);
        var shift = model.Add("Add", [factor, model.Weights("shift", 1, 4, 1, 1)]);
        model.Proto.Graph.Node[1].Output[0] = model.Proto.Graph.Node[2].Input[0] = "conv.weight";
        using var network = OnnxNetwork.Load(model.Save(_folder["model.onnx"], shift));
        var images = model.Noise();

        network.SaveOnnx(_folder["written.onnx"]);

        Assert.InRange(OnnxRuntime.Difference(OnnxRuntime.Run(_folder["written.onnx"], images), network.call(images)), 0, OnnxRuntime.Tolerance);
    }

    [Fact]
    public void A_network_that_answers_with_whole_numbers_is_not_written()
    {
        var model = new SmallModel(17, 3, 8, 8);
        using var network = OnnxNetwork.Load(model.Save(_folder["model.onnx"], model.Add("Cast", [model.Add("GlobalMaxPool", [SmallModel.Images])], ("to", 7))));
        Assert.Contains("expected float32", Assert.Throws<NotSupportedException>(() => network.SaveOnnx(_folder["written.onnx"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_without_a_branch_around_it_is_not_taken_out()
    {
        using var network = Read(ResNet.ForSmallImages(8, 8), 32);

        var error = Assert.Throws<ArgumentException>(() => network.TakeOut("conv1"));

        Assert.Contains("no information about the image is left", error.Message, StringComparison.Ordinal);
        Assert.Contains(network.Layers, layer => layer.Name == "conv1");
    }

    [Fact]
    public void A_module_of_which_nobody_knows_what_it_computes_is_named_and_nothing_is_written()
    {
        using var network = Sequential(("conv", Conv2d(3, 4, 3)), ("strange", Softplus(1, 20)));

        var error = Assert.Throws<NotSupportedException>(() => network.SaveOnnx(_folder["strange.onnx"]));

        Assert.Contains("'strange'", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_network_that_would_answer_otherwise_because_of_a_hook_is_not_written()
    {
        using var network = Varied(ResNet.ForSmallImages(8, 8));
        ((Module<Tensor, Tensor>)network.named_modules().First(found => found.name == "layer1.0").module).register_forward_hook((_, _, output) => output * 2);

        Assert.Throws<InvalidOperationException>(() => network.SaveOnnx(_folder["hooked.onnx"]));

        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();

    private OnnxNetwork Read(Module<Tensor, Tensor> network, int size)
    {
        using (Varied(network))
            network.SaveOnnx(_folder["original.onnx"], size, size);
        return OnnxNetwork.Load(_folder["original.onnx"]);
    }

    /// <summary>The network with weights and statistics that differ from those it starts with.</summary>
    private static Module<Tensor, Tensor> Varied(Module<Tensor, Tensor> network)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var generator = new Generator(5, CPU);
        Initialisation.He(network, 3);
        foreach (var (name, tensor) in network.state_dict().Where(entry => entry.Value.is_floating_point() && entry.Value.dim() == 1))
            tensor.copy_(rand(tensor.shape, generator: generator) * (name.EndsWith("var", StringComparison.Ordinal) ? 1 : 0.5) + (name.EndsWith("bias", StringComparison.Ordinal) ? -0.1 : 0.4));
        return network;
    }

    private static TNetwork Varied<TNetwork>(TNetwork network)
        where TNetwork : SegmentedNetwork => (TNetwork)Varied((Module<Tensor, Tensor>)network);

    private static Tensor Images(Module<Tensor, Tensor> network, int size)
    {
        using var generator = new Generator(2, CPU);
        return randn([3, network is SegmentedNetwork segmented ? segmented.Channels : 3, size, size], generator: generator);
    }
}
