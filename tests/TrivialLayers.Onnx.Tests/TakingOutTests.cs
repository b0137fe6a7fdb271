using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

/// <summary>Graphs of others without layers that do nothing: they answer as with these at zero, here and, once written, in ONNX Runtime.</summary>
public sealed class TakingOutTests : IDisposable
{
    private const string X = SmallModel.Images;

    private static readonly (string, object) s_same = ("pads", new long[] { 1, 1, 1, 1 });

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Graphs => [.. s_graphs.Keys];

    /// <summary>Each with the layer that goes, "gone".</summary>
    private static readonly Dictionary<string, Func<SmallModel, string>> s_graphs = new()
    {
        ["a branch that gives the size of a product, beside a gate"] = model =>
        {
            var features = Convolution(model, X, "stem", 3, 4);
            var gate = model.Add("Sigmoid", [model.Add("GlobalAveragePool", [features])]);
            return model.Add("Concat", [model.Add("Mul", [Gone(model, features), gate]), features], ("axis", 1));
        },
        ["a branch that one node takes twice"] = model =>
        {
            var features = Convolution(model, X, "stem", 3, 4);
            var gone = Gone(model, features);
            return model.Add("Concat", [gone, gone, features], ("axis", 1));
        },
        ["a branch with a border in a sum"] = model =>
        {
            var features = Convolution(model, X, "stem", 3, 4);
            return model.Add("Add", [Convolution(model, model.Add("Relu", [Gone(model, features)]), "after", 4, 4), features]);
        },
        ["a branch in a concatenation"] = model =>
        {
            var features = Convolution(model, X, "stem", 3, 4);
            return model.Add("Concat", [model.Add("Relu", [Gone(model, features)]), features], ("axis", 1));
        },
        ["a branch that two nodes take, one of them whole"] = model =>
        {
            var features = Convolution(model, X, "stem", 3, 4);
            var branch = Gone(model, features);
            return model.Add("Concat", [model.Add("Add", [branch, features]), branch], ("axis", 1));
        },
        ["a condition"] = model =>
        {
            var features = Convolution(model, X, "stem", 3, 4);
            return model.Add("Where", [model.Add("Less", [Gone(model, features), model.Values("limit", [0.1f])]), features, model.Add("Neg", [features])]);
        },
    };

    [Theory]
    [MemberData(nameof(Graphs))]
    public void What_is_left_answers_as_with_the_layer_at_zero(string graph)
    {
        using var scope = NewDisposeScope();
        var (model, network) = Read(s_graphs[graph]);
        var images = model.Noise(3);
        var expected = WithoutKernels(network, images, "gone");

        Pruning.TakeOut(network, ["gone"]);

        Assert.DoesNotContain(network.Layers, layer => layer.Name == "gone");
        DemandSame(network, images, expected);
    }

