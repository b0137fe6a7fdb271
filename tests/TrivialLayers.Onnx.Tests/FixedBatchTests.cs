using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

/// <summary>Files whose constants have the size of their batch, as PyTorch exports them by default: read for batches of any size, or refused with what to do.</summary>
public sealed class FixedBatchTests : IDisposable
{
    private const string X = SmallModel.Images;

    private readonly TemporaryFolder _folder = new();

    private static readonly Dictionary<string, Func<SmallModel, int, string>> s_files = new()
    {
        ["zeros beside features"] = (model, batch) => model.Add("Concat", [Convolution(model, X, "conv", 3), Repeated(model, "zeros", batch, 2, 8, 8)], ("axis", 1)),
        ["a class token"] = (model, batch) =>
        {
            var tokens = Transposed(model, Reshaped(model, Convolution(model, X, "conv", 3), batch, 4, -1), 0, 2, 1);
            var token = model.Add("Expand", [model.Weights("token", 1, 1, 4), model.Numbers("once", batch, 1, 4)]);
            return model.Add("Concat", [token, tokens], ("axis", 1));
        },
        ["a condition"] = (model, batch) => model.Add("Where", [model.Add("Greater", [X, model.Values("limit", [0])]), X, Repeated(model, "otherwise", batch, 3, 8, 8)]),
        ["an expansion"] = (model, batch) => model.Add("Add", [X, model.Add("Expand", [model.Add("GlobalAveragePool", [X]), model.Numbers("shape", batch, 3, 8, 8)])]),
        ["shuffled channels"] = (model, batch) =>
        {
            var pairs = Transposed(model, Reshaped(model, Convolution(model, X, "conv", 3), 2 * batch, 2, 64), 1, 0, 2);
            var halves = Reshaped(model, pairs, 2, -1, 2, 8, 8);
            return model.Add("Concat", [model.Add("Relu", [model.Add("Gather", [halves, model.Number("first", 0)])]), model.Add("Gather", [halves, model.Number("second", 1)])], ("axis", 1));
        },
        ["windows"] = (model, batch) =>
        {
            var apart = Transposed(model, Reshaped(model, Convolution(model, X, "conv", 3), batch, 4, 2, 4, 2, 4), 0, 2, 4, 1, 3, 5);
            var seen = Convolution(model, Reshaped(model, apart, 4 * batch, 4, 4, 4), "seen", 4);
            var together = Transposed(model, Reshaped(model, seen, batch, 2, 2, 4, 4, 4), 0, 3, 1, 4, 2, 5);
            return Reshaped(model, together, batch, 4, 8, 8);
        },
        ["attention heads"] = (model, batch) =>
        {
            var tokens = Transposed(model, Reshaped(model, Convolution(model, X, "conv", 3), batch, 4, 64), 2, 0, 1);
            var heads = Transposed(model, Reshaped(model, tokens, 64, 2 * batch, 2), 1, 0, 2);
            var shares = model.Add("Softmax", [model.Add("MatMul", [heads, Transposed(model, heads, 0, 2, 1)])]);
            var rows = Reshaped(model, Transposed(model, model.Add("MatMul", [shares, heads]), 1, 0, 2), 64 * batch, 4);
            return Transposed(model, Reshaped(model, model.Add("MatMul", [rows, model.Weights("out.weight", 4, 4)]), 64, batch, 4), 1, 0, 2);
        },
    };

