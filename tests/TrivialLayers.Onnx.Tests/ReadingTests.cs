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
        Assert.Contains("Known are Abs, Add,", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_way_to_use_an_operator_that_is_not_read_is_refused_and_what_is_known_is_said()
    {
        var model = new SmallModel(13, 3, 8, 8);
        var error = Refused<NotSupportedException>(model, model.Add("Resize", [X, "", model.Values("scales", [1, 1, 2, 2], 4)], ("mode", "cubic")));
        Assert.Contains("Resize 'Resize-0' (opset 13): mode = cubic", error, StringComparison.Ordinal);
        Assert.Contains("nearest and linear are", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(99)]
    public void A_version_of_the_operators_that_is_not_known_is_refused(long opset)
    {
        var model = new SmallModel(opset, 3, 8, 8);
        Assert.Contains("7 to 25 are read", Refused<NotSupportedException>(model, model.Add("Relu", [X])), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_do_not_fit_are_named()
    {
        var model = new SmallModel(17, 3, 8, 8);
        Assert.Contains("Conv 'Conv-0' (opset 17) does not fit", Refused<InvalidDataException>(model, model.Add("Conv", [X, model.Weights("w", 4, 5, 3, 3)])), StringComparison.Ordinal);
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

    [Fact]
    public void A_batch_that_the_file_fixes_may_have_any_size()
    {
        using var scope = NewDisposeScope();
        var model = new SmallModel(17, 3, 4, 4);
        var output = model.Add("Gemm", [model.Add("Reshape", [X, model.Numbers("shape", 1, 48)]), model.Weights("fc.weight", 48, 5)]);
        var path = model.Save(_folder["model.onnx"], output, batch: 1);
        using var network = OnnxNetwork.Load(path);
        var images = model.Noise(5);
        var answers = network.call(images);
        for (var i = 0; i < 5; i++)
            Assert.InRange(OnnxRuntime.Difference(answers[i..(i + 1)], OnnxRuntime.Run(path, images[i..(i + 1)])), 0, OnnxRuntime.Tolerance);
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
        var path = SaveExternally(model, output);
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
    [InlineData("location", "absent.bin")]
    [InlineData("offset", "99999999999999")]
    [InlineData("offset", "-4")]
    [InlineData("length", "8")]
    [InlineData("length", "9223372036854775807")]
    public void Weights_outside_the_folder_or_the_file_are_refused(string key, string value)
    {
        var (model, output) = Network();
        var path = SaveExternally(model, output);
        File.CreateSymbolicLink(_folder["link.bin"], _folder["weights.bin"]);
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
    public void Damaged_files_are_refused_by_name_or_read_and_never_take_much_memory()
    {
        var (model, output) = Network();
        var path = model.Save(_folder["model.onnx"], output);
        var original = File.ReadAllBytes(path);
        var (seed, tries, mutants) = (Campaign.Seed(1), Campaign.Tries(1500), new Mutants(Campaign.Seed(1)));
        var (refused, unsupported, read) = (0, 0, 0);
        for (var i = 0; i < tries; i++)
        {
            using var scope = NewDisposeScope();
            File.WriteAllBytes(path, mutants.Of(original));
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using var network = OnnxNetwork.Load(path);
                read++;
            }
            catch (Exception error) when (error is InvalidDataException or ArgumentException)
            {
                Assert.Contains("model.onnx", error.Message, StringComparison.Ordinal);
                refused++;
            }
            catch (NotSupportedException error)
            {
                Assert.Contains("model.onnx", error.Message, StringComparison.Ordinal);
                unsupported++;
            }
            catch (Exception error) when (error is not Xunit.Sdk.XunitException)
            {
                Assert.Fail(FormattableString.Invariant($"try {i} of seed {seed}: {error}"));
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000_000);
        }

        Campaign.Tell($"ONNX: {tries} tries with seed {seed}, {refused} damaged, {unsupported} not supported, {read} read");
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A small residual network.</summary>
    private static (SmallModel Model, string Output) Network()
    {
        var model = new SmallModel(17, 3, 8, 8);
        var stem = model.Add("Relu", [model.Add("Conv", [X, model.Weights("conv1.weight", 4, 3, 3, 3), model.Weights("conv1.bias", 4)], ("pads", new long[] { 1, 1, 1, 1 }))]);
        var branch = model.Add("BatchNormalization", [model.Add("Conv", [stem, model.Weights("conv2.weight", 4, 4, 3, 3)], ("pads", new long[] { 1, 1, 1, 1 })), model.Positive("bn.weight", 4), model.Weights("bn.bias", 4), model.Weights("bn.mean", 4), model.Positive("bn.var", 4)]);
        var pooled = model.Add("Flatten", [model.Add("GlobalAveragePool", [model.Add("Add", [stem, branch])])]);
        return (model, model.Add("Gemm", [pooled, model.Weights("fc.weight", 5, 4), model.Weights("fc.bias", 5)], ("transB", 1)));
    }

    private string SaveExternally(SmallModel model, string output)
    {
        using var data = File.Create(_folder["weights.bin"]);
        foreach (var initializer in model.Proto.Graph.Initializer)
        {
            var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(initializer.FloatData.ToArray()).ToArray();
            initializer.FloatData.Clear();
            initializer.DataLocation = TensorProto.Types.DataLocation.External;
            foreach (var (key, value) in new[] { ("location", "weights.bin"), ("offset", FormattableString.Invariant($"{data.Position}")), ("length", FormattableString.Invariant($"{bytes.Length}")) })
                initializer.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
            data.Write(bytes);
        }

        return model.Save(_folder["model.onnx"], output);
    }

    private string Refused<TError>(SmallModel model, string output, int? batch = null)
        where TError : Exception => Assert.Throws<TError>(() => OnnxNetwork.Load(model.Save(_folder["model.onnx"], output, batch))).Message;
}
