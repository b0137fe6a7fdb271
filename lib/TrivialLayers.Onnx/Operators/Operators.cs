using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>The operators that are read, by ONNX's names, in the form they have from opset 17 on (of reductions from 18 on): see <see cref="Opset"/>.</summary>
internal static class Operators
{
    private static readonly Dictionary<string, Func<Call, Prepared>> s_known = new(StringComparer.Ordinal)
    {
        ["Conv"] = Layers.Convolution,
        ["ConvTranspose"] = Layers.Transposed,
        ["BatchNormalization"] = Layers.BatchNorm,
        ["Gemm"] = Layers.Product,
        ["MatMul"] = Layers.MatrixProduct,

        ["InstanceNormalization"] = Normalisation.Instance,
        ["LayerNormalization"] = Normalisation.Layer,
        ["GroupNormalization"] = Normalisation.Group,
        ["LRN"] = Normalisation.Local,
        ["Softmax"] = Normalisation.Softmax,
        ["LogSoftmax"] = Normalisation.LogSoftmax,
        ["ReduceMean"] = Normalisation.Reduce((input, axes, keep) => input.mean(axes, keep)),
        ["ReduceSum"] = Normalisation.Reduce((input, axes, keep) => input.sum(axes, keep)),
        ["ReduceMax"] = Normalisation.Reduce((input, axes, keep) => input.amax(axes, keep)),
        ["ReduceMin"] = Normalisation.Reduce((input, axes, keep) => input.amin(axes, keep)),
        ["ReduceL1"] = Normalisation.Reduce((input, axes, keep) => input.abs().sum(axes, keep)),
        ["ReduceL2"] = Normalisation.Reduce((input, axes, keep) => input.square().sum(axes, keep).sqrt()),
        ["ReduceSumSquare"] = Normalisation.Reduce((input, axes, keep) => input.square().sum(axes, keep)),
        ["ReduceProd"] = Normalisation.Reduce((input, axes, keep) => axes.OrderDescending().Aggregate(input, (found, axis) => found.prod(axis, keep))),

        ["MaxPool"] = Pooling.Max,
        ["MaxUnpool"] = Pooling.Unpool,
        ["AveragePool"] = Pooling.Average,
        ["GlobalAveragePool"] = Pooling.GlobalAverage,
        ["GlobalMaxPool"] = Pooling.GlobalMax,
        ["Resize"] = Resizing.Resize,

        ["Relu"] = Elementwise.Of(input => input.relu()),
        ["LeakyRelu"] = Elementwise.With("alpha", 0.01, (input, slope) => functional.leaky_relu(input, slope)),
        ["PRelu"] = Elementwise.PRelu,
        ["Elu"] = Elementwise.With("alpha", 1, (input, alpha) => functional.elu(input, alpha)),
        ["Celu"] = Elementwise.With("alpha", 1, (input, alpha) => functional.celu(input, alpha)),
        ["Selu"] = Elementwise.With(Selu),
        ["ThresholdedRelu"] = Elementwise.With("alpha", 1, (input, alpha) => functional.threshold(input, alpha, 0)),
        ["Sigmoid"] = Elementwise.Of(input => input.sigmoid()),
        ["HardSigmoid"] = Elementwise.With(HardSigmoid),
        ["HardSwish"] = Elementwise.Of(input => functional.hardswish(input)),
        ["Swish"] = Elementwise.With("alpha", 1, (input, alpha) => input * (input * alpha).sigmoid()),
        ["Mish"] = Elementwise.Of(input => functional.mish(input)),
        ["Gelu"] = Elementwise.With(call => call.Text("approximate", "none") == "tanh" ? input => functional.gelu(input, TorchSharp.Modules.GELU.Approximate.tanh) : input => functional.gelu(input)),
        ["Softplus"] = Elementwise.Of(input => functional.softplus(input)),
        ["Softsign"] = Elementwise.Of(input => functional.softsign(input)),
        ["Tanh"] = Elementwise.Of(input => input.tanh()),
        ["Erf"] = Elementwise.Of(input => input.erf()),
        ["Exp"] = Elementwise.Of(input => input.exp()),
        ["Log"] = Elementwise.Of(input => input.log()),
        ["Sqrt"] = Elementwise.Of(input => input.sqrt()),
        ["Reciprocal"] = Elementwise.Of(input => input.reciprocal()),
        ["Abs"] = Elementwise.Of(input => input.abs()),
        ["Neg"] = Elementwise.Of(input => input.neg()),
        ["Sign"] = Elementwise.Of(input => input.sign()),
        ["Floor"] = Elementwise.Of(input => input.floor()),
        ["Ceil"] = Elementwise.Of(input => input.ceil()),
        ["Round"] = Elementwise.Of(input => input.round()),
        ["Not"] = Elementwise.Of(input => input.logical_not()),
        ["Clip"] = Elementwise.Clip,
        ["Cast"] = Elementwise.Cast,
        ["CastLike"] = Elementwise.CastLike,
        ["Add"] = Elementwise.Of((left, right) => left + right),
        ["Sub"] = Elementwise.Of((left, right) => left - right),
        ["Mul"] = Elementwise.Of((left, right) => left * right),
        ["Div"] = Elementwise.Of(Elementwise.Divide),
        ["Pow"] = Elementwise.Of((left, right) => left.pow(right)),
        ["Mod"] = Elementwise.Mod,
        ["Equal"] = Elementwise.Truth((left, right) => left.eq(right)),
        ["Less"] = Elementwise.Truth((left, right) => left.lt(right)),
        ["LessOrEqual"] = Elementwise.Truth((left, right) => left.le(right)),
        ["Greater"] = Elementwise.Truth((left, right) => left.gt(right)),
        ["GreaterOrEqual"] = Elementwise.Truth((left, right) => left.ge(right)),
        ["And"] = Elementwise.Truth((left, right) => left.logical_and(right)),
        ["Or"] = Elementwise.Truth((left, right) => left.logical_or(right)),
        ["Sum"] = Elementwise.Fold((left, right) => left + right),
        ["Mean"] = Elementwise.Fold((left, right) => left + right, (sum, count) => sum / count),
        ["Max"] = Elementwise.Fold((left, right) => left.maximum(right)),
        ["Min"] = Elementwise.Fold((left, right) => left.minimum(right)),
        ["Where"] = Elementwise.Where,

        ["Shape"] = Rearranging.Shape,
        ["Size"] = Rearranging.Size,
        ["Reshape"] = Rearranging.Reshape,
        ["Flatten"] = Rearranging.Flatten,
        ["Transpose"] = Rearranging.Transpose,
        ["Concat"] = Rearranging.Concat,
        ["Split"] = Rearranging.Split,
        ["Slice"] = Rearranging.Slice,
        ["Pad"] = Rearranging.Pad,
        ["Squeeze"] = Rearranging.Squeeze,
        ["Unsqueeze"] = Rearranging.Unsqueeze,
        ["Expand"] = Rearranging.Expand,
        ["Tile"] = Rearranging.Tile,
        ["Gather"] = Rearranging.Gather,
        ["DepthToSpace"] = Rearranging.DepthToSpace,
        ["SpaceToDepth"] = Rearranging.SpaceToDepth,
        ["ConstantOfShape"] = Rearranging.ConstantOfShape,
        ["Range"] = Rearranging.Range,
        ["ScatterND"] = Rearranging.Scatter,
    };