    /// <summary>Graphs that are right for the one image that their file fixes. Many of them would mix two.</summary>
    private static readonly Dictionary<string, Func<SmallModel, string>> s_ofOneImage = new()
    {
        ["channels mixed by a product without the batch"] = model => Reshaped(model, model.Add("MatMul", [model.Weights("mixing", 3, 3), Reshaped(model, X, 3, 64)]), 1, 3, 8, 8),
        ["channels compared without the batch"] = model => Reshaped(model, model.Add("Softmax", [Reshaped(model, X, 3, 64)], ("axis", 0)), 1, 3, 8, 8),
        ["pixels compared without the batch"] = model => Reshaped(model, model.Add("Softmax", [Reshaped(model, X, 3, 64)], ("axis", 1)), 1, 3, 8, 8),
        ["rows of pixels after the batch"] = model => Transposed(model, model.Add("MatMul", [Pixels(model), model.Weights("mixing", 3, 4)]), 1, 2, 0),
        ["a softmax over the batch"] = model => Transposed(model, model.Add("Softmax", [Pixels(model)], ("axis", 1)), 1, 2, 0),
        ["the batch's mean"] = model => model.Add("Sub", [X, model.Add("ReduceMean", [X], ("axes", new long[] { 0 }))]),
        ["the batch's maximum alone"] = model => model.Add("ReduceMax", [X], ("axes", new long[] { 0 })),
        ["maps joined along the batch as channels"] = model => Convolution(model, Reshaped(model, model.Add("Concat", [X, model.Add("Tanh", [X])], ("axis", 0)), 1, 6, 8, 8), "conv", 6),
        ["maps joined along the batch and summed"] = model => model.Add("ReduceSum", [model.Add("Concat", [X, model.Add("Tanh", [X])], ("axis", 0)), model.Numbers("first axis", 0)]),
        ["features without the batch joined"] = model =>
        {
            var features = model.Add("Squeeze", [model.Add("GlobalAveragePool", [Convolution(model, X, "conv", 3)])]);
            return Reshaped(model, model.Add("Concat", [features, model.Add("Tanh", [features])], ("axis", 0)), 1, 8);
        },
        ["a sum of features without the batch"] = model =>
        {
            var features = model.Add("Squeeze", [model.Add("GlobalAveragePool", [Convolution(model, X, "conv", 3)])]);
            return Reshaped(model, model.Add("Sub", [features, model.Add("ReduceSum", [features, model.Numbers("first axis", 0)])]), 1, 4);
        },
        ["the first image beside all"] = model => model.Add("Add", [X, model.Add("Gather", [X, model.Number("first", 0)])]),
        ["a part of the batch beside all"] = model => model.Add("Mul", [X, model.Add("Slice", [X, model.Numbers("from", 0), model.Numbers("to", 1), model.Numbers("axes", 0)])]),
        ["the batch backwards"] = model => model.Add("Slice", [X, model.Numbers("from", -1), model.Numbers("to", int.MinValue), model.Numbers("axes", 0), model.Numbers("steps", -1)]),
        ["the width backwards"] = model => model.Add("Slice", [X, model.Numbers("from", -1), model.Numbers("to", int.MinValue), model.Numbers("axes", 3), model.Numbers("steps", -1)]),
        ["the batch dropped and put back"] = model => model.Add("Unsqueeze", [model.Add("Tanh", [model.Add("Squeeze", [X, model.Numbers("axis", 0)])]), model.Numbers("again", 0)]),
        ["an axis before the batch"] = model => model.Add("Squeeze", [model.Add("Tanh", [model.Add("Unsqueeze", [X, model.Numbers("axis", 0)])]), model.Numbers("again", 0)]),
        ["an axis before the batch, and its mean"] = model => Reshaped(model, model.Add("Sub", [model.Add("Unsqueeze", [X, model.Numbers("axis", 0)]), model.Add("ReduceMean", [X], ("axes", new long[] { 0 }))]), 1, 3, 8, 8),
        ["all in one row and back"] = model => Reshaped(model, model.Add("Tanh", [model.Add("Flatten", [X], ("axis", 0))]), 1, 3, 8, 8),
        ["a product of all in one row"] = model => model.Add("MatMul", [model.Add("Flatten", [X], ("axis", 0)), model.Weights("fc.weight", 192, 5)]),
        ["a pixel of the first image replaced"] = model => model.Add("ScatterND", [X, model.Add("Reshape", [model.Numbers("places", 0, 1, 2, 3), model.Numbers("one pixel", 1, 4)]), model.Values("pixel", [50], 1)]),
    };

    public static TheoryData<string> FilesOfOneImage => [.. s_ofOneImage.Keys];

