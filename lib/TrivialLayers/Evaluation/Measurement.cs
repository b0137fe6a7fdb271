using System.Globalization;
using System.Runtime.InteropServices;

namespace TrivialLayers;

/// <summary>What a network, untouched or changed, is worth on a set of images by a <see cref="Measure"/>.</summary>
public sealed class Measurement
{
    private readonly float[]? _values;

    private Measurement(double value, float[]? values) => (Value, _values) = (value, values);

    /// <summary>The mean over the images, in the measure's unit; accuracies in percent.</summary>
    public double Value { get; }

    /// <summary>The measure's value of all images together, where it has one.</summary>
    public double? Pooled { get; private init; }

    /// <summary>Which images were right; null by a measure that is not right or wrong.</summary>
    public Outcomes? Outcomes { get; private init; }

    /// <summary>Which classes were taken for which; by accuracy alone, else null.</summary>
    public ConfusionMatrix? Confusion { get; private init; }

    /// <summary>Share of images, in percent, for which the prediction is the untouched network's; by accuracy alone, else null.</summary>
    public double? Agreement { get; private init; }

    /// <summary>Number of images.</summary>
    public int Count => Outcomes?.Count ?? _values!.Length;

    /// <summary>The value of each image, in single precision, where it is not right or wrong.</summary>
    internal IReadOnlyList<float>? Values => _values;

    /// <summary>As in "912 of 1000 right (91.20 %), cross-entropy 0.2500 nats", or the value where nothing is right or wrong.</summary>
    public override string ToString() => Outcomes is null ? string.Create(CultureInfo.InvariantCulture, $"{Value:F2}, mean of {Count} images")
        : double.IsNaN(Outcomes.MeanCrossEntropy) ? Outcomes.ToString() : string.Create(CultureInfo.InvariantCulture, $"{Outcomes}, cross-entropy {Outcomes.MeanCrossEntropy:F4} nats");

    internal static Measurement Of(Outcomes outcomes, ConfusionMatrix? confusion, double? agreement) => new(outcomes.Accuracy, null) { Outcomes = outcomes, Confusion = confusion, Agreement = agreement };

    internal static Measurement Of(float[] values, double? pooled) => new(values.Average(value => (double)value), values) { Pooled = pooled };

    /// <summary>The values in double precision.</summary>
    internal double[] ToDoubles() => Array.ConvertAll(_values!, value => (double)value);

    /// <summary>The values as bytes, little-endian.</summary>
    internal byte[]? ToBytes() => _values is null ? null
        : BitConverter.IsLittleEndian ? MemoryMarshal.AsBytes<float>(_values).ToArray() : throw new PlatformNotSupportedException("Stored sweeps are written on little-endian machines only.");

    /// <summary>Reads what <see cref="ToBytes"/> gave.</summary>
    /// <exception cref="FormatException">Another number of values, or one that is not finite.</exception>
    internal static Measurement FromBytes(byte[] bytes, int images, double? pooled)
    {
        if (bytes.Length != images * sizeof(float))
            throw new FormatException($"The values of {images} images take {images * sizeof(float)} bytes; got {bytes.Length}.");
        var values = MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        return values.All(float.IsFinite) && pooled is null or >= double.MinValue and <= double.MaxValue ? Of(values, pooled) : throw new FormatException("A value is not a finite number.");
    }
}
