namespace TrivialLayers;

/// <summary>
/// What an operator asks for between its inputs and outputs: an image with its padding may be far larger than the few pixels that large steps then leave. It counts as asked for also where torch computes without
/// making it.
/// </summary>
/// <param name="What">In words, with the numbers that the file gives.</param>
/// <param name="Numbers">How many numbers it has.</param>
internal readonly record struct Workspace(string What, double Numbers)
{
    /// <summary>An image, or a volume, with its padding.</summary>
    /// <param name="shape"><c>[N, C, …]</c>, without padding.</param>
    /// <param name="pads">Padding before each axis from the third on, then behind each.</param>
    public static Workspace Padded(long[] shape, long[] pads)
    {
        if (pads.All(pad => pad == 0))
            return default;
        var axes = pads.Length / 2;
        var lengths = shape.Select((length, axis) => axis < 2 || axis - 2 >= axes ? (double)length : (double)length + pads[axis - 2] + pads[axis - 2 + axes]);
        return new($"its input with pads = [{string.Join(", ", pads)}]", Product(lengths));
    }

    /// <summary>How many numbers a shape has, also where a whole number could not hold it.</summary>
    public static double Product(IEnumerable<double> lengths) => lengths.Aggregate(1.0, (product, length) => product * length);
}