    public static TheoryData<string, int> Files
    {
        get
        {
            var files = new TheoryData<string, int>();
            foreach (var name in s_files.Keys)
            {
                files.Add(name, 1);
                files.Add(name, 2);
            }

            return files;
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_whose_constants_have_its_batch_is_read_for_batches_of_any_size_and_written_so(string name, int batch)
    {
        using var scope = NewDisposeScope();
        var model = new SmallModel(17, 3, 8, 8);
        var path = model.Save(_folder["model.onnx"], s_files[name](model, batch), batch);
        var images = model.Noise(4);
        var expected = cat([.. Enumerable.Range(0, 4 / batch).Select(i => OnnxRuntime.Run(path, images[(i * batch)..((i + 1) * batch)]))]);
        using var network = OnnxNetwork.Load(path);

        Assert.InRange(OnnxRuntime.Difference(network.call(images), expected), 0, OnnxRuntime.Tolerance);

        network.SaveOnnx(_folder["free.onnx"]);
        Assert.InRange(OnnxRuntime.Difference(OnnxRuntime.Run(_folder["free.onnx"], images), expected), 0, OnnxRuntime.Tolerance);
    }

    [Theory]
    [MemberData(nameof(FilesOfOneImage))]
    public void A_file_for_one_image_gives_each_of_two_the_answer_that_it_gets_alone_or_is_refused(string name)
    {
        using var scope = NewDisposeScope();
        var model = new SmallModel(17, 3, 8, 8);
        var path = model.Save(_folder["model.onnx"], s_ofOneImage[name](model), batch: 1);
        var images = model.Noise();
        var expected = cat([OnnxRuntime.Run(path, images[..1]), OnnxRuntime.Run(path, images[1..])]);
        OnnxNetwork network;
        try
        {
            network = OnnxNetwork.Load(path);
        }
        catch (NotSupportedException error)
        {
            Assert.Contains("the file computes with a fixed batch of 1; export it for batches of any size: torch.onnx.export(..., dynamic_axes=", error.Message, StringComparison.Ordinal);
            return;
        }

        using (network)
        {
            Assert.InRange(OnnxRuntime.Difference(network.call(images), expected), 0, OnnxRuntime.Tolerance);
            Assert.InRange(OnnxRuntime.Difference(cat([network.call(images[..1]), network.call(images[1..])]), expected), 0, OnnxRuntime.Tolerance);
        }
    }

    [Theory]
    [InlineData("the batch's mean")]
    [InlineData("a softmax over the batch")]
    [InlineData("maps joined along the batch as channels")]
    [InlineData("features without the batch joined")]
    [InlineData("the first image beside all")]
    [InlineData("the batch backwards")]
    [InlineData("a pixel of the first image replaced")]
    public void A_network_that_would_mix_two_images_is_refused_since_its_numbers_differ(string name)
    {
        var model = new SmallModel(17, 3, 8, 8);
        Assert.Contains("two images in one batch would get other outputs than each by itself", Refused<NotSupportedException>(model, s_ofOneImage[name](model), 1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pixels compared without the batch")]
    [InlineData("rows of pixels after the batch")]
    [InlineData("the width backwards")]
    [InlineData("an axis before the batch")]
    [InlineData("all in one row and back")]
    public void A_network_that_only_moves_its_images_is_read(string name)
    {
        using var scope = NewDisposeScope();
        var model = new SmallModel(17, 3, 8, 8);
        using var network = OnnxNetwork.Load(model.Save(_folder["model.onnx"], s_ofOneImage[name](model), batch: 1));
        Assert.Equal(2, network.call(model.Noise(2)).shape[0]);
    }

    [Theory]
    [InlineData(1 << 20, 1, "403 million numbers")]
    [InlineData(1 << 7, 513, "6 million numbers")] // and 830 billion products
    public void A_network_that_is_too_large_to_compare_two_images_is_refused_before_it_is_computed(int repetitions, int window, string words)
    {
        var model = new SmallModel(17, 3, 8, 8);
        var large = model.Add("Tile", [Reshaped(model, X, 3, 1, 8, 8), model.Numbers("times", 1, 1, window > 1 ? repetitions : 1, repetitions)]);
        var pooled = model.Add("MaxPool", [large], ("kernel_shape", new long[] { window, window }), ("pads", new long[] { window / 2, window / 2, window / 2, window / 2 }));
        var part = model.Add("Slice", [pooled, model.Numbers("from", 0, 0), model.Numbers("to", 8, 8), model.Numbers("axes", 2, 3)]);
        var error = Refused<NotSupportedException>(model, Reshaped(model, part, 1, 3, 8, 8), 1);
        Assert.Contains("whether two images together would get the answers that each gets alone is too much to compute", error, StringComparison.Ordinal);
        Assert.Contains(words, error, StringComparison.Ordinal);
        Assert.Contains("the file computes with a fixed batch of 1;", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_constant_that_differs_between_the_images_of_the_batch_is_refused_and_how_to_export_the_network_is_said()
    {
        var model = new SmallModel(17, 3, 8, 8);
        var error = Refused<NotSupportedException>(model, model.Add("Add", [X, model.Weights("shift", 2, 3, 8, 8)]), 2);
        Assert.Contains("Add 'Add-0' (opset 17): the file computes with a fixed batch of 2;", error, StringComparison.Ordinal);
        Assert.Contains("torch.onnx.export(..., dynamic_axes={\"images\": {0: \"N\"}}", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_that_compares_its_rows_after_images_were_merged_with_them_is_refused()
    {
        var model = new SmallModel(17, 3, 8, 8);
        var rows = Reshaped(model, X, 24, 8);
        var compared = model.Add("Sub", [rows, model.Add("ReduceMax", [rows], ("axes", new long[] { 0 }))]);
        var error = Refused<NotSupportedException>(model, Reshaped(model, compared, 1, 3, 8, 8), 1);
        Assert.Contains("two images in one batch would get other outputs than each by itself: the file computes with a fixed batch of 1;", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_that_takes_one_image_out_of_the_batch_is_refused()
    {
        var model = new SmallModel(17, 3, 8, 8);
        var error = Refused<NotSupportedException>(model, model.Add("Unsqueeze", [model.Add("Gather", [X, model.Number("first", 0)]), model.Numbers("axis", 0)]), 1);
        Assert.Contains("does not have one result for each image [N, …]: the file computes with a fixed batch of 1;", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "shape '[1, 47]' is invalid for input of size 192")]
    [InlineData(2, "shape '[1, 47]' is invalid for input of size 384")]
    [InlineData(null, "shape '[1, 47]' is invalid for input of size 192")]
    public void What_does_not_fit_the_batch_of_the_file_either_is_wrong_in_the_file(int? batch, string words)
    {
        var model = new SmallModel(17, 3, 8, 8);
        Assert.Contains(words, Refused<InvalidDataException>(model, Reshaped(model, X, 1, 47), batch), StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_for_one_image_in_a_file_that_leaves_the_batch_open_is_refused()
    {
        var model = new SmallModel(17, 3, 8, 8);
        Assert.Contains("it computes with one image only", Refused<InvalidDataException>(model, Reshaped(model, X, 1, 3, 64), null), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static string Convolution(SmallModel model, string from, string name, long channels) =>
        model.Add("Conv", [from, model.Weights(name + ".weight", 4, channels, 3, 3)], ("pads", new long[] { 1, 1, 1, 1 }));

    private static string Reshaped(SmallModel model, string from, params long[] shape) =>
        model.Add("Reshape", [from, model.Numbers(FormattableString.Invariant($"shape{model.Proto.Graph.Initializer.Count}"), shape)]);

    /// <summary>The pixels of all images, <c>[64, N, 3]</c>.</summary>
    private static string Pixels(SmallModel model) => Transposed(model, Reshaped(model, X, 1, 3, 64), 2, 0, 1);

    private static string Transposed(SmallModel model, string from, params long[] order) => model.Add("Transpose", [from], ("perm", order));

    /// <summary>The same numbers for each image of the batch.</summary>
    private static string Repeated(SmallModel model, string name, int batch, params long[] shape)
    {
        float[] once = [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (product, length) => product * length)).Select(i => MathF.Sin(i))];
        return model.Values(name, [.. Enumerable.Repeat(once, batch).SelectMany(values => values)], [batch, .. shape]);
    }

    private string Refused<TError>(SmallModel model, string output, int? batch)
        where TError : Exception => Assert.Throws<TError>(() => OnnxNetwork.Load(model.Save(_folder["model.onnx"], output, batch))).Message;
}
