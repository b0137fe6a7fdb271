using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Operators that move numbers without changing them.</summary>
internal static class Rearranging
{
    /// <summary>Numbers of a range, which are places along an axis.</summary>
    private const int MostPlaces = 1 << 20;

    /// <summary>Padding of which sums cannot overflow.</summary>
    private const long MostPadding = 1L << 40;

    public static Prepared Shape(Call call)
    {
        var (start, end) = (call.Integer("start", 0), call.Integer("end", int.MaxValue));
        return new(inputs =>
        {
            var rank = inputs[0]!.dim();
            int Place(long value) => (int)Math.Clamp(value < 0 ? value + rank : value, 0, rank);
            return [tensor(inputs[0]!.shape[Place(start)..Math.Max(Place(start), Place(end))])];
        });
    }

    public static Prepared Size(Call call) => new(inputs => [tensor(inputs[0]!.numel())]);

    /// <summary>Reshape: 0 leaves an axis as it is, −1 is what is left over.</summary>
    public static Prepared Reshape(Call call)
    {
        var literal = call.Integer("allowzero", 0) != 0;
        return new(inputs => [Reshaped(inputs[0]!, inputs[1]!.Longs(), literal)]);
    }

    public static Tensor Reshaped(Tensor input, long[] asked, bool isLiteral) => input.reshape([.. asked.Select((length, axis) => length == 0 && !isLiteral ? input.shape[axis] : length)]);

    public static Prepared Flatten(Call call)
    {
        var axis = call.Integer("axis", 1);
        return new(inputs =>
        {
            var at = axis == inputs[0]!.dim() ? (int)axis : Shapes.Axis(axis, inputs[0]!.dim());
            return [inputs[0]!.reshape(Shapes.Product(inputs[0]!.shape[..at]), Shapes.Product(inputs[0]!.shape[at..]))];
        });
    }

    public static Prepared Transpose(Call call)
    {
        var order = call.Integers("perm");
        return new(inputs => [inputs[0]!.permute(order ?? [.. Enumerable.Range(0, (int)inputs[0]!.dim()).Reverse().Select(axis => (long)axis)])]);
    }

    public static Prepared Concat(Call call)
    {
        var axis = call.Integer("axis", 1);
        return new(inputs =>
        {
            using var scope = NewDisposeScope();
            List<Tensor> tensors = [.. inputs.OfType<Tensor>()];
            var device = (tensors.Find(tensor => tensor.device_type != DeviceType.CPU) ?? tensors[0]).device;
            return [cat([.. tensors.Select(tensor => tensor.to(device))], Shapes.Axis(axis, tensors[0].dim())).MoveToOuterDisposeScope()];
        });
    }

    /// <summary>Split into parts of given sizes, else into equal ones.</summary>
    public static Prepared Split(Call call)
    {
        var (axis, parts) = (call.Integer("axis", 0), call.Outputs);
        return new(inputs =>
        {
            var at = Shapes.Axis(axis, inputs[0]!.dim());
            var (length, size) = (inputs[0]!.shape[at], (inputs[0]!.shape[at] + parts - 1) / parts);
            var sizes = inputs.ElementAtOrDefault(1)?.Longs() ?? [.. Enumerable.Range(0, parts).Select(part => Math.Clamp(length - (part * size), 0, size))];
            if (sizes.Length != parts || sizes.Sum() != length)
                throw new ArgumentException("its parts do not add up to its input");
            return inputs[0]!.split(sizes, at);
        });
    }

    public static Prepared Slice(Call call) => new(inputs =>
    {
        using var scope = NewDisposeScope();
        var (starts, ends) = (inputs[1]!.Longs(), inputs[2]!.Longs());
        var axes = inputs.ElementAtOrDefault(3)?.Longs() ?? [.. Enumerable.Range(0, starts.Length).Select(axis => (long)axis)];
        var steps = inputs.ElementAtOrDefault(4)?.Longs() ?? [.. starts.Select(_ => 1L)];
        var result = inputs[0]!.alias();
        foreach (var (i, axis) in axes.Select(axis => Shapes.Axis(axis, inputs[0]!.dim())).Index())
            result = Cut(result, axis, starts[i], ends[i], steps[i]);
        return [result.MoveToOuterDisposeScope()];
    });

