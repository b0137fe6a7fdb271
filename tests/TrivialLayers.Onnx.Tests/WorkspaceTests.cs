using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

/// <summary>What an operator asks for between its inputs and outputs is counted when a file is read: few pixels may be left of an image with huge padding.</summary>
public sealed class WorkspaceTests : IDisposable
{
    private const string X = SmallModel.Images;

    private readonly TemporaryFolder _folder = new();

    /// <summary>Steps so large that two pixels at most are left along each axis.</summary>
    private static readonly long[] s_steps = [1 << 30, 1 << 30];

    [Theory]
    [InlineData("Conv", 0, 0, 1 << 30, 1 << 30)]
    [InlineData("Conv", 1 << 29, 1 << 29, 1 << 29, 1 << 29)]
    [InlineData("MaxPool", 0, 0, 1 << 30, 1 << 30)]
    [InlineData("MaxPool", 1 << 29, 1 << 29, 1 << 29, 1 << 29)]
    [InlineData("AveragePool", 0, 0, 1 << 30, 1 << 30)]
    [InlineData("AveragePool", 1 << 29, 1 << 29, 1 << 29, 1 << 29)]
    public void An_image_with_huge_padding_is_refused_though_few_pixels_are_left_of_it(string operation, long top, long left, long bottom, long right)
    {
        var model = new SmallModel(17, 3, 8, 8);
        (string, object) steps = ("strides", s_steps), padding = ("pads", new[] { top, left, bottom, right });
        var output = operation == "Conv"
            ? model.Add("Conv", [X, model.Weights("w", 4, 3, 3, 3)], steps, padding)
            : model.Add(operation, [X], steps, padding, ("kernel_shape", s_steps));

        var error = Refused<InvalidDataException>(model, output);

        Assert.Contains($"{operation} '{operation}-0' (opset 17) does not fit the rest of the graph", error, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"its input with pads = [{top}, {left}, {bottom}, {right}] would have 3.4587645653601"), error, StringComparison.Ordinal); // 3 · (8 + 2³⁰)²
        Assert.Contains("numbers for each image; at most 268435456 are supported", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_constant_with_huge_padding_counts_with_its_padding()
    {
        var model = new SmallModel(17, 3, 8, 8);
        var pooled = model.Add("MaxPool", [model.Weights("map", 1, 3, 8, 8)], ("kernel_shape", new long[] { 1, 1 }), ("strides", new long[] { 8000, 8000 }), ("pads", new long[] { 0, 0, 7992, 7992 }));
        Assert.Contains("its input with pads = [0, 0, 7992, 7992] would have 192000000 numbers, which together with those before are more than this file may make", Refused<InvalidDataException>(model, model.Add("Add", [X, pooled])), StringComparison.Ordinal);
    }

    [Fact]
    public void Padding_of_volumes_counts()
    {
        var model = new SmallModel(17, 3, 8, 8);
        var volumes = model.Add("Unsqueeze", [X, model.Numbers("axis", 1)]);
        var pooled = model.Add("AveragePool", [volumes], ("kernel_shape", new long[] { 2, 1 << 20, 1 << 20 }), ("strides", new long[] { 1, 1 << 20, 1 << 20 }), ("pads", new long[] { 1, 1 << 19, 1 << 19, 1, 1 << 19, 1 << 19 }));
        Assert.Contains("its input with pads = [1, 524288, 524288, 1, 524288, 524288] would have 549764", Refused<InvalidDataException>(model, model.Add("Squeeze", [pooled, "axis"])), StringComparison.Ordinal); // 5 · (8 + 2²⁰)²
    }

    [Fact]
    public void A_transposed_convolution_counts_before_its_padding_is_cut_off()
    {
        var model = new SmallModel(17, 3, 8, 8);
        var output = model.Add("ConvTranspose", [X, model.Weights("w", 3, 2, 3, 3)], ("strides", new long[] { 100_000, 100_000 }), ("output_shape", new long[] { 4, 4 }));
        Assert.Contains("its output of 700003 × 700003 pixels, before its padding is cut off, would have 980008400018 numbers for each image", Refused<InvalidDataException>(model, output), StringComparison.Ordinal);
    }

    [Fact]
    public void Stacks_of_matrices_count_as_often_as_they_are_repeated()
    {
        var model = new SmallModel(17, 3, 1024, 1024);
        string Part(string mode, params long[] axes) => model.Add(mode, [X, model.Numbers(string.Join('-', axes), axes)]);
        var rows = Part("Unsqueeze", 3); // [N, 3, 1024, 1, 1024]
        var columns = model.Add("Unsqueeze", [model.Add("ReduceMean", [X], ("axes", new long[] { 2 })), model.Numbers("last", 4)]); // [N, 3, 1, 1024, 1]
        var product = model.Add("MatMul", [model.Add("Concat", [rows, rows], ("axis", 3)), model.Add("Tile", [columns, model.Numbers("times", 1, 1, 1, 1, 100)])]);
        Assert.Contains("its stacks of matrices, repeated to fit each other, would have 314572800 numbers for each image", Refused<InvalidDataException>(model, product), StringComparison.Ordinal);
    }

    [Fact]
    public void A_resize_makes_no_map_that_is_larger_than_its_input_and_output()
    {
        using var scope = NewDisposeScope();
        var model = new SmallModel(17, 1, 4, 1 << 13);
        var path = model.Save(_folder["model.onnx"], model.Add("Resize", [X, "", "", model.Numbers("size", 2, 1, 1 << 13, 4)], ("mode", "linear")), batch: 2);
        using var network = OnnxNetwork.Load(path);
        var images = model.Noise();
        var before = Resident.Begin();

        var resized = network.call(images);

        Assert.InRange(Resident.Peak() - before, 0, 100_000_000); // height first, it would be 270 MB
        Assert.InRange(OnnxRuntime.Difference(resized, OnnxRuntime.Run(path, images)), 0, OnnxRuntime.Tolerance);
    }

    [Fact]
    public void A_long_axis_that_is_turned_takes_no_memory_for_its_places_when_it_is_read()
    {
        var model = new SmallModel(17, 1, 1, 8);
        var wide = model.Add("Tile", [X, model.Numbers("times", 1, 1, 1, 1 << 24)]);
        var turned = model.Add("Slice", [wide, model.Numbers("from", -1), model.Numbers("to", long.MinValue), model.Numbers("axis", 3), model.Numbers("step", -2)]);
        var path = model.Save(_folder["model.onnx"], model.Add("GlobalAveragePool", [turned]));
        var before = GC.GetAllocatedBytesForCurrentThread();

        using var network = OnnxNetwork.Load(path);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000_000);
    }

