using System.Globalization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>The operators that are layers: modules with weights, which can be zeroed, swept and trained.</summary>
internal static class Layers
{
    /// <summary>Conv: <c>[N, in, H, W] → [N, out, H', W']</c>.</summary>
    public static Prepared Convolution(Call call)
    {
        var weight = call.Weights(1, "its kernel");
        if (weight.dim() != 4)
            throw call.Refused(string.Create(CultureInfo.InvariantCulture, $"its kernel has {weight.dim() - 2} dimensions; only two-dimensional convolutions are supported"));
        var window = Window.Of(call, weight.shape[2..]);
        var groups = call.Integer("group", 1);
        if (groups < 1 || weight.shape[0] % groups != 0)
            throw call.Refused(string.Create(CultureInfo.InvariantCulture, $"{weight.shape[0]} output channels cannot be divided into {groups} groups"));
        var bias = Bias(call, 2, weight.shape[0]);
        var padding = window.Symmetric;
        var module = Conv2d(weight.shape[1] * groups, weight.shape[0], Pair(weight.shape[2..]), Pair(window.Strides), Pair(padding ?? [0, 0]), Pair(window.Dilations), groups: groups, bias: bias is not null, device: Shapes.Meta);
        module.weight = Owned(weight);
        if (bias is not null)
            module.bias = Owned(bias);
        return Of(module, input =>
        {
            if (input.IsShape())
                return Shapes.Empty([input.shape[0], Demand(module.out_channels, input.shape[1] == module.in_channels && input.dim() == 4), .. window.After(input.shape[2..])]);
            using var padded = padding is null ? window.Pad(input, 0) : null;
            return module.call(padded ?? input);
        }) with { IsModuleAlone = padding is not null, Workspace = inputs => window.Padded(inputs[0]!.shape) };
    }

    /// <summary>ConvTranspose: <c>[N, in, H, W] → [N, out, H', W']</c>. Uneven padding is cut off afterwards, and what a given size of the output leaves over.</summary>
    public static Prepared Transposed(Call call)
    {
        var weight = call.Weights(1, "its kernel");
        if (weight.dim() != 4)
            throw call.Refused("transposed convolutions are supported only in two dimensions");
        var window = Window.Of(call, weight.shape[2..]);
        var groups = call.Integer("group", 1);
        var extra = call.Integers("output_padding") ?? [0, 0];
        if (extra.Length != 2 || Enumerable.Range(0, 2).Any(axis => extra[axis] < 0 || extra[axis] >= Math.Max(window.Strides[axis], window.Dilations[axis])))
            throw call.Refused($"output_padding = [{string.Join(", ", extra)}] is not supported; expected less than its strides or dilations along each of two axes");
        var (entering, leaving) = (weight.shape[0], weight.shape[1] * groups);
        var bias = Bias(call, 2, leaving);
        var asked = call.Integers("output_shape") is { Length: >= 2 } size ? size[^2..] : null;
        var padding = asked is null ? window.Symmetric : null;
        var module = ConvTranspose2d(entering, leaving, Pair(weight.shape[2..]), Pair(window.Strides), Pair(padding ?? [0, 0]), Pair(extra), Pair(window.Dilations), groups: groups, bias: bias is not null, device: Shapes.Meta);
        module.weight = Owned(weight);
        if (bias is not null)
            module.bias = Owned(bias);
        long Whole(int axis, long length) => ((length - 1) * window.Strides[axis]) + (window.Dilations[axis] * (window.Kernel[axis] - 1)) + 1 + extra[axis];
        (long Start, long Length) Kept(int axis, long length) => window.Kept(axis, Whole(axis, length), asked?[axis] ?? window.Same(axis, length));
        return Of(module, input =>
        {
            var (rows, columns) = (Kept(0, input.shape[2]), Kept(1, input.shape[3]));
            if (input.IsShape())
                return Shapes.Empty([input.shape[0], Demand(leaving, input.shape[1] == entering), rows.Length, columns.Length]);
            if (padding is not null)
                return module.call(input);
            using var whole = module.call(input);
            return whole.narrow(2, rows.Start, rows.Length).narrow(3, columns.Start, columns.Length);
        }) with { Workspace = inputs => Uncut(inputs[0]!.shape) };

        Workspace Uncut(long[] shape)
        {
            var (rows, columns) = (Whole(0, shape[2]), Whole(1, shape[3]));
            return new(string.Create(CultureInfo.InvariantCulture, $"its output of {rows} × {columns} pixels, before its padding is cut off,"), Workspace.Product([shape[0], leaving, rows, columns]));
        }
    }

    /// <summary>BatchNormalization: <c>[N, C, …]</c>, a value for each channel.</summary>
    public static Prepared BatchNorm(Call call)
    {
        if (call.Integer("training_mode", 0) != 0 && call.HasConstant(0))
            return Normalisation.OfWeights(call);
        if (call.Integer("spatial", 1) != 1 || call.Integer("training_mode", 0) != 0 || call.Outputs > 1) // up to version 13 the outputs alone tell training
            throw call.Refused("batch norm is supported only with one value per channel and in evaluation (spatial = 1, training_mode = 0, one output)");
        var tensors = Enumerable.Range(1, 4).Select(input => call.Weights(input, "one of its statistics or weights")).ToList();
        var channels = tensors[0].numel();
        if (tensors.Exists(tensor => tensor.dim() != 1 || tensor.numel() != channels))
            throw call.Refused("its weights and statistics differ in length");
        var (eps, momentum) = (call.Float("epsilon", 1e-5), 1 - call.Float("momentum", 0.9));
        TorchSharp.Modules.BatchNorm module = call.Shape(0).Length == 4
            ? BatchNorm2d(channels, eps, momentum) : BatchNorm1d(channels, eps, momentum);
        (module.weight, module.bias) = (Owned(tensors[0]), Owned(tensors[1]));
        (module.running_mean, module.running_var) = (Copy(tensors[2]), Copy(tensors[3]));
        return Of(module, input => input.IsShape() ? Shapes.Empty(Demand(input.shape, input.shape[1] == channels)) : module.call(input));
    }