    [Fact]
    public void Branches_go_one_after_another_until_nothing_of_the_image_would_be_left()
    {
        using var scope = NewDisposeScope();
        var (model, network) = Read(model =>
        {
            var stem = Convolution(model, X, "stem", 3, 4);
            return model.Add("Concat", [.. new[] { "unit.a", "unit.b", "unit.c" }.Select(name => model.Add("Relu", [Convolution(model, stem, name, 4, 4)]))], ("axis", 1));
        });
        var images = model.Noise(3);
        var expected = WithoutKernels(network, images, "unit.a", "unit.b");

        network.TakeOut("unit.a");
        network.TakeOut("unit.b");
        DemandSame(network, images, expected);

        var error = Assert.Throws<ArgumentException>(() => network.TakeOut("unit.c"));
        Assert.Contains("no information about the image is left", error.Message, StringComparison.Ordinal);
        DemandSame(network, images, expected);
        Assert.Equal(2, network.state_dict().Keys.Count(name => name.StartsWith("unit.constant", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_layer_whose_size_something_else_needs_stays()
    {
        using var scope = NewDisposeScope();
        var (_, network) = Read(model =>
        {
            var features = Convolution(model, X, "stem", 3, 4);
            var count = model.Add("Slice", [model.Add("Shape", [Gone(model, features)]), model.Numbers("from", 0), model.Numbers("to", 1)]);
            return model.Add("Slice", [model.Add("Concat", [features, features], ("axis", 0)), model.Numbers("first", 0), count, model.Numbers("axes", 0)]);
        });
        var before = network.state_dict().Keys.ToList();

        Assert.Contains("depends on the size", Assert.Throws<ArgumentException>(() => network.TakeOut("gone")).Message, StringComparison.Ordinal);

        Assert.Equal(before, network.state_dict().Keys);
    }

    [Fact]
    public void A_layer_whose_images_stand_together_with_their_pixels_stays()
    {
        using var scope = NewDisposeScope();
        var (model, network) = Read(model =>
        {
            string Pixels(string from, string name) => model.Add("Reshape", [model.Add("Transpose", [from], ("perm", new long[] { 0, 2, 3, 1 })), model.Numbers(name, -1, 4)]);
            var features = Convolution(model, X, "stem", 3, 4);
            var sum = model.Add("Add", [Pixels(Gone(model, features), "a"), Pixels(features, "b")]);
            return model.Add("Flatten", [model.Add("Reshape", [sum, model.Numbers("back", -1, 8, 8, 4)])]);
        });
        var images = model.Noise(3);
        var before = network.call(images);

        Assert.Contains("over several images", Assert.Throws<ArgumentException>(() => network.TakeOut("gone")).Message, StringComparison.Ordinal);

        DemandSame(network, images, before);
    }

    [Theory]
    [InlineData(true, "over several images")]
    [InlineData(false, "no information about the image is left")]
    public void A_layer_that_sees_windows_of_the_images_stays(bool hasShortcut, string words)
    {
        using var scope = NewDisposeScope();
        var (model, network) = Read(model =>
        {
            var features = Convolution(model, X, "stem", 3, 4);
            var apart = model.Add("Transpose", [model.Add("Reshape", [features, model.Numbers("apart", 0, 4, 2, 4, 2, 4)])], ("perm", new long[] { 0, 2, 4, 1, 3, 5 }));
            var windows = model.Add("Reshape", [apart, model.Numbers("windows", -1, 4, 4, 4)]); // four for each image
            var seen = model.Add("Reshape", [Gone(model, windows), model.Numbers("back", -1, 2, 2, 4, 4, 4)]);
            var together = model.Add("Reshape", [model.Add("Transpose", [seen], ("perm", new long[] { 0, 3, 1, 4, 2, 5 })), model.Numbers("together", 0, 4, 8, 8)]);
            return model.Add("Flatten", [hasShortcut ? model.Add("Add", [features, together]) : together]);
        });
        var images = model.Noise(3);
        var before = network.call(images);

        Assert.Contains(words, Assert.Throws<ArgumentException>(() => network.TakeOut("gone")).Message, StringComparison.Ordinal);

        DemandSame(network, images, before);
    }

    [Fact]
    public void What_stands_together_only_on_the_way_to_the_rest_stays_too()
    {
        using var scope = NewDisposeScope();
        var (model, network) = Read(model =>
        {
            var features = Convolution(model, X, "stem", 3, 4);
            var rows = model.Add("Reshape", [Gone(model, features), model.Numbers("rows", -1, 16)]); // 16 rows an image
            var largest = model.Add("Mul", [rows, model.Add("ReduceMax", [rows], ("axes", new long[] { 0 }))]);
            return model.Add("Flatten", [model.Add("Add", [features, model.Add("Reshape", [largest, model.Numbers("back", -1, 4, 8, 8)])])]);
        });
        Assert.Contains("over several images", Assert.Throws<ArgumentException>(() => network.TakeOut("gone")).Message, StringComparison.Ordinal);
        Assert.Contains(network.Layers, layer => layer.Name == "gone");
    }

    [Fact]
    public void A_constant_in_the_place_of_a_layer_can_be_trained_also_when_it_was_made_during_an_evaluation()
    {
        using var scope = NewDisposeScope();
        var (model, network) = Read(model =>
        {
            var features = Convolution(model, X, "stem", 3, 4);
            return model.Add("GlobalAveragePool", [model.Add("Add", [features, Gone(model, features)])]);
        });
        using (new EvaluationMode(network))
            network.TakeOut("gone");

        network.train();
        network.call(model.Noise()).sum().backward();

        Assert.NotNull(network.get_parameter("constant")!.grad);
    }

    [Fact]
    public void What_a_sweep_finds_trivial_is_taken_out_in_a_line()
    {
        using var scope = NewDisposeScope();
        var model = new SmallModel(17, 1, 12, 12);
        var stem = Convolution(model, X, "stem", 1, 4);
        var idle = model.Add("Conv", [stem, model.Values("idle.weight", [.. Enumerable.Repeat(1e-9f, 4 * 4 * 9)], 4, 4, 3, 3)], s_same);
        var features = model.Add("Flatten", [model.Add("GlobalMaxPool", [model.Add("Add", [stem, idle])])]);
        using var network = OnnxNetwork.Load(model.Save(_folder["model.onnx"], model.Add("Gemm", [features, model.Weights("fc", 4, 3)])));
        using var images = SmallData.Images("bars", 2000, 3);

        var sweep = Sweep.Run(network, images);
        Pruning.TakeOut(network, sweep.Trivial());

        Assert.Equal(["idle"], sweep.Trivial());
        Assert.Equal(["stem"], network.Layers.Select(layer => layer.Name));
        Assert.Contains("the size given is 12 × 13", Assert.Throws<ArgumentException>(() => Pruning.TakeOut(network, ["stem"], 12, 13)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static string Gone(SmallModel model, string from) => Convolution(model, from, "gone", 4, 4);

    private static string Convolution(SmallModel model, string from, string name, long channels, long outputs) =>
        model.Add("Conv", [from, model.Weights(name + ".weight", outputs, channels, 3, 3), model.Weights(name + ".bias", outputs)], s_same);

    private (SmallModel Model, OnnxNetwork Network) Read(Func<SmallModel, string> build)
    {
        var model = new SmallModel(17, 3, 8, 8);
        var network = OnnxNetwork.Load(model.Save(_folder["model.onnx"], build(model)));
        return (model, network);
    }

    private static Tensor WithoutKernels(OnnxNetwork network, Tensor images, params string[] layers)
    {
        using var zeroing = Zeroing.Of(network, layers);
        return network.call(images);
    }

    private void DemandSame(OnnxNetwork network, Tensor images, Tensor expected)
    {
        network.SaveOnnx(_folder["smaller.onnx"]);
        Assert.InRange(OnnxRuntime.Difference(network.call(images), expected), 0, OnnxRuntime.Tolerance);
        Assert.InRange(OnnxRuntime.Difference(OnnxRuntime.Run(_folder["smaller.onnx"], images), expected), 0, OnnxRuntime.Tolerance);
    }
}
