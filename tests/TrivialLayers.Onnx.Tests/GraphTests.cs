using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

/// <summary>What the graph says without anybody declaring it: segments, roles, and a sweep that uses them.</summary>
public sealed class GraphTests(TorchvisionNetworks networks)
{
    [Fact]
    public void The_units_of_a_residual_network_are_segments_and_its_roles_are_those_by_name()
    {
        using var network = OnnxNetwork.Load(networks.Export("resnet18", 64, 17));
        using var own = ResNet.ForLargeImages(18, 10);

        Assert.Equal(own.Layers.OrderBy(layer => layer.Name).Select(layer => (layer.Name, layer.Role)), network.Layers.OrderBy(layer => layer.Name).Select(layer => (layer.Name, layer.Role)));
        Assert.Equal(own.Segments.Count, network.Segments.Count);
        Assert.All(own.Segments.Skip(1).SkipLast(1), unit => Assert.Single(network.Segments, segment => segment.Modules.All(unit.Holds)));
    }

    [Fact]
    public void In_MobileNetV2_layers_with_a_connection_around_them_are_residual_and_the_others_plain()
    {
        using var network = OnnxNetwork.Load(networks.Export("mobilenet_v2", 32, 9));
        Assert.Equal(LayerRole.Stem, network.RoleOf("features.0.0"));
        Assert.Equal(LayerRole.Plain, network.RoleOf("features.2.conv.0.0"));
        Assert.Equal(LayerRole.Residual, network.RoleOf("features.3.conv.0.0"));
        Assert.Equal(30, network.Layers.Count(layer => layer.Role == LayerRole.Residual));
        Assert.DoesNotContain(network.Layers, layer => layer.Role is LayerRole.Shortcut or LayerRole.Dense or LayerRole.ChannelChange);
    }

    [Fact]
    public void In_ShuffleNet_what_is_put_beside_half_of_the_input_is_dense()
    {
        using var network = OnnxNetwork.Load(networks.Export("shufflenet_v2_x0_5", 64, 16));
        Assert.Equal(39, network.Layers.Count(layer => layer.Role == LayerRole.Dense));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void In_DenseNet_all_but_stem_and_transitions_are_dense()
    {
        using var network = OnnxNetwork.Load(networks.Export("densenet121", 64, 17));
        Assert.Equal(116, network.Layers.Count(layer => layer.Role == LayerRole.Dense));
        Assert.Equal(["features.transition1.conv", "features.transition2.conv", "features.transition3.conv"], network.Layers.Where(layer => layer.Role == LayerRole.Plain).Select(layer => layer.Name));
    }

    [Fact]
    public void A_long_connection_that_is_added_is_as_none()
    {
        using var folder = new TemporaryFolder();
        var model = new SmallModel(17, 3, 16, 16);
        string Convolution(string from, string name, long channels, long stride = 1) =>
            model.Add("Relu", [model.Add("Conv", [from, model.Weights(name + ".weight", 4, channels, 3, 3)], ("pads", new long[] { 1, 1, 1, 1 }), ("strides", new long[] { stride, stride }))]);
        var fine = Convolution(SmallModel.Images, "stem", 3);
        var coarse = Convolution(fine, "down", 4, stride: 2);
        var unit = model.Add("Add", [coarse, Convolution(coarse, "deep", 4)]);
        var enlarged = model.Add("Resize", [unit, "", model.Values("scales", [1, 1, 2, 2], 4)]);

        using var network = OnnxNetwork.Load(model.Save(folder["model.onnx"], Convolution(model.Add("Add", [Convolution(fine, "lateral", 4), enlarged]), "last", 4)));

        Assert.Equal(
            [("stem", LayerRole.Stem), ("down", LayerRole.Plain), ("deep", LayerRole.Residual), ("lateral", LayerRole.Plain), ("last", LayerRole.Plain)],
            network.Layers.Select(layer => (layer.Name, layer.Role)));
    }

    [Fact]
    public void A_sweep_keeps_features_between_the_segments_and_finds_what_one_evaluation_a_layer_finds()
    {
        using var folder = new TemporaryFolder();
        using (var own = SmallData.RandomResNet())
            own.SaveOnnx(folder["network.onnx"], 12, 12);
        using var network = OnnxNetwork.Load(folder["network.onnx"]);
        using var images = SmallData.Images("bars", 48, 3);

        var sweep = Sweep.Run(network, images);

        Assert.All(sweep.Targets, target =>
        {
            using var zeroing = Zeroing.Of(network, target.Layer.Name);
            Assert.Equal(Evaluation.Accuracy(network, images), target.Value);
        });
        Assert.Equal(5, network.Segments.Count);
    }

    [Fact]
    public void Instance_norm_of_maps_that_a_kernel_at_zero_leaves_constant_answers_as_in_ONNX_Runtime_and_is_swept()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var model = new SmallModel(17, 1, 30, 30);
        var features = model.Add("Conv", [SmallModel.Images, model.Weights("conv.weight", 4, 1, 3, 3), model.Values("conv.bias", [0.3f, -0.1f, 0.7f, 0.2f], 4)], ("pads", new long[] { 1, 1, 1, 1 }));
        var norm = model.Add("InstanceNormalization", [features, model.Positive("norm.scale", 4), model.Positive("norm.bias", 4)]);
        var pooled = model.Add("Flatten", [model.Add("GlobalAveragePool", [model.Add("Relu", [norm])])]);
        var path = model.Save(folder["model.onnx"], model.Add("Gemm", [pooled, model.Weights("fc.weight", 4, 3), model.Weights("fc.bias", 3)]));
        using var network = OnnxNetwork.Load(path);
        using var data = SmallData.Images("bars", 48, 3, size: 30);
        var images = data.Batch(0, 8, CPU).Images;
        var expected = OnnxRuntime.Run(ZeroedFile.Of(path, network, "conv"), images);

        using (Zeroing.Of(network, "conv"))
        {
            Assert.InRange(OnnxRuntime.Difference(network.call(images), expected), 0, OnnxRuntime.Tolerance);
            Assert.InRange(OnnxRuntime.Difference(network.call(images.ToChannelsLast()), expected), 0, OnnxRuntime.Tolerance);
        }

        Assert.Contains("conv", Sweep.Run(network, data).Targets.Select(target => target.Layer.Name));
    }

