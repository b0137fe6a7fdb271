using Onnx;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

/// <summary>Damaged files, hostile ones among them: a named error, and bounded memory.</summary>
public sealed class DamagedFileTests : IDisposable
{
    private const string X = SmallModel.Images;

    /// <summary>What reading may take at once, of which the constants that any graph may make are half.</summary>
    private const long MostBytes = 400_000_000;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Models => [.. s_models.Keys];

    private static readonly Dictionary<string, Func<string, ModelProto>> s_models = new()
    {
        ["a residual network"] = path =>
        {
            var (model, output) = ReadingTests.Network();
            return Saved(model, model.Save(path, output));
        },
        ["old operators and a fixed batch"] = path =>
        {
            var model = new SmallModel(9, 3, 8, 8);
            var enlarged = model.Add("Upsample", [model.Add("Conv", [X, model.Weights("conv.weight", 4, 3, 3, 3)]), model.Values("scales", [1, 1, 2, 2], 4)]);
            var part = model.Add("Slice", [enlarged], ("starts", new long[] { 1, 0 }), ("ends", new long[] { 3, -2 }), ("axes", new long[] { 1, 2 }));
            var padded = model.Add("Pad", [part], ("pads", new long[] { 0, 0, 1, 2, 0, 0, 1, 0 }));
            var flat = model.Add("Reshape", [padded, model.Numbers("shape", 1, -1)]);
            return Saved(model, model.Save(path, model.Add("Softmax", [model.Add("MatMul", [flat, model.Weights("fc", 336, 5)])]), batch: 1));
        },
        ["windows and heads of a fixed batch, and a constant beside it"] = path =>
        {
            var model = new SmallModel(17, 3, 8, 8);
            string Reshaped(string from, params long[] shape) => model.Add("Reshape", [from, model.Numbers(FormattableString.Invariant($"shape{model.Proto.Graph.Initializer.Count}"), shape)]);
            string Transposed(string from, params long[] order) => model.Add("Transpose", [from], ("perm", order));
            var features = model.Add("Conv", [X, model.Weights("conv.weight", 4, 3, 3, 3)], ("pads", new long[] { 1, 1, 1, 1 }));
            var beside = model.Add("Concat", [features, model.Weights("positions", 1, 2, 8, 8)], ("axis", 1));
            var windows = Reshaped(Transposed(Reshaped(beside, 1, 6, 2, 4, 2, 4), 0, 2, 4, 1, 3, 5), 4, 6, 16);
            var heads = Reshaped(windows, 8, 3, 16);
            var shares = model.Add("Softmax", [model.Add("MatMul", [heads, Transposed(heads, 0, 2, 1)])]);
            var seen = Reshaped(model.Add("MatMul", [shares, heads]), 1, 2, 2, 6, 4, 4);
            var flat = Reshaped(Transposed(seen, 0, 3, 1, 4, 2, 5), 1, 384);
            return Saved(model, model.Save(path, model.Add("MatMul", [flat, model.Weights("fc", 384, 5)]), batch: 1));
        },
        ["sizes that the graph computes, and weights beside the file"] = path =>
        {
            var model = new SmallModel(17, 4, 8, 8);
            var shape = model.Add("Shape", [X]);
            var parts = model.Add("Split", [X, model.Numbers("parts", 1, 3)], 2, ("axis", 1));
            var joined = model.Add("Concat", [parts[1], model.Add("Conv", [parts[0], model.Weights("conv.weight", 2, 1, 1, 1)])], ("axis", 1));
            var size = model.Add("Concat", [model.Add("Gather", [shape, model.Numbers("first", 0)]), model.Numbers("rest", 5, 64)], ("axis", 0));
            var spread = model.Add("Mul", [model.Add("Reshape", [joined, size]), model.Add("Tile", [model.Weights("gamma", 1, 64), model.Numbers("times", 5, 1)])]);
            var enlarged = model.Add("Resize", [model.Add("Unsqueeze", [spread, model.Numbers("axis", 3)]), "", "", model.Add("Concat", [model.Add("Slice", [shape, model.Numbers("from", 0), model.Numbers("to", 1)]), model.Numbers("sizes", 5, 32, 2)], ("axis", 0))]);
            var added = model.Add("Add", [enlarged, model.Add("ConstantOfShape", [model.Add("Shape", [enlarged])])]);
            return Saved(model, model.SaveExternally(path, model.Add("Expand", [model.Add("ReduceMean", [added], ("axes", new long[] { 2, 3 })), model.Add("Shape", [model.Add("GlobalMaxPool", [added])])])));
        },
        ["windows with padding on one side, of images and of constants"] = path =>
        {
            var model = new SmallModel(17, 3, 8, 8);
            var features = model.Add("Conv", [X, model.Weights("conv.weight", 4, 3, 3, 3)], ("pads", new long[] { 0, 1, 2, 1 }), ("strides", new long[] { 1, 1 }), ("dilations", new long[] { 1, 1 }));
            var transposed = model.Add("ConvTranspose", [features, model.Weights("up.weight", 4, 2, 3, 3)], ("strides", new long[] { 2, 2 }), ("output_shape", new long[] { 16, 15 }), ("output_padding", new long[] { 1, 0 }));
            var largest = model.Add("MaxPool", [transposed], ("kernel_shape", new long[] { 3, 3 }), ("pads", new long[] { 0, 0, 1, 2 }), ("strides", new long[] { 2, 2 }), ("ceil_mode", 1));
            var mean = model.Add("AveragePool", [model.Weights("map", 1, 2, 16, 17)], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }), ("pads", new long[] { 0, 1, 1, 0 }));
            var resized = model.Add("Resize", [mean, "", "", model.Numbers("size", 1, 2, 1, 1)]);
            var added = model.Add("Pad", [model.Add("Add", [largest, resized]), model.Numbers("pads", 0, 0, 1, 0, 0, 0, 0, 2)], ("mode", "reflect"));
            var volumes = model.Add("AveragePool", [model.Add("Unsqueeze", [added, model.Numbers("axis", 1)])], ("kernel_shape", new long[] { 2, 1, 1 }), ("pads", new long[] { 1, 0, 0, 1, 0, 0 }));
            return Saved(model, model.Save(path, model.Add("ReduceMean", [volumes], ("axes", new long[] { 1, 3, 4 }), ("keepdims", 0))));
        },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Damaged_files_are_refused_by_name_or_read_and_never_take_much_memory(string name)
    {
        var path = _folder["model.onnx"];
        var model = s_models[name](path);
        var original = File.ReadAllBytes(path);
        var (seed, tries) = (Campaign.Seed(1), Campaign.Tries(500));
        var (mutants, formed) = (new Mutants(seed), new OnnxMutants(seed));
        var (refused, read, peak) = (0, 0, 0L);
        for (var i = 0; i < tries; i++)
        {
            using var scope = NewDisposeScope();
            File.WriteAllBytes(path, i % 2 == 0 ? mutants.Of(original) : formed.Of(model));
            var (managed, resident) = (GC.GetAllocatedBytesForCurrentThread(), Resident.Begin());
            try
            {
                OnnxNetwork.Load(path).Dispose();
                read++;
            }
            catch (Exception error) when (error is InvalidDataException or ArgumentException or NotSupportedException)
            {
                Assert.Contains("model.onnx", error.Message, StringComparison.Ordinal);
                refused++;
            }
            catch (Exception error) when (error is not Xunit.Sdk.XunitException)
            {
                Assert.Fail(FormattableString.Invariant($"try {i} of seed {seed}: {error}"));
            }

            peak = Math.Max(peak, Resident.Peak() - resident);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - managed, 0, 20_000_000);
            Assert.InRange(peak, 0, MostBytes);
        }

        Campaign.Tell($"ONNX, {name}: {tries} tries with seed {seed}, {refused} refused, {read} read, at most {peak >> 20} MiB");
        Assert.InRange(read, 1, tries - 1);
    }

    public void Dispose() => _folder.Dispose();

    private static ModelProto Saved(SmallModel model, string path)
    {
        OnnxNetwork.Load(path).Dispose();
        return model.Proto;
    }
}
