using Google.Protobuf;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

/// <summary>What is read of a file, and what is refused with which words.</summary>
public sealed class ReadingTests : IDisposable
{
    private const string X = SmallModel.Images;

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("layer1.0.conv1.weight", "some-node", "layer1.0.conv1")]
    [InlineData("onnx::Conv_12", "/layer1/layer1.0/conv1/Conv", "layer1.0.conv1")]
    [InlineData("onnx::Conv_12", "/features/features.3/conv/conv.0/conv.0.0/Conv", "features.3.conv.0.0")]
    [InlineData("const__12", "resnet/conv1/Conv2D", "resnet/conv1/Conv2D")]
    [InlineData("Parameter91", "Convolution249", "Convolution249")]
    public void A_layer_has_the_name_that_the_file_gives_it(string weights, string node, string expected)
    {
        var model = new SmallModel(17, 3, 8, 8);
        var output = model.Add("Conv", [X, model.Weights(weights, 4, 3, 3, 3)]);
        model.Proto.Graph.Node[0].Name = node;

        using var network = OnnxNetwork.Load(model.Save(_folder["model.onnx"], output));

        Assert.Equal([expected], network.Layers.Select(layer => layer.Name));
    }

    [Fact]
    public void An_operator_that_is_not_read_is_refused_with_its_node_and_opset_and_what_is_known()
    {
        var model = new SmallModel(16, 3, 8, 8);
        var error = Refused<NotSupportedException>(model, model.Add("GridSample", [X, X]));
        Assert.Contains("GridSample 'GridSample-0' (opset 16)", error, StringComparison.Ordinal);
        Assert.Contains("Supported are Abs, Add,", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_way_to_use_an_operator_that_is_not_read_is_refused_and_what_is_known_is_said()
    {
        var model = new SmallModel(13, 3, 8, 8);
        var error = Refused<NotSupportedException>(model, model.Add("Resize", [X, "", model.Values("scales", [1, 1, 2, 2], 4)], ("mode", "cubic")));
        Assert.Contains("Resize 'Resize-0' (opset 13): mode = cubic", error, StringComparison.Ordinal);
        Assert.Contains("expected nearest or linear", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Constant")]
    [InlineData("Dropout")]
    [InlineData("Identity")]
    [InlineData("Relu")]
    [InlineData("Softmax")]
    public void An_operator_of_another_domain_is_refused_though_one_that_is_read_has_its_name(string operation)
    {
        var model = new SmallModel(11, 3, 8, 8);
        var output = model.Add("Relu", [model.Add(operation, [X])]);
        model.Proto.Graph.Node[0].Domain = "custom";
        var error = Refused<NotSupportedException>(model, output);
        Assert.Contains($"{operation} '{operation}-0' (opset 11): this operator of the domain 'custom' is not supported", error, StringComparison.Ordinal);
        Assert.Contains("Supported are Abs, Add,", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(13)]
    public void A_batch_norm_that_computes_its_statistics_from_the_batch_is_refused(long opset)
    {
        var model = new SmallModel(opset, 3, 8, 8);
        string[] inputs = [X, model.Positive("s", 3), model.Weights("b", 3), model.Weights("m", 3), model.Positive("v", 3)];
        Assert.Contains("BatchNormalization 'BatchNormalization-0'", Refused<NotSupportedException>(model, model.Add("BatchNormalization", inputs, 5)[0]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(99)]
    public void A_version_of_the_operators_that_is_not_known_is_refused(long opset)
    {
        var model = new SmallModel(opset, 3, 8, 8);
        Assert.Contains("7 to 26 are supported", Refused<NotSupportedException>(model, model.Add("Relu", [X])), StringComparison.Ordinal);
    }

    [Fact]
    public void Indices_of_maxima_with_uneven_padding_are_refused_with_their_node()
    {
        var model = new SmallModel(17, 3, 8, 8);
        var pooled = model.Add("MaxPool", [X], 2, ("kernel_shape", new long[] { 2, 2 }), ("pads", new long[] { 0, 0, 1, 1 }));
        Assert.Contains("MaxPool 'MaxPool-0' (opset 17): indices of maxima", Refused<NotSupportedException>(model, pooled[0]), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_do_not_fit_are_named()
    {
        var model = new SmallModel(17, 3, 8, 8);
        Assert.Contains("Conv 'Conv-0' (opset 17) does not fit", Refused<InvalidDataException>(model, model.Add("Conv", [X, model.Weights("w", 4, 5, 3, 3)])), StringComparison.Ordinal);
    }

    [Fact]
    public void Lengths_that_an_Expand_cannot_give_are_named()
    {
        var model = new SmallModel(17, 3, 8, 8);
        Assert.Contains("8 and 4 numbers along axis 3 do not match", Refused<InvalidDataException>(model, model.Add("Expand", [X, model.Numbers("shape", 1, 3, 8, 4)])), StringComparison.Ordinal);
    }

    [Fact]
    public void Updates_that_do_not_fit_their_places_are_named_before_anything_is_computed()
    {
        var model = new SmallModel(17, 3, 8, 8);
        var places = model.Add("Reshape", [model.Numbers("places", 0, 1), model.Numbers("pairs", 1, 2)]);
        var replaced = model.Add("ScatterND", [model.Add("GlobalAveragePool", [X]), places, model.Weights("pixel", 1, 2)]);
        Assert.Contains("its updates have the shape [1, 2]; expected [1, 1, 1]", Refused<InvalidDataException>(model, replaced), StringComparison.Ordinal);
    }

    [Fact]
    public void A_response_normalised_over_more_neighbours_than_there_are_takes_no_more_memory()
    {
        var model = new SmallModel(17, 3, 8, 8);
        using var network = OnnxNetwork.Load(model.Save(_folder["model.onnx"], model.Add("LRN", [X], ("size", 2_000_000_000), ("alpha", 1f), ("bias", 1f))));
        using var scope = NewDisposeScope();
        var images = ones(2, 3, 8, 8);

        Assert.Equal(1, network.forward(images).mean().item<float>(), precision: 5);
    }

    [Theory]
    [InlineData("InstanceNormalization")]
    [InlineData("LayerNormalization")]
    [InlineData("GroupNormalization")]
    public void Weights_of_a_normalisation_that_do_not_fit_are_named(string operation)
    {
        var model = new SmallModel(21, 3, 8, 8);
        var error = Refused<InvalidDataException>(model, model.Add(operation, [X, model.Positive("s", 5), model.Weights("b", 5)], ("num_groups", 3)));
        Assert.Contains("do not match the normalised size", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_a_normalisation_that_the_graph_computes_are_refused()
    {
        var model = new SmallModel(21, 4, 8, 8);
        var scale = model.Add("Reshape", [model.Add("ReduceMean", [X, model.Numbers("axes", 0, 2, 3)]), model.Numbers("shape", 4)]);
        Assert.Contains("computed by the graph", Refused<NotSupportedException>(model, model.Add("GroupNormalization", [X, scale, model.Weights("b", 4)], ("num_groups", 2))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Softmax")]
    [InlineData("LogSoftmax")]
    public void A_softmax_that_compares_the_images_of_a_batch_is_refused(string operation)
    {
        var model = new SmallModel(17, 3, 8, 8);
        Assert.Contains("compares the images of a batch", Refused<NotSupportedException>(model, model.Add(operation, [X], ("axis", 0))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_layer_may_be_used_on_a_constant_as_well_as_on_the_images(bool isConstantFirst)
    {
        using var scope = NewDisposeScope();
        var model = new SmallModel(17, 3, 8, 8);
        string[] inputs = isConstantFirst ? [model.Weights("constant", 1, 3, 8, 8), X] : [X, model.Weights("constant", 1, 3, 8, 8)];
        var kernel = model.Weights("conv.weight", 4, 3, 3, 3);
        var path = model.Save(_folder["model.onnx"], model.Add("Add", [.. inputs.Select(input => model.Add("Conv", [input, kernel]))]));
        using var network = OnnxNetwork.Load(path);
        var images = model.Noise();
        Assert.InRange(OnnxRuntime.Difference(network.call(images), OnnxRuntime.Run(path, images)), 0, OnnxRuntime.Tolerance);
    }

    [Fact]
    public void A_file_that_is_refused_leaves_no_tensor_behind()
    {
        var model = new SmallModel(17, 3, 8, 8);
        var features = model.Add("Conv", [X, model.Weights("conv.weight", 4, 3, 3, 3), model.Weights("conv.bias", 4)]);
        model.Save(_folder["model.onnx"], model.Add("GridSample", [features, features]));
        LiveTensors.AssertUnchangedBy(() => Assert.Throws<NotSupportedException>(() => OnnxNetwork.Load(_folder["model.onnx"])));
    }

    [Fact]
    public void A_size_that_the_file_leaves_open_is_asked_for()
    {
        var model = new SmallModel(17, 3, 8, 8);
        var output = model.Add("GlobalAveragePool", [model.Add("Conv", [X, model.Weights("w", 4, 3, 3, 3)])]);
        model.ToBytes(output);
        model.Proto.Graph.Input[0].Type.TensorType.Shape.Dim[2].DimParam = "H";
        File.WriteAllBytes(_folder["model.onnx"], model.Proto.ToByteArray());

        Assert.Contains("OnnxNetwork.Load(path, height: 224, width: 224)", Assert.Throws<ArgumentException>(() => OnnxNetwork.Load(_folder["model.onnx"])).Message, StringComparison.Ordinal);
        using var network = OnnxNetwork.Load(_folder["model.onnx"], height: 12);
        Assert.Equal((12, 8), (network.Height, network.Width));
    }

    [Fact]
    public void Images_of_another_size_are_refused_and_how_to_read_the_network_for_them_is_said()
    {
        var model = new SmallModel(17, 3, 8, 8);
        using var network = OnnxNetwork.Load(model.Save(_folder["model.onnx"], model.Add("GlobalAveragePool", [X])));
        Assert.Contains("OnnxNetwork.Load(path, height: 9, width: 7)", Assert.Throws<ArgumentException>(() => network.call(zeros(1, 3, 9, 7))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(224, 224, 3, false)]
    [InlineData(28, 28, 1, false)]
    [InlineData(32, 48, 4, false)]
    [InlineData(32, 32, 3, true)]
    public void Images_with_their_channels_last_are_refused_and_how_to_convert_the_network_is_said(long height, long width, long channels, bool isSizeOpen)
    {
        var model = new SmallModel(17, height, width, channels);
        var turned = model.Add("Transpose", [X], ("perm", new long[] { 0, 3, 1, 2 }));
        model.ToBytes(model.Add("Conv", [turned, model.Weights("conv.weight", 4, channels, 3, 3)]));
        if (isSizeOpen)
        {
            model.Proto.Graph.Input[0].Type.TensorType.Shape.Dim[1].DimParam = "height";
            model.Proto.Graph.Input[0].Type.TensorType.Shape.Dim[2].DimParam = "width";
        }

        File.WriteAllBytes(_folder["model.onnx"], model.Proto.ToByteArray());

        var error = Assert.Throws<NotSupportedException>(() => OnnxNetwork.Load(_folder["model.onnx"])).Message;

        Assert.Contains(isSizeOpen ? "[N, H, W, 3]" : FormattableString.Invariant($"[N, {height}, {width}, {channels}]"), error, StringComparison.Ordinal);
        Assert.Contains("--inputs-as-nchw images", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, 4)]
    [InlineData(16, 1)]
    public void Small_maps_of_many_channels_are_not_taken_for_images_with_their_channels_last(int channels, int size)
    {
        var model = new SmallModel(17, channels, size, size);
        using var network = OnnxNetwork.Load(model.Save(_folder["model.onnx"], model.Add("Conv", [X, model.Weights("conv.weight", 4, channels, 1, 1)])));
        Assert.Equal((channels, size, size), (network.Channels, network.Height, network.Width));
    }

    [Fact]
    public void The_scores_before_a_softmax_are_taken_when_they_are_named()
    {
        using var scope = NewDisposeScope();
        var (model, scores) = Network();
        var path = model.Save(_folder["model.onnx"], model.Add("Softmax", [scores]));
        using var network = OnnxNetwork.Load(path, output: scores);
        var images = model.Noise();
        Assert.InRange(OnnxRuntime.Difference(network.call(images), OnnxRuntime.Run(model.Save(_folder["scores.onnx"], scores), images)), 0, OnnxRuntime.Tolerance);
        Assert.InRange(OnnxRuntime.Difference(network.call(images).softmax(1), OnnxRuntime.Run(path, images)), 0, OnnxRuntime.Tolerance);
    }

    [Theory]
    [InlineData("logits")]
    [InlineData("fc.weight")]
    [InlineData("")]
    public void An_output_that_is_not_there_is_refused_and_the_outputs_and_what_they_are_computed_from_are_named(string asked)
    {
        var (model, scores) = Network();
        var answer = model.Add("Softmax", [scores]);
        model.Save(_folder["model.onnx"], answer);
        var error = Assert.Throws<ArgumentException>(() => OnnxNetwork.Load(_folder["model.onnx"], output: asked)).Message;
        Assert.Contains($"has no output '{asked}'", error, StringComparison.Ordinal);
        Assert.Contains($"Its outputs are '{answer}'. Of the tensors within, they are computed from '{scores}'.", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)] // as newer exporters of PyTorch write it
    public void A_batch_that_the_file_fixes_may_have_any_size(int allowsZero)
    {
        using var scope = NewDisposeScope();
        var model = new SmallModel(17, 3, 4, 4);
        var output = model.Add("Gemm", [model.Add("Reshape", [X, model.Numbers("shape", 1, 48)], ("allowzero", allowsZero)), model.Weights("fc.weight", 48, 5)]);
        var path = model.Save(_folder["model.onnx"], output, batch: 1);
        using var network = OnnxNetwork.Load(path);
        var images = model.Noise(5);
        var answers = network.call(images);
        for (var i = 0; i < 5; i++)
            Assert.InRange(OnnxRuntime.Difference(answers[i..(i + 1)], OnnxRuntime.Run(path, images[i..(i + 1)])), 0, OnnxRuntime.Tolerance);
    }

    [Fact]
    public void A_squeeze_without_axes_leaves_a_batch_of_one_image()
    {
        using var scope = NewDisposeScope();
        var model = new SmallModel(17, 3, 4, 4);
        var features = model.Add("Squeeze", [model.Add("GlobalAveragePool", [X])]);
        using var network = OnnxNetwork.Load(model.Save(_folder["model.onnx"], model.Add("Gemm", [features, model.Weights("fc.weight", 3, 5)])));
        var images = model.Noise(2);
        Assert.InRange(OnnxRuntime.Difference(network.call(images[..1]), network.call(images)[..1]), 0, OnnxRuntime.Tolerance);
        network.SaveOnnx(_folder["written.onnx"]);
        Assert.InRange(OnnxRuntime.Difference(OnnxRuntime.Run(_folder["written.onnx"], images[..1]), network.call(images[..1])), 0, OnnxRuntime.Tolerance);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_resize_in_a_file_of_a_fixed_batch_leaves_the_batch_also_when_it_is_written(int batch)
    {
        using var scope = NewDisposeScope();
        var model = new SmallModel(17, 3, 4, 4);
        var output = model.Add("Resize", [X, "", "", model.Numbers("sizes", batch, 3, 7, 9)], ("mode", "linear"));
        var path = model.Save(_folder["model.onnx"], output, batch);
        using var network = OnnxNetwork.Load(path);
        var images = model.Noise(4);

        network.SaveOnnx(_folder["free.onnx"]);

        var expected = cat([OnnxRuntime.Run(path, images[..batch]), OnnxRuntime.Run(path, images[^batch..])]);
        var answers = network.call(images);
        Assert.InRange(OnnxRuntime.Difference(cat([answers[..batch], answers[^batch..]]), expected), 0, OnnxRuntime.Tolerance);
        Assert.InRange(OnnxRuntime.Difference(OnnxRuntime.Run(_folder["free.onnx"], images), answers), 0, OnnxRuntime.Tolerance);
    }

    [Fact]
    public void A_resize_of_channels_is_refused()
    {
        var model = new SmallModel(17, 3, 4, 4);
        Assert.Contains("only height and width", Refused<InvalidDataException>(model, model.Add("Resize", [X, "", model.Values("scales", [1, 2, 1, 1], 4)])), StringComparison.Ordinal);
        model = new SmallModel(17, 3, 4, 4);
        Assert.Contains("only height and width", Refused<InvalidDataException>(model, model.Add("Resize", [X, "", "", model.Numbers("sizes", 1, 6, 4, 4)]), batch: 1), StringComparison.Ordinal);
    }

    [Fact]
    public void A_size_that_the_graph_computes_follows_the_size_that_is_asked_for()
    {
        using var scope = NewDisposeScope();
        var model = new SmallModel(17, 3, 8, 8);
        var half = model.Add("Div", [model.Add("Slice", [model.Add("Shape", [X]), model.Numbers("from", 2), model.Numbers("to", 4)]), model.Numbers("two", 2)]);
        var output = model.Add("Slice", [model.Add("Conv", [X, model.Weights("w", 4, 3, 1, 1)]), model.Numbers("start", 0, 0), half, model.Numbers("axes", 2, 3)]);
        model.ToBytes(output);
        model.Proto.Graph.Input[0].Type.TensorType.Shape.Dim[2].DimParam = "H";
        model.Proto.Graph.Input[0].Type.TensorType.Shape.Dim[3].DimParam = "W";
        File.WriteAllBytes(_folder["model.onnx"], model.Proto.ToByteArray());
        using var network = OnnxNetwork.Load(_folder["model.onnx"], height: 12, width: 10);
        var images = randn(2, 3, 12, 10);

        network.SaveOnnx(_folder["fixed.onnx"]);

        Assert.InRange(OnnxRuntime.Difference(network.call(images), OnnxRuntime.Run(_folder["model.onnx"], images)), 0, OnnxRuntime.Tolerance);
        Assert.InRange(OnnxRuntime.Difference(OnnxRuntime.Run(_folder["fixed.onnx"], images), network.call(images)), 0, OnnxRuntime.Tolerance);
    }

    [Fact]
    public void Weights_in_16_bits_are_read_and_computed_in_32()
    {
        using var scope = NewDisposeScope();
        var (model, output) = Network();
        var images = model.Noise();
        foreach (var initializer in model.Proto.Graph.Initializer)
        {
            var halves = initializer.FloatData.Select(value => (Half)value).ToArray();
            (initializer.DataType, initializer.RawData) = (10, ByteString.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes<Half>(halves)));
            initializer.FloatData.Clear();
        }

        model.ToBytes(output);
        model.Proto.Graph.Input[0].Type.TensorType.ElemType = model.Proto.Graph.Output[0].Type.TensorType.ElemType = 10;
        File.WriteAllBytes(_folder["half.onnx"], model.Proto.ToByteArray());
        using var network = OnnxNetwork.Load(_folder["half.onnx"]);

        Assert.InRange(OnnxRuntime.Difference(network.call(images), OnnxRuntime.Run(_folder["half.onnx"], images)), 0, 5e-3); // ONNX Runtime computes in 16 bits
        network.SaveOnnx(_folder["float.onnx"]);
        Assert.InRange(OnnxRuntime.Difference(network.call(images), OnnxRuntime.Run(_folder["float.onnx"], images)), 0, OnnxRuntime.Tolerance);
    }

    [Fact]
    public void Weights_in_a_file_beside_the_model_are_read()
    {
        using var scope = NewDisposeScope();
        var (model, output) = Network();
        var path = model.SaveExternally(_folder["model.onnx"], output);
        var images = model.Noise();
        using var network = OnnxNetwork.Load(path);
        Assert.InRange(OnnxRuntime.Difference(network.call(images), OnnxRuntime.Run(path, images)), 0, OnnxRuntime.Tolerance);
    }

    [Theory]
    [InlineData("location", "../weights.bin")]
    [InlineData("location", "/etc/hostname")]
    [InlineData("location", "sub\\..\\..\\weights.bin")]
    [InlineData("location", "")]
    [InlineData("location", "link.bin")]
    [InlineData("location", "linked/weights.bin")]
    [InlineData("location", "absent.bin")]
    [InlineData("offset", "99999999999999")]
    [InlineData("offset", "-4")]
    [InlineData("length", "8")]
    [InlineData("length", "9223372036854775807")]
    public void Weights_outside_the_folder_or_the_file_are_refused(string key, string value)
    {
        var (model, output) = Network();
        var path = model.SaveExternally(_folder["model.onnx"], output);
        File.CreateSymbolicLink(_folder["link.bin"], _folder["weights.bin"]);
        Directory.CreateSymbolicLink(_folder["linked"], _folder.Path);
        var entries = model.Proto.Graph.Initializer[1].ExternalData;
        entries.First(entry => entry.Key == key).Value = value;
        File.WriteAllBytes(path, model.Proto.ToByteArray());

        var error = Assert.Throws<InvalidDataException>(() => OnnxNetwork.Load(path));

        Assert.Contains($"tensor '{model.Proto.Graph.Initializer[1].Name}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<!DOCTYPE html>", "web page")]
    [InlineData("version https://git-lfs.github.com/spec/v1\nsize 12\n", "git lfs pull")]
    [InlineData("PK\u0003\u0004", "zip archive")]
    public void Another_file_is_recognised(string contents, string words)
    {
        File.WriteAllText(_folder["model.onnx"], contents);
        Assert.Contains(words, Assert.Throws<InvalidDataException>(() => OnnxNetwork.Load(_folder["model.onnx"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_that_would_need_huge_maps_or_constants_is_refused()
    {
        var model = new SmallModel(17, 3, 8, 8);
        Assert.Contains("numbers for each image", Refused<InvalidDataException>(model, model.Add("Tile", [X, model.Numbers("times", 1, 100000, 1000, 1000)])), StringComparison.Ordinal);
        model = new SmallModel(17, 3, 8, 8);
        Assert.Contains("constant", Refused<InvalidDataException>(model, model.Add("Add", [X, model.Add("ConstantOfShape", [model.Numbers("shape", 100000, 100000)])])), StringComparison.Ordinal);
    }

    [Fact]
    public void Constants_that_double_and_double_are_refused_before_they_take_memory()
    {
        var model = new SmallModel(17, 3, 8, 8);
        var doubled = model.Weights("w", 3, 1, 1);
        for (var i = 0; i < 36; i++)
            doubled = model.Add("Concat", [doubled, doubled], ("axis", 1));
        Assert.Contains("more than this file may", Refused<InvalidDataException>(model, model.Add("Add", [X, doubled])), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_constants_together_are_refused_as_one_of_their_size_is()
    {
        var model = new SmallModel(17, 3, 8, 8);
        var sum = X;
        for (var i = 0; i < 20; i++)
            sum = model.Add("Add", [sum, model.Add("ReduceMean", [model.Add("Neg", [model.Add("ConstantOfShape", [model.Numbers(FormattableString.Invariant($"shape{i}"), 1 << 20)])])])]);
        Assert.Contains("more than this file may", Refused<InvalidDataException>(model, sum), StringComparison.Ordinal);
    }

    [Fact]
    public void Large_kernels_that_the_graph_standardises_are_read()
    {
        using var scope = NewDisposeScope();
        var model = new SmallModel(17, 1024, 3, 3);
        var kernel = model.Weights("conv.weight", 512, 1024, 3, 3);
        var flat = model.Add("Reshape", [kernel, model.Numbers("flat", 512, -1)]);
        string Mean(string of) => model.Add("ReduceMean", [of], ("axes", new long[] { 1 }));
        var centred = model.Add("Sub", [flat, Mean(flat)]);
        var variance = model.Add("Add", [Mean(model.Add("Mul", [centred, centred])), model.Values("eps", [1e-5f])]);
        var scaled = model.Add("Mul", [model.Add("Div", [centred, model.Add("Sqrt", [variance])]), model.Positive("gain", 512, 1)]);
        var standardised = model.Add("Reshape", [scaled, model.Numbers("shape", 512, 1024, 3, 3)]);
        var path = model.Save(_folder["model.onnx"], model.Add("Conv", [X, standardised], ("pads", new long[] { 1, 1, 1, 1 })));
        using var network = OnnxNetwork.Load(path);
        var images = model.Noise();
        Assert.InRange(OnnxRuntime.Difference(network.call(images), OnnxRuntime.Run(path, images)), 0, OnnxRuntime.Tolerance);
    }

    /// <summary>As timm's NFNet and BiT-ResNet standardise theirs; ONNX Runtime has no batch norm in its training form, so it runs the kernel that the formula gives.</summary>
    [Theory]
    [InlineData(15, 1)]
    [InlineData(17, 3)]
    public void Kernels_that_the_graph_standardises_by_batch_norm_in_its_training_form_are_read(long opset, int outputs)
    {
        using var scope = NewDisposeScope();
        SmallModel Model(Func<SmallModel, string> kernelOf, out string output)
        {
            var model = new SmallModel(opset, 4, 8, 8);
            output = model.Add("Conv", [X, kernelOf(model)], ("pads", new long[] { 1, 1, 1, 1 }));
            return model;
        }

        var path = Model(
            model =>
            {
                string[] inputs = [model.Add("Reshape", [model.Weights("conv.weight", 6, 4, 3, 3), model.Numbers("flat", 1, 6, 36)]), model.Positive("gain", 6), model.Weights("shift", 6), model.Weights("m", 6), model.Positive("v", 6)];
                var standardised = model.Add("BatchNormalization", inputs, outputs, ("training_mode", 1L), ("momentum", 1f), ("epsilon", 1e-6f))[0];
                return model.Add("Reshape", [standardised, model.Numbers("shape", 6, 4, 3, 3)]);
            },
            out var output).Save(_folder["model.onnx"], output);
        var plain = Model(
            model =>
            {
                model.Weights("conv.weight", 6, 4, 3, 3);
                model.Positive("gain", 6);
                model.Weights("shift", 6);
                Tensor Of(string name) => tensor(model.Proto.Graph.Initializer.Single(tensor => tensor.Name == name).FloatData.ToArray());
                var kernel = Of("conv.weight").reshape(6, 36);
                var centred = kernel - kernel.mean([1], keepdim: true);
                var standardised = (centred / (centred.square().mean([1], keepdim: true) + 1e-6).sqrt() * Of("gain").reshape(6, 1)) + Of("shift").reshape(6, 1);
                return model.Values("standardised", [.. standardised.data<float>()], 6, 4, 3, 3);
            },
            out output).Save(_folder["plain.onnx"], output);

        using var network = OnnxNetwork.Load(path);
        var images = new SmallModel(opset, 4, 8, 8).Noise();

        Assert.InRange(OnnxRuntime.Difference(network.call(images), OnnxRuntime.Run(plain, images)), 0, OnnxRuntime.Tolerance);
        network.SaveOnnx(_folder["written.onnx"]);
        Assert.InRange(OnnxRuntime.Difference(network.call(images), OnnxRuntime.Run(_folder["written.onnx"], images)), 0, OnnxRuntime.Tolerance);
    }

    [Fact]
    public void A_constant_that_nodes_hold_in_many_shapes_counts_in_each()
    {
        var model = new SmallModel(17, 1, 1024, 1024);
        var (sum, weights, shape) = (X, model.Weights("w", 1024, 1024), model.Numbers("shape", 1, 1, 1024, 1024));
        for (var i = 0; i < 30; i++)
            sum = model.Add("Add", [sum, model.Add("Reshape", [weights, shape])]);
        Assert.Contains("more than this file may", Refused<InvalidDataException>(model, sum), StringComparison.Ordinal);
    }

    [Fact]
    public void A_constant_that_is_turned_and_put_in_order_counts_each_time()
    {
        var model = new SmallModel(17, 1, 512, 2048);
        var (turned, shape) = (model.Weights("w", 512, 2048), model.Numbers("shape", 512, 2048));
        for (var i = 0; i < 30; i++)
            turned = model.Add("Reshape", [model.Add("Transpose", [turned]), shape]);
        Assert.Contains("more than this file may", Refused<InvalidDataException>(model, model.Add("Add", [X, turned])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_kernel_of_many_layers_counts_in_each()
    {
        var model = new SmallModel(17, 1024, 5, 5);
        var (sum, kernel) = (X, model.Weights("w", 1024, 1024, 1, 1));
        for (var i = 1; i <= 30; i++)
            sum = model.Add("Add", [sum, model.Add("Conv", [X, kernel], ("dilations", new long[] { i, 1 }))]);
        Assert.Contains("more than this file may", Refused<InvalidDataException>(model, sum), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Tile")]
    [InlineData("Pad")]
    [InlineData("Expand")]
    [InlineData("Neg")]
    public void Whole_numbers_that_would_need_much_memory_are_refused_before_they_take_it(string operation)
    {
        var model = new SmallModel(17, 3, 8, 8);
        var channels = model.Add("Slice", [model.Add("Shape", [X]), model.Numbers("from", 1), model.Numbers("to", 2)]);
        var many = operation switch
        {
            "Pad" => model.Add("Pad", [channels, model.Numbers("pads", 0, 4_000_000_000)]),
            "Expand" => model.Add("Neg", [model.Add("Expand", [channels, model.Numbers("shape", 4_000_000_000)])]),
            "Neg" => model.Add("Neg", [model.Add("ConstantOfShape", [model.Numbers("shape", 4_000_000_000)], ("value", new TensorProto { DataType = 7, Dims = { 1 }, Int64Data = { 1 } }))]),
            _ => model.Add("Tile", [channels, model.Numbers("times", 4_000_000_000)]),
        };
        Assert.Contains("more than this file may", Refused<InvalidDataException>(model, model.Add("Reshape", [X, many])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_constant_of_the_images_shape_is_read_for_images_of_usual_size()
    {
        using var scope = NewDisposeScope();
        var model = new SmallModel(17, 3, 224, 224);
        var output = model.Add("GlobalAveragePool", [model.Add("Add", [X, model.Add("ConstantOfShape", [model.Add("Shape", [X])], ("value", new TensorProto { DataType = 1, Dims = { 1 }, FloatData = { 2.5f } }))])]);
        var path = model.Save(_folder["model.onnx"], output);
        using var network = OnnxNetwork.Load(path);
        var images = model.Noise();
        Assert.InRange(OnnxRuntime.Difference(network.call(images), OnnxRuntime.Run(path, images)), 0, OnnxRuntime.Tolerance);
    }

    [Fact]
    public void A_name_of_thousands_of_parts_is_one_part()
    {
        var model = new SmallModel(17, 3, 8, 8);
        var name = string.Concat(Enumerable.Repeat("a.", 50_000)) + "weight";
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var network = OnnxNetwork.Load(model.Save(_folder["model.onnx"], model.Add("Conv", [X, model.Weights(name, 4, 3, 3, 3)])));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000_000);
        Assert.DoesNotContain('.', network.Layers[0].Name);
    }

    [Theory]
    [InlineData("Reshape", 13)]
    [InlineData("Resize", 13)]
    [InlineData("Resize", 10)]
    [InlineData("Upsample", 9)]
    [InlineData("Softmax", 11)]
    [InlineData("Split", 11)]
    [InlineData("Conv", 17)]
    [InlineData("BatchNormalization", 17)]
    [InlineData("Concat", 17)]
    [InlineData("ConstantOfShape", 17)]
    public void A_node_without_inputs_is_named(string operation, long opset)
    {
        var model = new SmallModel(opset, 3, 8, 8);
        var error = Assert.ThrowsAny<Exception>(() => OnnxNetwork.Load(model.Save(_folder["model.onnx"], model.Add("Add", [X, model.Add(operation, [])]), batch: 1)));
        Assert.True(error is InvalidDataException or NotSupportedException, error.ToString());
        Assert.Contains(operation, error.Message, StringComparison.Ordinal);
        Assert.Contains("model.onnx", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lengths_behind_a_length_of_zero_are_checked()
    {
        var model = new SmallModel(17, 3, 8, 8);
        model.Proto.Graph.Initializer.Add(new TensorProto { Name = "empty", DataType = 1, Dims = { 0, 1L << 62, 1L << 62 } });
        Assert.Contains("tensor 'empty': it cannot have the shape", Refused<InvalidDataException>(model, model.Add("Add", [X, "empty"])), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_nothing_needs_are_not_read()
    {
        var (model, output) = Network();
        var path = model.SaveExternally(_folder["model.onnx"], output);
        model.Proto.Graph.Initializer.Add(new TensorProto { Name = "unused", DataType = 1, Dims = { 1 << 28 }, DataLocation = TensorProto.Types.DataLocation.External, ExternalData = { new StringStringEntryProto { Key = "location", Value = "absent.bin" } } });
        File.WriteAllBytes(path, model.Proto.ToByteArray());
        OnnxNetwork.Load(path).Dispose();
    }

    [Fact]
    public void The_same_bytes_are_not_read_again_and_again()
    {
        var (model, _) = Network();
        var sum = X;
        for (var i = 0; i < 10; i++)
            sum = model.Add("Add", [sum, model.Weights(FormattableString.Invariant($"again{i}"), 3, 8, 8)]);
        var path = model.SaveExternally(_folder["model.onnx"], sum);
        foreach (var initializer in model.Proto.Graph.Initializer.Where(initializer => initializer.Name.StartsWith("again", StringComparison.Ordinal)))
            initializer.ExternalData.First(entry => entry.Key == "offset").Value = "0";
        using (var cut = File.OpenWrite(_folder["weights.bin"]))
            cut.SetLength(4 * 3 * 8 * 8);
        File.WriteAllBytes(path, model.Proto.ToByteArray());
        Assert.Contains("more from weights.bin than these files contain", Assert.Throws<InvalidDataException>(() => OnnxNetwork.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constants_that_are_views_of_others_are_held_as_their_own_and_those_that_prepare_images_are_not_trained()
    {
        using var scope = NewDisposeScope();
        var model = new SmallModel(17, 3, 8, 8);
        var prepared = model.Add("Div", [model.Add("Sub", [X, model.Weights("mean", 1, 3, 1, 1)]), model.Positive("std", 1, 3, 1, 1)]);
        var features = model.Add("Conv", [prepared, model.Weights("conv.weight", 4, 3, 1, 1)]);
        var spread = model.Add("Expand", [model.Values("one", [2], 1), model.Numbers("shape", 4, 1, 1)]);
        var output = model.Add("Mul", [model.Add("Mul", [features, model.Weights("gamma", 4, 1, 1)]), spread]);
        using var network = OnnxNetwork.Load(model.Save(_folder["model.onnx"], output));

        Assert.Equal(["conv.weight", "gamma"], network.named_parameters().Select(parameter => parameter.name).Order());
        var held = network.named_buffers().First(buffer => buffer.name.StartsWith('v')).buffer;
        using (no_grad())
            held.copy_(tensor(new[] { 1f, 2, 3, 4 }).view(4, 1, 1));
        Assert.Equal(4, held[3].item<float>());
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A small residual network.</summary>
    internal static (SmallModel Model, string Output) Network()
    {
        var model = new SmallModel(17, 3, 8, 8);
        var stem = model.Add("Relu", [model.Add("Conv", [X, model.Weights("conv1.weight", 4, 3, 3, 3), model.Weights("conv1.bias", 4)], ("pads", new long[] { 1, 1, 1, 1 }))]);
        var branch = model.Add("BatchNormalization", [model.Add("Conv", [stem, model.Weights("conv2.weight", 4, 4, 3, 3)], ("pads", new long[] { 1, 1, 1, 1 })), model.Positive("bn.weight", 4), model.Weights("bn.bias", 4), model.Weights("bn.mean", 4), model.Positive("bn.var", 4)]);
        var pooled = model.Add("Flatten", [model.Add("GlobalAveragePool", [model.Add("Add", [stem, branch])])]);
        return (model, model.Add("Gemm", [pooled, model.Weights("fc.weight", 5, 4), model.Weights("fc.bias", 5)], ("transB", 1)));
    }

    private string Refused<TError>(SmallModel model, string output, int? batch = null)
        where TError : Exception => Assert.Throws<TError>(() => OnnxNetwork.Load(model.Save(_folder["model.onnx"], output, batch))).Message;
}