    /// <summary>Those that repeat their inputs to fit each other.</summary>
    private static readonly HashSet<string> s_broadcasting =
        ["Add", "Sub", "Mul", "Div", "Pow", "Mod", "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Sum", "Mean", "Max", "Min", "Where", "PRelu"];

    /// <summary>Whether an operator repeats its inputs to fit each other.</summary>
    public static bool Broadcasts(string operation) => s_broadcasting.Contains(operation);

    /// <summary>The names of all.</summary>
    public static IEnumerable<string> Known => s_known.Keys.Order(StringComparer.Ordinal);

    /// <summary>These in a sentence.</summary>
    public static string KnownInWords => $"Supported are {string.Join(", ", Known)}";

    /// <exception cref="NotSupportedException">The operator is not read, or not with these attributes.</exception>
    public static Prepared Prepare(Call call) => s_known.TryGetValue(call.Node.OpType, out var operation)
        ? operation(call)
        : throw call.Refused($"this operator is not supported. {KnownInWords}");

    private static Func<Tensor, Tensor> HardSigmoid(Call call)
    {
        var (slope, shift) = (call.Float("alpha", 0.2), call.Float("beta", 0.5));
        return input => ((input * slope) + shift).clamp(0, 1);
    }

    private static Func<Tensor, Tensor> Selu(Call call)
    {
        var (alpha, gamma) = (call.Float("alpha", 1.6732632), call.Float("gamma", 1.050701));
        return input => functional.elu(input, alpha) * gamma;
    }
}