    private static Tensor Cut(Tensor input, int axis, long start, long end, long step)
    {
        var length = input.shape[axis];
        if (step == 0)
            throw new ArgumentException("its step is 0");
        long Place(long value, long low, long high) => Math.Clamp(value < 0 ? Math.Max(value, -length - 1) + length : value, low, high);
        if (step > 0)
            return Place(start, 0, length) is var from && Place(end, 0, length) is var to && to > from ? input.slice(axis, from, to, step) : input.narrow(axis, 0, 0);
        var (last, before, back) = (Place(start, 0, length - 1), end < -length ? -1 : Place(end, -1, length - 1), -Math.Max(step, -length));
        if (last <= before)
            return input.narrow(axis, 0, 0);
        var forwards = input.slice(axis, last - ((last - before - 1) / back * back), last + 1, back);
        return input.IsShape() ? forwards : forwards.flip(axis);
    }

    /// <summary>Pad with a constant, the reflected image or its border.</summary>
    public static Prepared Pad(Call call)
    {
        var mode = call.Text("mode", "constant") switch
        {
            "constant" => PaddingModes.Constant,
            "reflect" => PaddingModes.Reflect,
            "edge" => PaddingModes.Replicate,
            var other => throw call.Refused($"mode = {other} is not supported; expected constant, reflect or edge"),
        };
        var value = call.Number(2) ?? 0;
        return new(inputs =>
        {
            var rank = (int)inputs[0]!.dim();
            var given = inputs[1]!.Longs();
            var axes = inputs.ElementAtOrDefault(3)?.Longs() ?? [.. Enumerable.Range(0, given.Length / 2).Select(axis => (long)axis)];
            var pads = new long[2 * rank]; // torch's order: the last axis first, before and after
            foreach (var (i, axis) in axes.Select(axis => Shapes.Axis(axis, rank)).Index())
                (pads[2 * (rank - 1 - axis)], pads[(2 * (rank - 1 - axis)) + 1]) = (given[i], given[i + axes.Length]);
            if (Array.Exists(pads, pad => pad is < -MostPadding or > MostPadding) || (mode == PaddingModes.Reflect && pads.Index().Any(pad => pad.Item >= inputs[0]!.shape[rank - 1 - (pad.Index / 2)])))
                throw new ArgumentException($"pads = [{string.Join(", ", given)}] cannot be taken from its input [{string.Join(", ", inputs[0]!.shape)}]");
            var used = mode == PaddingModes.Constant ? pads : pads[..Math.Min(pads.Length, 4)];
            if (pads[used.Length..].Any(pad => pad != 0))
                throw new ArgumentException("this mode can pad only height and width");
            return [inputs[0]!.IsShape() ? Shapes.Empty([.. inputs[0]!.shape.Select((length, axis) => length + pads[2 * (rank - 1 - axis)] + pads[(2 * (rank - 1 - axis)) + 1])], inputs[0]!.dtype) : functional.pad(inputs[0]!, used, mode, value)];
        });
    }

    public static Prepared Squeeze(Call call) => new(inputs =>
    {
        var rank = inputs[0]!.dim();
        int[]? axes = inputs.ElementAtOrDefault(1)?.Longs().Select(axis => Shapes.Axis(axis, rank)).ToArray();
        return [inputs[0]!.reshape([.. inputs[0]!.shape.Where((length, axis) => axes is null ? length != 1 : !axes.Contains(axis))])];
    });

    public static Prepared Unsqueeze(Call call) => new(inputs =>
    {
        var axes = inputs[1]!.Longs();
        var rank = inputs[0]!.dim() + axes.Length;
        var shape = inputs[0]!.shape.ToList();
        foreach (var axis in axes.Select(axis => Shapes.Axis(axis, rank)).Order())
            shape.Insert(axis, 1);
        return [inputs[0]!.reshape([.. shape])];
    });

    public static Prepared Expand(Call call) => new(inputs =>
    {
        var (own, asked) = (inputs[0]!.shape, inputs[1]!.Longs());
        return [inputs[0]!.expand(Shapes.Broadcast(own, asked))];
    });

    public static Prepared Tile(Call call) => new(inputs => [inputs[0]!.repeat(inputs[1]!.Longs())]);

    /// <summary>Gather: places along an axis; one place alone takes the axis away.</summary>
    public static Prepared Gather(Call call)
    {
        var axis = call.Integer("axis", 0);
        return new(inputs =>
        {
            using var scope = NewDisposeScope();
            var (input, at) = (inputs[0]!, Shapes.Axis(axis, inputs[0]!.dim()));
            var length = input.shape[at];
            long[] places = [.. inputs[1]!.Longs().Select(place => place < -length || place >= length ? throw new ArgumentException("an index is out of range") : place < 0 ? place + length : place)];
            return [input.Select(at, places).reshape([.. input.shape[..at], .. inputs[1]!.shape, .. input.shape[(at + 1)..]]).MoveToOuterDisposeScope()];
        });
    }