    /// <summary>Gemm with constant weights: <c>[N, in] → [N, out]</c>; a constant factor goes into the weights.</summary>
    public static Prepared Product(Call call)
    {
        if (call.Constant(1) is not { } factor || call.Integer("transA", 0) != 0 || factor.dim() != 2 || (call.Has(2) && call.Constant(2) is null))
            throw call.Refused("Gemm is supported only with transA = 0 and constant weights");
        using var scope = NewDisposeScope();
        var weight = (call.Integer("transB", 0) != 0 ? factor : factor.t()) * call.Float("alpha", 1);
        var bias = call.Constant(2) is { } added && call.Float("beta", 1) != 0 ? (added * call.Float("beta", 1)).expand(1, weight.shape[0]).flatten() : null;
        return Linear(weight, bias);
    }

    /// <summary>MatMul with constant weights: <c>[…, in] → […, out]</c>; of anything else the general product.</summary>
    public static Prepared MatrixProduct(Call call)
    {
        using var scope = NewDisposeScope();
        return call.HasConstant(1) && call.Shape(1).Length == 2 && !call.HasConstant(0)
            ? Linear(call.Weights(1, "its factor").t(), null)
            : new Prepared(inputs => [Product(inputs[0]!, inputs[1]!)], Workspace: inputs => Repeated(inputs[0]!.shape, inputs[1]!.shape));
    }

    /// <summary>What matmul copies where two stacks of matrices are repeated to fit each other.</summary>
    private static Workspace Repeated(long[] left, long[] right)
    {
        if (left.Length < 3 || right.Length < 3) // one matrix is multiplied with a stack as it is
            return default;
        double[] both = [.. Shapes.Broadcast(left[..^2], right[..^2])];
        double Copies(long[] factor) => Shapes.Product(factor[..^2]) == Workspace.Product(both) ? 0 : Workspace.Product([.. both, factor[^2], factor[^1]]);
        return new("its stacks of matrices, repeated to fit each other,", Copies(left) + Copies(right));
    }

    /// <summary>The product of matrices, or stacks of them; what does not fit is found here, since torch ends the process over it.</summary>
    private static Tensor Product(Tensor left, Tensor right)
    {
        using var scope = NewDisposeScope();
        var (rows, columns) = (left.dim() == 1 ? left.unsqueeze(0) : left, right.dim() == 1 ? right.unsqueeze(1) : right);
        if (rows.dim() < 2 || columns.dim() < 2 || rows.shape[^1] != columns.shape[^2] || left.dtype != right.dtype)
            throw new ArgumentException($"matrices [{string.Join(", ", left.shape.Select(Text))}] and [{string.Join(", ", right.shape.Select(Text))}] of {left.dtype} and {right.dtype} cannot be multiplied");
        long[] shape = [.. Shapes.Broadcast(rows.shape[..^2], columns.shape[..^2]), .. left.dim() == 1 ? Array.Empty<long>() : [rows.shape[^2]], .. right.dim() == 1 ? Array.Empty<long>() : [columns.shape[^1]]];
        if (left.IsShape() || right.IsShape())
            return Shapes.Empty(shape).MoveToOuterDisposeScope();
        var (a, b) = Shapes.Together(left, right);
        return a.matmul(b).MoveToOuterDisposeScope();
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static Prepared Linear(Tensor weight, Tensor? bias)
    {
        var module = nn.Linear(Owned(weight.contiguous()), bias is null ? null : Owned(bias));
        return Of(module, input => input.IsShape() ? Shapes.Empty([.. input.shape[..^1], Demand(module.out_features, input.shape[^1] == module.in_features)]) : module.call(input));
    }

    private static Prepared Of(Module<Tensor, Tensor> module, Func<Tensor, Tensor> run) => new(inputs => [run(inputs[0]!)], module);

    private static Tensor? Bias(Call call, int input, long channels) => !call.Has(input) ? null
        : call.Weights(input, "its bias") is var bias && bias.numel() == channels ? bias.flatten()
        : throw call.Refused(string.Create(CultureInfo.InvariantCulture, $"its bias has {bias.numel()} values for {channels} channels"));

    private static T Demand<T>(T value, bool fits) => fits ? value : throw new ArgumentException("its input does not have the number of channels that its weights expect");

    /// <summary>A copy that lives as long as its module.</summary>
    private static Parameter Owned(Tensor tensor)
    {
        var parameter = new Parameter(Copy(tensor));
        parameter.DetachFromDisposeScope();
        return parameter;
    }

    private static Tensor Copy(Tensor tensor) => tensor.detach().clone().DetachFromDisposeScope();

    private static (long, long) Pair(long[] values) => (values[0], values[1]);
}
