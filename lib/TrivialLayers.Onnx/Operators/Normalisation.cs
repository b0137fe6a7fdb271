using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Normalisation within an image, and what is counted over several numbers.</summary>
internal static class Normalisation
{
    /// <summary>InstanceNormalization: <c>[N, C, …]</c>, each map of each image by its own mean and variance.</summary>
    public static Prepared Instance(Call call)
    {
        var eps = call.Float("epsilon", 1e-5);
        return SameShape(
            inputs => ByGroups(inputs[0]!, inputs[0]!.shape[1], inputs[1]!, inputs[2]!, eps),
            inputs => HaveLength(inputs[0]!.shape[1], inputs[1], inputs[2]));
    }

    /// <summary>LayerNormalization over the last axes, from <c>axis</c> on.</summary>
    public static Prepared Layer(Call call)
    {
        if (call.Outputs > 1)
            throw call.Refused("layer norm is supported only with one output");
        var (eps, axis) = (call.Float("epsilon", 1e-5), call.Integer("axis", -1));
        long[] Normalised(Tensor input) => input.shape[Shapes.Axis(axis, input.dim())..];
        return SameShape(
            inputs => functional.layer_norm(inputs[0]!, Normalised(inputs[0]!), inputs[1], inputs.ElementAtOrDefault(2), eps),
            inputs => inputs[1..].All(weights => weights is null || weights.shape.SequenceEqual(Normalised(inputs[0]!))));
    }

    /// <summary>GroupNormalization: <c>[N, C, …]</c>; weights for each channel, or for each group as up to opset 20.</summary>
    public static Prepared Group(Call call)
    {
        var (eps, groups) = (call.Float("epsilon", 1e-5), call.Integer("num_groups", 1));
        if (!call.HasConstant(1) || !call.HasConstant(2))
            throw call.Refused("its weights are computed by the graph; expected constants");
        return SameShape(
            inputs =>
            {
                Tensor Each(Tensor weights) => weights.numel() == inputs[0]!.shape[1] ? weights : weights.repeat_interleave(inputs[0]!.shape[1] / weights.numel());
                return ByGroups(inputs[0]!, groups, Each(inputs[1]!), Each(inputs[2]!), eps);
            },
            inputs => groups > 0 && inputs[0]!.shape[1] % groups == 0 && (HaveLength(inputs[0]!.shape[1], inputs[1], inputs[2]) || HaveLength(groups, inputs[1], inputs[2])));
    }

    /// <summary>
    /// Each group of channels of each image by its own mean and variance, in double precision. A layer at zero gives maps that are constant; what single precision leaves of such a map is rounding errors, and
    /// 1/√eps magnifies them 300 times.
    /// </summary>
    private static Tensor ByGroups(Tensor input, long groups, Tensor scale, Tensor shift, double eps)
    {
        var (shape, channels) = (input.shape, input.shape[1]);
        var parts = input.to(ScalarType.Float64).reshape([shape[0], groups, channels / groups, .. shape[2..]]);
        long[] within = [.. Enumerable.Range(2, shape.Length - 1).Select(axis => (long)axis)];
        long[] each = [1, groups, channels / groups, .. shape[2..].Select(_ => 1L)];
        var centred = parts - parts.mean(within, keepdim: true);
        var standardised = centred / (centred.square().mean(within, keepdim: true) + eps).sqrt();
        return ((standardised * scale.reshape(each)) + shift.reshape(each)).reshape(shape).to(input.dtype);
    }

    /// <summary>
    /// BatchNormalization in its training form, of weights: networks that standardise their kernels (Qiao et al. 2019, arXiv:1903.10520) are exported with it. Each channel of <c>[N, C, …]</c> by its own mean and variance, the
    /// statistics moved by these.
    /// </summary>
    public static Prepared OfWeights(Call call)
    {
        var (eps, momentum) = (call.Float("epsilon", 1e-5), call.Float("momentum", 0.9));
        if (Enumerable.Range(1, 4).Any(input => !call.HasConstant(input)))
            throw call.Refused("its weights and statistics are computed by the graph; expected constants");
        return new Prepared(inputs =>
        {
            using var scope = NewDisposeScope();
            var (weights, length) = (inputs[0]!, inputs[0]!.dim() > 1 ? inputs[0]!.shape[1] : 0);
            if (length == 0 || inputs[1..5].Any(values => values!.dim() != 1 || values.numel() != length))
                throw new ArgumentException("its weights and statistics do not match the channels of its input");
            long[] shape = [1, length, .. Enumerable.Repeat(1L, (int)weights.dim() - 2)];
            Tensor Each(int input) => inputs[input]!.reshape(shape);
            Tensor[] outputs = weights.IsShape() ? [Shapes.Empty(weights.shape), Shapes.Empty([length]), Shapes.Empty([length])] : Computed();
            return [.. outputs.Take(call.Outputs).Select(output => output.MoveToOuterDisposeScope())];

            Tensor[] Computed()
            {
                long[] others = [.. Enumerable.Range(0, (int)weights.dim()).Where(axis => axis != 1).Select(axis => (long)axis)];
                var mean = weights.mean(others, keepdim: true);
                var centred = weights - mean;
                var variance = centred.square().mean(others, keepdim: true);
                Tensor Moved(int input, Tensor now) => (inputs[input]! * momentum) + (now.flatten() * (1 - momentum));
                return [(centred * Each(1) / (variance + eps).sqrt()) + Each(2), Moved(3, mean), Moved(4, variance)];
            }
        });
    }