    [Fact]
    public void Two_images_are_not_compared_where_the_padding_would_take_much_memory()
    {
        var model = new SmallModel(17, 3, 8, 8);
        var pooled = model.Add("MaxPool", [X], ("kernel_shape", new long[] { 1, 1 }), ("strides", new long[] { 1001, 1001 }), ("pads", new long[] { 0, 0, 4000, 4000 }));
        var turned = model.Add("Slice", [pooled, model.Numbers("from", -1), model.Numbers("to", -9), model.Numbers("axes", 2), model.Numbers("steps", -1)]);
        Assert.Contains("0 million numbers, 48 million more in one node", Refused<NotSupportedException>(model, turned, batch: 1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Conv")]
    [InlineData("ConvTranspose")]
    public void A_kernel_of_another_size_than_the_node_says_is_refused(string operation)
    {
        var model = new SmallModel(17, 3, 8, 8);
        Assert.Contains("kernel_shape = [1, 3], but its kernel has [3, 3] pixels", Refused<InvalidDataException>(model, model.Add(operation, [X, model.Weights("w", 3, 3, 3, 3)], ("kernel_shape", new long[] { 1, 3 }))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(0, -1)]
    [InlineData(1L << 40, 0)]
    public void An_output_padding_beyond_the_steps_is_refused(long rows, long columns)
    {
        var model = new SmallModel(17, 3, 8, 8);
        var output = model.Add("ConvTranspose", [X, model.Weights("w", 3, 2, 3, 3)], ("strides", new long[] { 2, 2 }), ("output_padding", new[] { rows, columns }));
        Assert.Contains(FormattableString.Invariant($"output_padding = [{rows}, {columns}] is not supported; expected less than its strides"), Refused<NotSupportedException>(model, output), StringComparison.Ordinal);
    }

    [Fact]
    public void Padding_that_leaves_nothing_of_a_transposed_convolution_is_refused()
    {
        var model = new SmallModel(17, 3, 8, 8);
        var output = model.Add("ConvTranspose", [X, model.Weights("w", 3, 2, 3, 3)], ("pads", new long[] { 5, 0, 5, 0 }));
        Assert.Contains("its output would have 0 pixels along an axis", Refused<InvalidDataException>(model, output), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reflect", 8, 0)]
    [InlineData("constant", long.MaxValue, long.MaxValue)]
    [InlineData("constant", long.MinValue, long.MinValue)]
    public void Padding_that_cannot_be_taken_from_an_image_is_refused(string mode, long above, long below)
    {
        var model = new SmallModel(17, 3, 8, 8);
        var output = model.Add("Pad", [X, model.Numbers("pads", 0, 0, above, 0, 0, 0, below, 0)], ("mode", mode));
        Assert.Contains(FormattableString.Invariant($"Pad 'Pad-0' (opset 17) does not fit the rest of the graph: pads = [0, 0, {above}, 0, 0, 0, {below}, 0] cannot be taken"), Refused<InvalidDataException>(model, output), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Refused<TError>(SmallModel model, string output, int? batch = null)
        where TError : Exception => Assert.Throws<TError>(() => OnnxNetwork.Load(model.Save(_folder["model.onnx"], output, batch))).Message;
}
