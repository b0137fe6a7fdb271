using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

/// <summary>Each operator alone, over its attributes and versions, against ONNX Runtime; and written again.</summary>
public sealed class OperatorTests : IDisposable
{
    private const string X = SmallModel.Images;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Cases => [.. s_cases.Keys];

    private static readonly Dictionary<string, (long Opset, Func<SmallModel, string> Build)> s_cases = All();

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_operator_computes_what_ONNX_Runtime_computes(string name)
    {
        using var scope = NewDisposeScope();
        var (opset, build) = s_cases[name];
        var model = new SmallModel(opset, 4, 7, 6);
        var path = model.Save(_folder["model.onnx"], build(model));
        var images = model.Noise();
        var expected = OnnxRuntime.Run(path, images);
        using var network = OnnxNetwork.Load(path);
        using var evaluation = new EvaluationMode(network);

        Assert.InRange(OnnxRuntime.Difference(network.call(images), expected), 0, OnnxRuntime.Tolerance);

        foreach (var version in name.StartsWith("Swish", StringComparison.Ordinal) ? [17] : new[] { 17, 26 }) // ONNX Runtime has no Swish in 26
        {
            network.SaveOnnx(_folder["again.onnx"], opset: version);
            Assert.InRange(OnnxRuntime.Difference(OnnxRuntime.Run(_folder["again.onnx"], images), expected), 0, OnnxRuntime.Tolerance);
        }
    }

    [Fact]
    public void Each_operator_that_is_read_has_a_case()
    {
        var used = s_cases.Values.SelectMany(entry =>
        {
            var model = new SmallModel(entry.Opset, 4, 7, 6);
            entry.Build(model);
            return model.Proto.Graph.Node.Select(node => node.OpType);
        });
        Assert.Empty(Operators.Known.Except(used));
    }

    public void Dispose() => _folder.Dispose();