    /// <summary>LRN: response normalisation over neighbouring channels (Krizhevsky et al. 2012, section 3.3).</summary>
    public static Prepared Local(Call call)
    {
        var (size, alpha, beta, bias) = (call.Integer("size", 1), call.Float("alpha", 1e-4), call.Float("beta", 0.75), call.Float("bias", 1));
        if (size < 1)
            throw call.Refused(FormattableString.Invariant($"size = {size} is not supported; expected 1 or more"));
        return SameShape(inputs =>
        {
            var others = inputs[0]!.shape[1] - 1; // no channel has more neighbours on one side
            var (before, after) = (Math.Min((size - 1) / 2, others), Math.Min(size / 2, others));
            var window = before + 1 + after;
            var squares = functional.pad(inputs[0]!.square().unsqueeze(1), [0, 0, 0, 0, before, after]);
            var mean = functional.avg_pool3d(squares, [window, 1, 1], [1, 1, 1]).squeeze(1) * ((double)window / size);
            return inputs[0]! / ((mean * alpha) + bias).pow(beta);
        });
    }

    public static Prepared Softmax(Call call)
    {
        var axis = AxisWithinImage(call);
        return new(inputs => [inputs[0]!.softmax(Shapes.Axis(axis, inputs[0]!.dim()))]);
    }

    public static Prepared LogSoftmax(Call call)
    {
        var axis = AxisWithinImage(call);
        return SameShape(inputs => functional.log_softmax(inputs[0]!, Shapes.Axis(axis, inputs[0]!.dim())));
    }

    /// <summary>A reduction over axes, all where none are named.</summary>
    public static Func<Call, Prepared> Reduce(Func<Tensor, long[], bool, Tensor> reduce) => call =>
    {
        var (keepsAxes, idle) = (call.Integer("keepdims", 1) != 0, call.Integer("noop_with_empty_axes", 0) != 0);
        return new(inputs =>
        {
            using var scope = NewDisposeScope();
            var keep = keepsAxes;
            var input = inputs[0]!;
            long[] axes = inputs.ElementAtOrDefault(1) is { } given ? [.. given.Longs().Select(axis => (long)Shapes.Axis(axis, input.dim()))] : [];
            if (axes.Length == 0 && idle)
                (input, axes, keep) = (input.unsqueeze(-1), [input.dim()], false); // each number alone
            axes = axes.Length > 0 ? axes : [.. Enumerable.Range(0, (int)input.dim()).Select(axis => (long)axis)];
            return [(input.IsShape() ? input.sum(axes, keep) : reduce(input, axes, keep)).MoveToOuterDisposeScope()];
        });
    };

    /// <summary>The axis of a softmax, which must not compare the images of a batch.</summary>
    private static long AxisWithinImage(Call call)
    {
        var axis = call.Integer("axis", -1);
        return !call.HasConstant(0) && call.Shape(0) is [OnnxGraph.Batch, .. var rest] && Shapes.Axis(axis, 1 + rest.Length) == 0
            ? throw call.Refused("it compares the images of a batch; expected an axis other than the first")
            : axis;
    }

    private static bool HaveLength(long length, params Tensor?[] weights) => weights.All(tensor => tensor is not null && tensor.shape is [var own] && own == length);

    private static Prepared SameShape(Func<Tensor?[], Tensor> compute, Func<Tensor?[], bool>? fits = null) => new(inputs =>
    {
        using var scope = NewDisposeScope();
        if (!inputs[0]!.IsShape())
            return [compute(inputs).MoveToOuterDisposeScope()];
        return fits?.Invoke(inputs) is false ? throw new ArgumentException("its weights do not match the normalised size") : [Shapes.Empty(inputs[0]!.shape).MoveToOuterDisposeScope()];
    });
}
