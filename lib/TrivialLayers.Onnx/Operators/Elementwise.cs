using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using DataType = Onnx.TensorProto.Types.DataType;

namespace TrivialLayers;

/// <summary>Operators that treat each number alone: activations, arithmetic, comparisons.</summary>
internal static class Elementwise
{
    /// <summary>One input.</summary>
    public static Func<Call, Prepared> Of(Func<Tensor, Tensor> compute) => _ => Prepare(compute);

    /// <summary>One input, with attributes.</summary>
    public static Func<Call, Prepared> With(Func<Call, Func<Tensor, Tensor>> compute) => call => Prepare(compute(call));

    /// <summary>One input, with one attribute.</summary>
    public static Func<Call, Prepared> With(string attribute, double otherwise, Func<Tensor, double, Tensor> compute) => call =>
    {
        var value = call.Float(attribute, otherwise);
        return Prepare(input => compute(input, value));
    };

    /// <summary>Two inputs, repeated to fit each other.</summary>
    public static Func<Call, Prepared> Of(Func<Tensor, Tensor, Tensor> compute) => _ => new(inputs => [Both(compute, inputs[0]!, inputs[1]!)]);

    /// <summary>Two inputs, of which comes a truth value.</summary>
    public static Func<Call, Prepared> Truth(Func<Tensor, Tensor, Tensor> compute) => _ => new(inputs => [Both(compute, inputs[0]!, inputs[1]!, ScalarType.Bool)]);

    /// <summary>One input or more, the first two together, then the next with what came of them.</summary>
    public static Func<Call, Prepared> Fold(Func<Tensor, Tensor, Tensor> compute, Func<Tensor, int, Tensor>? last = null) => _ => new(inputs =>
    {
        using var scope = NewDisposeScope();
        var result = inputs.Skip(1).Aggregate(inputs[0]!.alias(), (found, next) => Both(compute, found, next!));
        return [(last is null ? result : last(result, inputs.Length)).MoveToOuterDisposeScope()];
    });

    public static Tensor Divide(Tensor left, Tensor right) => left.is_floating_point() ? left / right : left.div(right, RoundingMode.trunc);

    /// <summary>What a division leaves over, with the sign of the divisor; with fmod that of the dividend.</summary>
    public static Prepared Mod(Call call) => (call.Integer("fmod", 0) == 0 ? Of((left, right) => left.remainder(right)) : Of((left, right) => left.fmod(right)))(call);

    public static Prepared Clip(Call call)
    {
        var (low, high) = (call.Number(1), call.Number(2));
        return Prepare(input => (low, high) switch
        {
            (null, null) => input.alias(),
            (null, _) => input.clamp(max: Limit(input, high)),
            (_, null) => input.clamp(min: Limit(input, low)),
            _ => input.clamp(Limit(input, low), Limit(input, high)),
        });
    }

    private static Scalar Limit(Tensor input, double? limit) => input.is_floating_point() ? (Scalar)limit!.Value : (Scalar)(long)limit!.Value;

    public static Prepared PRelu(Call call) => new(inputs =>
    {
        using var scope = NewDisposeScope();
        var (input, slope) = Shapes.Together(inputs[0]!, inputs[1]!);
        return [(input.clamp(min: 0) + (slope * input.clamp(max: 0))).MoveToOuterDisposeScope()];
    });

    public static Prepared Where(Call call) => new(inputs =>
    {
        using var scope = NewDisposeScope();
        if (inputs.Any(input => input!.IsShape()))
            return [Shapes.Empty(Shapes.Broadcast(inputs[0]!.shape, Shapes.Broadcast(inputs[1]!.shape, inputs[2]!.shape)), inputs[1]!.dtype).MoveToOuterDisposeScope()];
        var (yes, no) = Shapes.Together(inputs[1]!, inputs[2]!);
        var (condition, _) = Shapes.Together(inputs[0]!, yes);
        return [where(condition, yes.to(condition.device), no.to(condition.device)).MoveToOuterDisposeScope()];
    });

    public static Prepared Cast(Call call) => Prepare(Conversion(call, (DataType)call.Integer("to", 1)));

    public static Prepared CastLike(Call call) => new(inputs => [inputs[0]!.to(inputs[1]!.dtype, copy: true)]);

    private static Func<Tensor, Tensor> Conversion(Call call, DataType type) => type switch
    {
        DataType.Float or DataType.Float16 or DataType.Bfloat16 or DataType.Double => input => input.to(ScalarType.Float32, copy: true),
        DataType.Bool => input => input.to(ScalarType.Bool, copy: true),
        DataType.Int64 or DataType.Int32 => input => input.to(ScalarType.Int64, copy: true),
        _ => throw call.Refused($"a conversion to {type} is not supported; expected floating-point numbers, int32, int64 or Booleans"),
    };

    private static Prepared Prepare(Func<Tensor, Tensor> compute) => new(inputs =>
        [inputs[0]!.IsShape() ? Shapes.Empty(inputs[0]!.shape, inputs[0]!.dtype) : Scoped(compute, inputs[0]!)]);

    private static Tensor Scoped(Func<Tensor, Tensor> compute, Tensor input)
    {
        using var scope = NewDisposeScope();
        return compute(input).MoveToOuterDisposeScope();
    }

    private static Tensor Both(Func<Tensor, Tensor, Tensor> compute, Tensor left, Tensor right, ScalarType? type = null)
    {
        if (left.IsShape() || right.IsShape())
            return Shapes.Empty(Shapes.Broadcast(left.shape, right.shape), type ?? left.dtype);
        using var scope = NewDisposeScope();
        var (a, b) = Shapes.Together(left, right);
        return compute(a, b).MoveToOuterDisposeScope();
    }
}