    public static Prepared DepthToSpace(Call call)
    {
        var (block, byColumn) = (call.Integer("blocksize", 1), call.Text("mode", "DCR") == "CRD");
        return new(inputs =>
        {
            using var scope = NewDisposeScope();
            var (n, c, h, w) = Four(inputs[0]!);
            var blocks = byColumn
                ? inputs[0]!.reshape(n, c / (block * block), block, block, h, w).permute(0, 1, 4, 2, 5, 3)
                : inputs[0]!.reshape(n, block, block, c / (block * block), h, w).permute(0, 3, 4, 1, 5, 2);
            return [blocks.reshape(n, c / (block * block), h * block, w * block).MoveToOuterDisposeScope()];
        });
    }

    public static Prepared SpaceToDepth(Call call)
    {
        var block = call.Integer("blocksize", 1);
        return new(inputs =>
        {
            using var scope = NewDisposeScope();
            var (n, c, h, w) = Four(inputs[0]!);
            return [inputs[0]!.reshape(n, c, h / block, block, w / block, block).permute(0, 3, 5, 1, 2, 4).reshape(n, c * block * block, h / block, w / block).MoveToOuterDisposeScope()];
        });
    }

    public static Prepared ConstantOfShape(Call call)
    {
        using var read = call.Numbers("value") ?? zeros(1);
        var (number, type) = (read.to(ScalarType.Float64).flatten()[0].item<double>(), read.dtype);
        return new(inputs => inputs[0]!.Longs() is var shape && shape.Aggregate(1.0, (product, length) => product * length) < long.MaxValue / sizeof(long)
            ? [full([], number, dtype: type).expand(shape)]
            : throw new ArgumentException("the requested shape has more elements than a tensor can hold"));
    }

    /// <summary>Numbers in equal steps: from the first input on, up to the second exclusive.</summary>
    public static Prepared Range(Call call) => new(inputs =>
    {
        using var scope = NewDisposeScope();
        double[] given = [.. inputs.Select(input => input!.to(ScalarType.Float64).item<double>())];
        var count = Math.Max(0, Math.Ceiling((given[1] - given[0]) / given[2]));
        return count < MostPlaces
            ? [((arange((long)count, ScalarType.Int64) * inputs[2]!) + inputs[0]!).MoveToOuterDisposeScope()]
            : throw new ArgumentException("the requested range has more numbers than are supported");
    });

    /// <summary>ScatterND: a copy in which some parts are replaced; the last axis of the second input holds their places.</summary>
    public static Prepared Scatter(Call call)
    {
        if (call.Text("reduction", "none") is not "none" and var reduction)
            throw call.Refused($"reduction = {reduction} is not supported; expected none");
        return new(inputs =>
        {
            using var scope = NewDisposeScope();
            RequireFit(inputs[0]!.shape, inputs[1]!.shape, inputs[2]!.shape);
            if (inputs.Any(input => input!.IsShape()))
                return [Shapes.Empty(inputs[0]!.shape, inputs[0]!.dtype).MoveToOuterDisposeScope()];
            var (whole, parts) = Shapes.Together(inputs[0]!, inputs[2]!);
            var places = inputs[1]!.to(whole.device);
            TensorIndex[] indices = [.. Enumerable.Range(0, (int)places.shape[^1]).Select(axis => TensorIndex.Tensor(places.select(-1, axis)))];
            var result = whole.clone();
            result.index_put_(parts, indices);
            return [result.MoveToOuterDisposeScope()];
        });
    }

    private static void RequireFit(long[] whole, long[] places, long[] parts)
    {
        if (places.Length == 0 || places[^1] > whole.Length)
            throw new ArgumentException($"places of shape [{string.Join(", ", places)}] are not places in a tensor of shape [{string.Join(", ", whole)}]");
        long[] expected = [.. places[..^1], .. whole[(int)places[^1]..]];
        if (!parts.SequenceEqual(expected))
            throw new ArgumentException($"its updates have the shape [{string.Join(", ", parts)}]; expected [{string.Join(", ", expected)}]");
    }

    private static (long N, long C, long H, long W) Four(Tensor input) => (input.shape[0], input.shape[1], input.shape[2], input.shape[3]);
}
