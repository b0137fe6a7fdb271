using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// Tensors that have a shape and no numbers, torch's <c>meta</c> device: the graph is passed once with these, to learn the shapes before anything is computed. Some of torch's operators do not know the
/// device; those are given the shape of their output here.
/// </summary>
internal static class Shapes
{
    public static readonly Device Meta = new(DeviceType.META);

    public static bool IsShape(this Tensor tensor) => tensor.device_type == DeviceType.META;

    public static Tensor Empty(long[] shape, ScalarType type = ScalarType.Float32) => empty(shape, dtype: type, device: Meta);

    /// <summary>The whole numbers of a tensor.</summary>
    public static long[] Longs(this Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.to(ScalarType.Int64).cpu().flatten().data<long>().ToArray();
    }

    /// <summary>An axis counted from the front.</summary>
    public static int Axis(long axis, long rank) => axis >= -rank && axis < rank
        ? (int)(axis < 0 ? axis + rank : axis)
        : throw new ArgumentOutOfRangeException(nameof(axis), FormattableString.Invariant($"axis {axis} is out of range for {rank} axes"));

    /// <summary>How many entries some axes have together.</summary>
    public static long Product(IEnumerable<long> lengths) => lengths.Aggregate(1L, (product, length) => product * length);

    /// <summary>Both on the device of the one that is not on the CPU.</summary>
    public static (Tensor, Tensor) Together(Tensor left, Tensor right) =>
        left.device_type == right.device_type ? (left, right)
        : left.device_type == DeviceType.CPU ? (left.to(right.device), right)
        : (left, right.to(left.device));

    /// <summary>The shape of two tensors repeated to fit each other.</summary>
    public static long[] Broadcast(long[] left, long[] right)
    {
        var rank = Math.Max(left.Length, right.Length);
        long Length(long[] shape, int axis) => axis < rank - shape.Length ? 1 : shape[axis - rank + shape.Length];
        return [.. Enumerable.Range(0, rank).Select(axis => (Length(left, axis), Length(right, axis)) switch
        {
            (1, var length) => length,
            (var length, 1) => length,
            var (length, other) when length == other => length,
            var (length, other) => throw new ArgumentException(FormattableString.Invariant($"{length} and {other} numbers along axis {axis} do not match")),
        })];
    }

    /// <summary>Some places along an axis, in that order.</summary>
    public static Tensor Select(this Tensor input, int axis, long[] places)
    {
        if (input.IsShape())
            return Empty([.. input.shape[..axis], places.Length, .. input.shape[(axis + 1)..]], input.dtype);
        using var index = tensor(places, device: input.device);
        return input.index_select(axis, index);
    }
}