    [Fact]
    public void A_network_that_was_read_is_trained_and_written()
    {
        using var folder = new TemporaryFolder();
        using (var own = SmallData.RandomResNet())
            own.SaveOnnx(folder["network.onnx"], 12, 12);
        using var network = OnnxNetwork.Load(folder["network.onnx"]);
        using var data = SmallData.Split();
        using var scope = NewDisposeScope();
        var before = network.get_parameter("layer1.0.conv1.weight")!.clone();

        var run = new RunStore(folder["runs"]).GetOrTrain(network, data, new Recipe { Epochs = 1, Batch = 16 }, seed: 1);

        Assert.False(before.allclose(network.get_parameter("layer1.0.conv1.weight")!));
        network.SaveOnnx(folder["trained.onnx"]);
        var images = data.Test.Batch(0, 8, CPU).Images;
        using var evaluation = new EvaluationMode(network);
        Assert.InRange(OnnxRuntime.Difference(network.call(images), OnnxRuntime.Run(folder["trained.onnx"], images)), 0, OnnxRuntime.Tolerance);
        Assert.NotNull(run);
    }

    [Fact]
    public void The_description_tells_graphs_apart_and_not_what_they_are_called()
    {
        string Description(string activation, string name, float? limit = null)
        {
            using var folder = new TemporaryFolder();
            var model = new SmallModel(17, 3, 8, 8);
            var convolution = model.Add("Conv", [SmallModel.Images, model.Weights(name, 4, 3, 3, 3)]);
            var output = model.Add("GlobalAveragePool", [model.Add(activation, limit is { } most ? [convolution, "", model.Values("limit", [most])] : [convolution])]);
            model.Proto.Graph.Node[0].Name = "conv";
            using var network = OnnxNetwork.Load(model.Save(folder["model.onnx"], output));
            return network.Description;
        }

        Assert.Equal(Description("Relu", "a"), Description("Relu", "b"));
        Assert.NotEqual(Description("Relu", "a"), Description("Tanh", "a"));
        Assert.Equal(Description("Clip", "a", 6), Description("Clip", "b", 6));
        Assert.NotEqual(Description("Clip", "a", 6), Description("Clip", "a", 6.5f));
    }

    [Fact]
    public void A_network_leaves_no_tensor_behind()
    {
        using var folder = new TemporaryFolder();
        using (var own = SmallData.RandomResNet())
            own.SaveOnnx(folder["network.onnx"], 12, 12);
        using var images = zeros(2, 1, 12, 12);
        var model = new SmallModel(17, 1, 12, 12);
        model.Save(folder["reshaped.onnx"], model.Add("Clip", [model.Add("Reshape", [SmallModel.Images, model.Numbers("shape", 0, 2, -1)]), model.Values("low", [0])]));
        LiveTensors.AssertUnchangedBy(() =>
        {
            using var reshaped = OnnxNetwork.Load(folder["reshaped.onnx"]);
            using var network = OnnxNetwork.Load(folder["network.onnx"]);
            network.call(images).Dispose();
            network.TakeOut("layer1.0.conv1");
            network.call(images).Dispose();
        });
    }
}