    private static Dictionary<string, (long Opset, Func<SmallModel, string> Build)> All()
    {
        var cases = new Dictionary<string, (long, Func<SmallModel, string>)>();
        void Case(string name, Func<SmallModel, string> build, long opset = 17) => cases.Add(name, (opset, build));
        void Unary(string operation, long opset = 17, params (string, object)[] attributes) =>
            Case($"{operation} {opset} {string.Join(' ', attributes)}", model => model.Add(operation, [X], attributes), opset);
        void Positive(string operation) => Case(operation, model => model.Add(operation, [model.Add("Abs", [model.Add("Add", [X, model.Values("offset", [5], 1)])])]));
        void Pads(string operation, Func<SmallModel, string[]> weights, params (string, object)[] more)
        {
            (string, object)[][] attributes =
            [
                [], [("pads", new long[] { 1, 1, 1, 1 })], [("pads", new long[] { 1, 0, 0, 1 })], [("strides", new long[] { 2, 1 }), ("pads", new long[] { 0, 1, 1, 1 })],
                [("auto_pad", "SAME_UPPER"), ("strides", new long[] { 2, 2 })], [("auto_pad", "SAME_LOWER")], [("auto_pad", "VALID")],
            ];
            foreach (var (i, chosen) in attributes.Index().Where(entry => entry.Item.All(attribute => attribute.Item1 != "auto_pad") || more.All(attribute => attribute.Item1 != "dilations")))
                Case(FormattableString.Invariant($"{operation} {string.Join(' ', more.Select(attribute => attribute.Item1))} padding {i}"), model => model.Add(operation, [X, .. weights(model)], [.. more, .. chosen]));
        }

        Pads("Conv", model => [model.Weights("w", 6, 4, 3, 3), model.Weights("b", 6)]);
        Pads("Conv", model => [model.Weights("w", 8, 2, 2, 3)], ("group", 2));
        Pads("Conv", model => [model.Weights("w", 4, 1, 3, 2)], ("group", 4), ("dilations", new long[] { 2, 1 }));
        Pads("ConvTranspose", model => [model.Weights("w", 4, 6, 3, 3), model.Weights("b", 6)]);
        Pads("ConvTranspose", model => [model.Weights("w", 4, 3, 3, 3)], ("group", 2));
        Case("ConvTranspose output_padding", model => model.Add("ConvTranspose", [X, model.Weights("w", 4, 3, 3, 3)], ("strides", new long[] { 2, 2 }), ("output_padding", new long[] { 1, 1 }), ("pads", new long[] { 1, 0, 1, 1 })));
        foreach (var (rule, height, width) in new[] { ("NOTSET", 14, 12), ("NOTSET", 11, 13), ("SAME_UPPER", 14, 10), ("SAME_LOWER", 14, 10) })
            Case(FormattableString.Invariant($"ConvTranspose output_shape {rule} {height} × {width}"), model => model.Add("ConvTranspose", [X, model.Weights("w", 4, 3, 3, 3)], ("strides", new long[] { 2, 2 }), ("auto_pad", rule), ("output_shape", new long[] { height, width })));
        long[][] uneven = [[0, 0, 0, 1], [0, 0, 1, 1], [1, 0, 2, 1], [2, 1, 1, 1]];
        foreach (var (i, pads) in uneven.Index())
        {
            var window = new (string, object)[] { ("kernel_shape", new long[] { 3, 2 }), ("strides", new long[] { 2, 2 }), ("pads", pads), ("ceil_mode", 1) };
            Case(FormattableString.Invariant($"MaxPool ceiling padding {i}"), model => model.Add("MaxPool", [X], window));
            Case(FormattableString.Invariant($"AveragePool ceiling padding {i}"), model => model.Add("AveragePool", [X], window), 19);
            Case(FormattableString.Invariant($"AveragePool ceiling padding {i}, counted"), model => model.Add("AveragePool", [X], [.. window, ("count_include_pad", 1)]), 19);
        }

        Pads("MaxPool", _ => [], ("kernel_shape", new long[] { 3, 2 }));
        Pads("AveragePool", _ => [], ("kernel_shape", new long[] { 3, 2 }));
        Pads("AveragePool", _ => [], ("kernel_shape", new long[] { 3, 2 }), ("count_include_pad", 1));
        foreach (var counts in new[] { 0, 1 })
        {
            Case(FormattableString.Invariant($"AveragePool of volumes, count_include_pad = {counts}"), model =>
            {
                var volume = model.Add("Unsqueeze", [X, model.Numbers("axis", 1)]);
                var pooled = model.Add("AveragePool", [volume], ("kernel_shape", new long[] { 3, 1, 2 }), ("strides", new long[] { 1, 2, 1 }), ("pads", new long[] { 1, 0, 1, 1, 0, 1 }), ("count_include_pad", counts));
                return model.Add("Squeeze", [pooled, model.Numbers("axes", 1)]);
            });
        }

        foreach (var operation in new[] { "MaxPool", "AveragePool" })
            Case($"{operation} ceiling", model => model.Add(operation, [X], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }), ("ceil_mode", 1)));
        Case("MaxPool dilated", model => model.Add("MaxPool", [X], ("kernel_shape", new long[] { 2, 2 }), ("dilations", new long[] { 2, 3 })));
        Case("MaxUnpool", model =>
        {
            var pooled = model.Add("MaxPool", [X], 2, ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }));
            return model.Add("MaxUnpool", [pooled[0], pooled[1], model.Add("Shape", [X])], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }));
        });
        foreach (var opset in new long[] { 7, 9, 17 })
            Case(FormattableString.Invariant($"BatchNormalization {opset}"), model => model.Add("BatchNormalization", [X, model.Positive("s", 4), model.Weights("b", 4), model.Weights("m", 4), model.Positive("v", 4)], ("epsilon", 1e-3f)), opset);
        Case("InstanceNormalization", model => model.Add("InstanceNormalization", [X, model.Positive("s", 4), model.Weights("b", 4)], ("epsilon", 1e-3f)));
        Case("LayerNormalization", model => model.Add("LayerNormalization", [X, model.Positive("s", 6), model.Weights("b", 6)], ("epsilon", 1e-3f)));
        Case("LayerNormalization over two axes", model => model.Add("LayerNormalization", [X, model.Positive("s", 7, 6)], ("axis", 2)));
        Case("GroupNormalization 21", model => model.Add("GroupNormalization", [X, model.Positive("s", 4), model.Weights("b", 4)], ("num_groups", 2)), 21);
        Case("GroupNormalization 18", model => model.Add("GroupNormalization", [X, model.Positive("s", 2), model.Weights("b", 2)], ("num_groups", 2)), 18);
        Unary("LRN", 17, ("size", 3), ("alpha", 0.1f), ("beta", 0.6f), ("bias", 2f));
        Unary("LRN", 17, ("size", 11), ("alpha", 0.1f), ("beta", 0.6f), ("bias", 2f));
        foreach (var operation in new[] { "Softmax", "LogSoftmax" })
        {
            Unary(operation, 17, ("axis", 1));
            Unary(operation, 17);
            Unary(operation, 11, ("axis", 2));
            Unary(operation, 11);
        }

        foreach (var operation in new[] { "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceProd" })
        {
            Unary(operation, 11, ("axes", new long[] { 2, 3 }), ("keepdims", 0));
            Case(operation + " 18", model => model.Add(operation, [X, model.Numbers("axes", -1)]), 18);
            Case(operation + " 18 as PyTorch writes it", model => model.Add(operation, [X, model.Numbers("axes", -1)], ("noop_with_empty_axes", 0)), 18);
            Case(operation + " 18 over no axes", model => model.Add(operation, [X], ("noop_with_empty_axes", 1)), 18);
        }

        Unary("GlobalAveragePool");
        Unary("GlobalMaxPool");
        foreach (var operation in new[] { "Relu", "Sigmoid", "HardSwish", "Softplus", "Softsign", "Tanh", "Erf", "Exp", "Abs", "Neg", "Sign", "Floor", "Ceil", "Round" })
            Unary(operation);
        foreach (var operation in new[] { "Log", "Sqrt", "Reciprocal" })
            Positive(operation);
        foreach (var operation in new[] { "LeakyRelu", "Elu", "Celu", "ThresholdedRelu" })
        {
            Unary(operation);
            Unary(operation, 17, ("alpha", 0.3f));
        }

        Unary("Selu");
        Unary("HardSigmoid");
        Unary("HardSigmoid", 17, ("alpha", 0.3f), ("beta", 0.4f));
        Unary("Mish", 18);
        Unary("Gelu", 20);
        Unary("Gelu", 20, ("approximate", "tanh"));
        Unary("Swish", 24);
        Unary("Clip", 7, ("min", -0.5f), ("max", 0.5f));
        Case("Clip 13", model => model.Add("Clip", [X, "", model.Values("max", [0.3f])]));
        Case("PRelu", model => model.Add("PRelu", [X, model.Weights("slope", 4, 1, 1)]));
        Case("Cast", model => model.Add("Cast", [model.Add("Add", [model.Add("Cast", [X], ("to", 7)), model.Number("one", 1)])], ("to", 1)));
        Case("Cast 19", model => model.Add("Cast", [model.Add("Cast", [X], ("to", 6), ("saturate", 1))], ("saturate", 1), ("to", 1)), 19);
        Case("CastLike", model => model.Add("CastLike", [X, model.Values("like", [1])]));
        foreach (var operation in new[] { "Add", "Sub", "Mul", "Div" })
        {
            Case(operation, model => model.Add(operation, [X, model.Positive("other", 4, 1, 1)]));
            Case(operation + " of images", model => model.Add(operation, [model.Positive("other", 1), X]));
        }

        Case("Pow", model => model.Add("Pow", [model.Add("Abs", [X]), model.Values("exponent", [1.7f])]));
        Case("Mod", model => model.Add("Mod", [X, model.Positive("divisor", 4, 1, 1)], ("fmod", 1)));
        Case("Mod of whole numbers", model => model.Add("Gather", [X, model.Add("Mod", [model.Numbers("numbers", 5, -3, 6), model.Number("four", 4)])], ("axis", 1)));
        foreach (var operation in new[] { "Sum", "Mean", "Max", "Min" })
            Case(operation, model => model.Add(operation, [X, model.Weights("a", 4, 1, 1), model.Weights("b", 6)]));
        foreach (var operation in new[] { "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual" })
        {
            Case(operation, model => model.Add("Where", [model.Add("Not", [model.Add(operation, [X, model.Values("limit", [0])])]), X, model.Values("else", [2])]));
        }

        foreach (var operation in new[] { "And", "Or" })
        {
            Case(operation, model => model.Add("Cast", [model.Add(operation, [model.Add("Less", [X, model.Values("high", [0.5f])]), model.Add("Greater", [X, model.Values("low", [-0.5f])])])], ("to", 1)));
        }

        foreach (var (mode, rule) in new[] { ("nearest", "half_pixel"), ("nearest", "asymmetric"), ("nearest", "align_corners"), ("linear", "half_pixel"), ("linear", "pytorch_half_pixel"), ("linear", "align_corners"), ("linear", "asymmetric") })
        {
            Case($"Resize {mode} {rule} by scales", model => model.Add("Resize", [X, "", model.Values("scales", [1, 1, 1.7f, 2f], 4)], ("mode", mode), ("coordinate_transformation_mode", rule)));
            Case($"Resize {mode} {rule} to sizes", model => model.Add("Resize", [X, "", "", model.Add("Concat", [model.Add("Slice", [model.Add("Shape", [X]), model.Numbers("from", 0), model.Numbers("to", 2)]), model.Numbers("sizes", 5, 13)], ("axis", 0))], ("mode", mode), ("coordinate_transformation_mode", rule)));
        }

        foreach (var nearest in new[] { "floor", "ceil", "round_prefer_ceil" })
            Case($"Resize {nearest}", model => model.Add("Resize", [X, "", model.Values("scales", [1, 1, 1.7f, 0.6f], 4)], ("mode", "nearest"), ("nearest_mode", nearest)));
        Case("Resize 18 as PyTorch writes it", model => model.Add("Resize", [X, "", model.Values("scales", [1, 1, 2f, 2f], 4)], ("mode", "nearest"), ("antialias", 0), ("keep_aspect_ratio_policy", "stretch")), 18);
        Case("Resize 18 of two axes", model => model.Add("Resize", [X, "", "", model.Numbers("sizes", 5, 9)], ("mode", "nearest"), ("axes", new long[] { 3, 2 })), 18);
        Case("Resize 10", model => model.Add("Resize", [X, model.Values("scales", [1, 1, 2, 2], 4)], ("mode", "linear")), 10);
        Case("Upsample 7", model => model.Add("Upsample", [X], ("mode", "nearest"), ("scales", new[] { 1f, 1, 2, 3 })), 7);
        Case("Upsample 9", model => model.Add("Upsample", [X, model.Values("scales", [1, 1, 2, 2], 4)], ("mode", "linear")), 9);

        Case("Gemm", model => model.Add("Gemm", [model.Add("Flatten", [X]), model.Weights("w", 168, 5), model.Weights("b", 5)], ("alpha", 0.5f), ("beta", 2f)));
        Case("Gemm transposed", model => model.Add("Gemm", [model.Add("Flatten", [X], ("axis", -3)), model.Weights("w", 5, 168)], ("transB", 1)));
        Case("MatMul", model => model.Add("MatMul", [X, model.Weights("w", 6, 5)]));
        Case("MatMul of a stack of matrices", model => model.Add("MatMul", [X, model.Weights("w", 4, 6, 5)]));
        Case("MatMul of a vector", model => model.Add("MatMul", [X, model.Weights("w", 6)]));
        Case("MatMul of images", model => model.Add("MatMul", [X, model.Add("Transpose", [X], ("perm", new long[] { 0, 1, 3, 2 }))]));

        Case("Reshape", model => model.Add("Reshape", [X, model.Numbers("shape", 0, 2, -1, 3)]));
        Case("Reshape by Size", model => model.Add("Reshape", [X, model.Add("Concat", [model.Add("Unsqueeze", [model.Add("Div", [model.Add("Size", [X]), model.Number("count", 168)]), model.Numbers("at", 0)]), model.Numbers("rest", 168)], ("axis", 0))]));
        Case("Squeeze", model => model.Add("Squeeze", [model.Add("GlobalAveragePool", [X]), model.Numbers("axes", 2, -1)]));
        Case("Squeeze 11", model => model.Add("Squeeze", [model.Add("GlobalAveragePool", [X])], ("axes", new long[] { 3 })), 11);
        Case("Unsqueeze 11", model => model.Add("Squeeze", [model.Add("Unsqueeze", [X], ("axes", new long[] { 1 }))], ("axes", new long[] { 1 })), 11);
        Case("Split", model => model.Add("Concat", model.Add("Split", [X, model.Numbers("parts", 1, 3)], 2, ("axis", 1)).Reverse().ToArray(), ("axis", 1)));
        Case("Split 18", model => model.Add("Concat", model.Add("Split", [X], 2, ("axis", 2), ("num_outputs", 2)).Reverse().ToArray(), ("axis", 2)), 18);
        Case("Split of a shape", model =>
        {
            var parts = model.Add("Split", [model.Add("Shape", [X])], 4);
            return model.Add("Reshape", [X, model.Add("Concat", [parts[0], parts[2], parts[1], parts[3]], ("axis", 0))]);
        }, 13);
        Case("Split of the batch", model => model.Add("Add", model.Add("Split", [model.Add("Concat", [X, X], ("axis", 0))], 2)), 13);
        Case("Split 11", model => model.Add("Concat", model.Add("Split", [X], 2, ("axis", 1)).Reverse().ToArray(), ("axis", 1)), 11);
        Case("Slice", model => model.Add("Slice", [X, model.Numbers("starts", 1, -1), model.Numbers("ends", int.MaxValue, int.MinValue), model.Numbers("axes", 1, 3), model.Numbers("steps", 2, -2)]));
        Case("Slice backwards within", model => model.Add("Slice", [X, model.Numbers("starts", 100, -2), model.Numbers("ends", 0, -6), model.Numbers("axes", 2, 3), model.Numbers("steps", -2, -3)]));
        Case("Slice to half of the channels", model =>
        {
            var half = model.Add("Div", [model.Add("Gather", [model.Add("Shape", [X]), model.Numbers("axis", 1)]), model.Numbers("two", 2)]);
            return model.Add("Slice", [X, model.Numbers("start", 0), half, model.Numbers("axes", 1)]);
        });
        Case("Slice 9", model => model.Add("Slice", [X], ("starts", new long[] { 1, 0 }), ("ends", new long[] { 3, -2 }), ("axes", new long[] { 1, 2 })), 9);
        foreach (var mode in new[] { "constant", "reflect", "edge" })
            Case($"Pad {mode}", model => model.Add("Pad", [X, model.Numbers("pads", 0, 0, 1, 2, 0, 0, 2, 0)], ("mode", mode)));
        Case("Pad channels", model => model.Add("Pad", [X, model.Numbers("pads", 0, 1, 0, 0, 0, 2, 0, -1), model.Values("value", [0.5f])]));
        Case("Pad axes", model => model.Add("Pad", [X, model.Numbers("pads", 1, 2), "", model.Numbers("axes", 3)]), 18);
        Case("Pad 10", model => model.Add("Pad", [X], ("pads", new long[] { 0, 0, 1, 2, 0, 0, 2, 0 }), ("value", 1.5f)), 10);
        Case("Expand", model => model.Add("Expand", [model.Add("GlobalAveragePool", [X]), model.Numbers("shape", 1, 1, 3, 2)]));
        Case("Expand to the images' shape", model => model.Add("Expand", [model.Add("GlobalAveragePool", [X]), model.Add("Shape", [X])]));
        Case("Tile", model => model.Add("Tile", [X, model.Numbers("times", 1, 2, 1, 3)]));
        Case("Gather", model => model.Add("Gather", [X, model.Numbers("places", 2, -4, 0)], ("axis", 1)));
        Case("Range", model => model.Add("Add", [X, model.Add("Range", [model.Values("from", [0.5f]), model.Values("to", [3.4f]), model.Values("step", [0.5f])])]));
        Case("Range backwards", model => model.Add("Gather", [X, model.Add("Range", [model.Number("from", 3), model.Number("to", -1), model.Number("step", -2)])], ("axis", 1)));
        Case("Range to a size", model =>
        {
            var width = model.Add("Gather", [model.Add("Shape", [X]), model.Number("axis", 3)]);
            return model.Add("Gather", [X, model.Add("Range", [model.Number("from", 0), width, model.Number("step", 2)])], ("axis", 3));
        });
        Case("ScatterND", model =>
        {
            var places = model.Add("Reshape", [model.Numbers("places", 0, 1, 6, -1), model.Numbers("pairs", 2, 2)]);
            var pixels = model.Add("ScatterND", [model.Weights("map", 7, 6), places, model.Weights("pixels", 2)]);
            var rows = model.Add("ScatterND", [pixels, model.Add("Reshape", [model.Numbers("chosen", 3, 2), model.Numbers("one by one", 2, 1)]), model.Weights("rows", 2, 6)]);
            return model.Add("Add", [X, rows]);
        });
        Unary("DepthToSpace", 17, ("blocksize", 2));
        Unary("DepthToSpace", 17, ("blocksize", 2), ("mode", "CRD"));
        Case("SpaceToDepth", model => model.Add("SpaceToDepth", [model.Add("Slice", [X, model.Numbers("s", 0), model.Numbers("e", 6), model.Numbers("a", 2)])], ("blocksize", 2)));
        Case("ConstantOfShape", model => model.Add("Add", [X, model.Add("ConstantOfShape", [model.Add("Shape", [X])], ("value", new Onnx.TensorProto { DataType = 1, Dims = { 1 }, FloatData = { 2.5f } }))]));
        Case("ConstantOfShape in 16 bits", model => model.Add("Add", [X, model.Add("Cast", [model.Add("ConstantOfShape", [model.Add("Shape", [X])], ("value", new Onnx.TensorProto { DataType = 10, Dims = { 1 }, Int32Data = { 0x4100 } }))], ("to", 1))]));
        Case("ConstantOfShape of whole numbers", model => model.Add("Add", [X, model.Add("Cast", [model.Add("ConstantOfShape", [model.Add("Shape", [X])], ("value", new Onnx.TensorProto { DataType = 6, Dims = { 1 }, Int32Data = { 3 } }))], ("to", 1))]));
        Case("An output that is left out", model =>
        {
            var pools = new[] { "a", "b" }.Select(_ => model.Add("MaxPool", [X], 2, ("kernel_shape", new long[] { 2, 2 }))).ToArray();
            foreach (var node in model.Proto.Graph.Node)
                node.Output[1] = "";
            return model.Add("Add", [pools[0][0], pools[1][0]]);
        });
        Case("InstanceNormalization of one pixel", model => model.Add("InstanceNormalization", [model.Add("GlobalMaxPool", [X]), model.Positive("s", 4), model.Weights("b", 4)]));
        Case("Dropout and Identity", model => model.Add("Relu", [model.Add("Identity", [model.Add("Dropout", [X])])]), 12);
        return cases;
    }
}
