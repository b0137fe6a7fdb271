using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

/// <summary>The short way of a sweep through a graph gives what the whole network gives with a layer at zero.</summary>
public sealed class FoldedPieceTests : IDisposable
{
    private const string X = SmallModel.Images;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Graphs => [.. s_graphs.Keys];

    private static readonly Dictionary<string, Func<SmallModel, string>> s_graphs = new()
    {
        ["layers one after another"] = model => Classifier(model, Convolution(model, Convolution(model, Convolution(model, X, "a", 3), "b"), "c")),
        ["a residual unit whose shortcut has a layer"] = model =>
        {
            var stem = Convolution(model, X, "stem", 3);
            return Classifier(model, model.Add("Relu", [model.Add("Add", [Convolution(model, Convolution(model, stem, "unit.a"), "unit.b"), Convolution(model, stem, "unit.shortcut")])]));
        },
        ["batch norm behind a convolution, and before one"] = model =>
        {
            string Norm(string from, string name) => model.Add("BatchNormalization", [from, model.Positive(name + ".s", 4), model.Weights(name + ".b", 4), model.Weights(name + ".m", 4), model.Positive(name + ".v", 4)]);
            var stem = Convolution(model, X, "stem", 3);
            var inner = model.Add("Conv", [Norm(stem, "before"), model.Weights("inner.weight", 4, 4, 3, 3)], ("pads", new long[] { 1, 1, 1, 1 }));
            return Classifier(model, model.Add("Relu", [model.Add("Add", [Norm(inner, "behind"), stem])]));
        },
        ["padding on one side, before batch norm"] = model =>
        {
            var uneven = model.Add("Conv", [Convolution(model, X, "stem", 3), model.Weights("uneven.weight", 4, 4, 3, 3)], ("pads", new long[] { 0, 0, 1, 1 }), ("strides", new long[] { 2, 2 }));
            var norm = model.Add("BatchNormalization", [uneven, model.Positive("s", 4), model.Weights("b", 4), model.Weights("m", 4), model.Positive("v", 4)]);
            return Classifier(model, Convolution(model, model.Add("Relu", [norm]), "last"));
        },
        ["axes of one pixel dropped without naming them"] = model =>
        {
            var features = model.Add("Squeeze", [model.Add("GlobalMaxPool", [Convolution(model, Convolution(model, X, "stem", 3), "last")])]);
            return model.Add("Gemm", [features, model.Weights("fc.weight", 4, 3), model.Weights("fc.bias", 3)]);
        },
        ["a dense block"] = model =>
        {
            List<string> features = [Convolution(model, X, "stem", 3)];
            foreach (var name in new[] { "first", "second", "third" })
                features.Add(Convolution(model, model.Add("Concat", [.. features], ("axis", 1)), name, 4 * features.Count));
            return Classifier(model, model.Add("Concat", [.. features], ("axis", 1)), 16);
        },
        ["a long connection"] = model =>
        {
            var fine = Convolution(model, X, "fine", 3);
            var coarse = Convolution(model, model.Add("MaxPool", [fine], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 })), "coarse");
            var enlarged = model.Add("Resize", [coarse, "", model.Values("scales", [1, 1, 2, 2], 4)]);
            return Classifier(model, Convolution(model, model.Add("Concat", [fine, enlarged], ("axis", 1)), "last", 8));
        },
        ["a gate"] = model =>
        {
            var features = Convolution(model, X, "stem", 3);
            return Classifier(model, model.Add("Mul", [features, model.Add("Sigmoid", [Convolution(model, model.Add("GlobalAveragePool", [features]), "gate")])]));
        },
        ["shuffled channels"] = model =>
        {
            var halves = model.Add("Split", [Convolution(model, X, "stem", 3)], 2, ("axis", 1));
            var joined = model.Add("Concat", [halves[0], Convolution(model, halves[1], "branch", 2)], ("axis", 1));
            var apart = model.Add("Transpose", [model.Add("Reshape", [joined, model.Numbers("apart", 0, 2, 3, 8, 8)])], ("perm", new long[] { 0, 2, 1, 3, 4 }));
            return Classifier(model, Convolution(model, model.Add("Reshape", [apart, model.Numbers("together", 0, 6, 8, 8)]), "after", 6));
        },
        ["linear layers"] = model =>
        {
            var features = model.Add("Flatten", [model.Add("GlobalAveragePool", [Convolution(model, X, "stem", 3)])]);
            var hidden = model.Add("Relu", [model.Add("Gemm", [features, model.Weights("hidden.weight", 4, 4), model.Weights("hidden.bias", 4)])]);
            return model.Add("Gemm", [model.Add("Add", [hidden, features]), model.Weights("fc.weight", 4, 3), model.Weights("fc.bias", 3)]);
        },
        ["one layer used in two places"] = model =>
        {
            var stem = Convolution(model, X, "stem", 3);
            var weights = new[] { stem, model.Weights("shared.weight", 4, 4, 3, 3) };
            string Shared(string from) => model.Add("Relu", [model.Add("Conv", [from, weights[1]], ("pads", new long[] { 1, 1, 1, 1 }))]);
            return Classifier(model, Convolution(model, model.Add("Add", [Shared(Convolution(model, Shared(stem), "between")), stem]), "last"));
        },
        ["places of maxima"] = model =>
        {
            var pooled = model.Add("MaxPool", [Convolution(model, X, "stem", 3)], 2, ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }));
            return Classifier(model, model.Add("MaxUnpool", [Convolution(model, pooled[0], "deep"), pooled[1]], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 })));
        },
        ["a size that is computed for each batch"] = model =>
        {
            var stem = Convolution(model, X, "stem", 3);
            return Classifier(model, model.Add("Add", [stem, model.Add("Expand", [model.Add("GlobalAveragePool", [Convolution(model, stem, "pooled")]), model.Add("Mul", [model.Add("Shape", [stem]), model.Numbers("same", 1, 1, 1, 1)])])]));
        },
    };

    [Theory]
    [MemberData(nameof(Graphs))]
    public void A_layer_at_zero_gives_what_the_whole_network_gives(string graph)
    {
        using var scope = NewDisposeScope();
        var model = new SmallModel(17, 3, 8, 8);
        using var network = OnnxNetwork.Load(model.Save(_folder["model.onnx"], s_graphs[graph](model)));
        using var evaluation = new EvaluationMode(network);
        var images = model.Noise(5);
        using var engine = PrefixReuse.For(network, images);
        using (var folded = FoldedNetwork.Of(network, images))
            Assert.Equal(graph == "places of maxima", folded.Segments.Any(part => part.Segment.Modules.Count > 0 && part.Folded is not FoldedPiece));
        var layers = NetworkLayers.All(network).Select(layer => layer.Name).ToList();
        Tensor Whole(params string[] zeroed)
        {
            using var zeroing = zeroed.Length == 0 ? null : Zeroing.Of(network, zeroed);
            return network.call(images);
        }

        Assert.InRange(OnnxRuntime.Difference(engine.Begin(images), Whole()), 0, OnnxRuntime.Tolerance);
        foreach (var layer in layers)
        {
            Assert.InRange(OnnxRuntime.Difference(engine.With(layer), Whole(layer)), 0, OnnxRuntime.Tolerance);
            Assert.True(OnnxRuntime.Difference(Whole(layer), Whole()) > OnnxRuntime.Tolerance, $"{layer} at zero changes nothing");
        }

        // Some at zero from the beginning, one more after another.
        engine.Begin(images, new HashSet<string> { layers[1] });
        foreach (var layer in layers.Where(layer => layer != layers[1]))
            Assert.InRange(OnnxRuntime.Difference(engine.With(layer), Whole(layer, layers[1])), 0, OnnxRuntime.Tolerance);
    }

    [Theory]
    [MemberData(nameof(Graphs))]
    public void A_sweep_through_a_graph_leaves_no_tensor_behind(string graph)
    {
        var model = new SmallModel(17, 3, 8, 8);
        using var network = OnnxNetwork.Load(model.Save(_folder["model.onnx"], s_graphs[graph](model)));
        using var images = model.Noise(5);
        using var evaluation = new EvaluationMode(network);
        LiveTensors.AssertUnchangedBy(() =>
        {
            using var engine = PrefixReuse.For(network, images);
            for (var batch = 0; batch < 3; batch++)
            {
                using var scope = NewDisposeScope();
                engine.Begin(images);
                foreach (var layer in NetworkLayers.All(network))
                    engine.With(layer.Name);
            }
        });
    }

    [Fact]
    public void One_layer_used_in_two_places_is_one_layer_and_is_zeroed_in_both()
    {
        using var scope = NewDisposeScope();
        var model = new SmallModel(17, 3, 8, 8);
        var path = model.Save(_folder["model.onnx"], s_graphs["one layer used in two places"](model));
        using var network = OnnxNetwork.Load(path);
        var images = model.Noise();
        Assert.Equal(["stem", "shared", "between", "last"], network.Layers.Select(layer => layer.Name));
        using var zeroing = Zeroing.Of(network, "shared");
        Assert.InRange(OnnxRuntime.Difference(network.call(images), OnnxRuntime.Run(ZeroedFile.Of(path, network, "shared"), images)), 0, OnnxRuntime.Tolerance);
    }

    public void Dispose() => _folder.Dispose();

    private static string Convolution(SmallModel model, string from, string name, long channels = 4) =>
        model.Add("LeakyRelu", [model.Add("Conv", [from, model.Weights(name + ".weight", 4, channels, 3, 3), model.Weights(name + ".bias", 4)], ("pads", new long[] { 1, 1, 1, 1 }))]);

    private static string Classifier(SmallModel model, string from, long channels = 4) =>
        model.Add("Gemm", [model.Add("Flatten", [model.Add("GlobalMaxPool", [from])]), model.Weights("fc.weight", channels, 3), model.Weights("fc.bias", 3)]);
}
