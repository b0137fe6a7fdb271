using System.Runtime.InteropServices;

namespace TrivialLayers;

/// <summary>A metric's values for one state of a network, with single precision.</summary>
/// <param name="Values">The value for each image.</param>
/// <param name="Pooled">The value of all images together, where the metric has one.</param>
internal sealed record MetricAnswers(float[] Values, double? Pooled)
{
    /// <summary>Mean over the images.</summary>
    public double Mean => Values.Average(value => (double)value);

    /// <summary>The values in double precision.</summary>
    public double[] ToDoubles() => Array.ConvertAll(Values, value => (double)value);

    /// <summary>The values as bytes, little-endian.</summary>
    public byte[] ToBytes() => BitConverter.IsLittleEndian ? MemoryMarshal.AsBytes<float>(Values).ToArray() : throw new PlatformNotSupportedException("Stored sweeps are written on little-endian machines only.");

    /// <summary>Reads what <see cref="ToBytes"/> gave.</summary>
    /// <exception cref="FormatException">Another number of values, or one that is not finite.</exception>
    public static MetricAnswers FromBytes(byte[] bytes, int images, double? pooled)
    {
        if (bytes.Length != images * sizeof(float))
            throw new FormatException($"The values of {images} images take {images * sizeof(float)} bytes, {bytes.Length} were given.");
        var values = MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        return values.All(float.IsFinite) && pooled is null or >= double.MinValue and <= double.MaxValue ? new(values, pooled) : throw new FormatException("A value is not a finite number.");
    }
}
