using System.Numerics;

namespace TrivialLayers;

/// <summary>
/// Which images of a set one network (or one zeroing of it) got right, one bit an image, in the order of the set: 10,000 images
/// take 1,250 bytes. Image i is bit i mod 8 of byte i / 8, the lowest bit first.
/// </summary>
public sealed class Outcomes : IEquatable<Outcomes>
{
    private readonly byte[] _packed;

    private Outcomes(byte[] packed, int count, double meanCrossEntropy)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (meanCrossEntropy < 0 || double.IsInfinity(meanCrossEntropy))
            throw new ArgumentOutOfRangeException(nameof(meanCrossEntropy), meanCrossEntropy, "A mean cross-entropy must be a finite number of nats, at least 0, or NaN where none was measured.");
        _packed = packed;
        Count = count;
        MeanCrossEntropy = meanCrossEntropy;
        foreach (var bits in packed) Correct += BitOperations.PopCount(bits);
    }

    /// <summary>Number of images.</summary>
    public int Count { get; }

    /// <summary>Number of images the network got right.</summary>
    public int Correct { get; }

    /// <summary>Accuracy in percent, 0 to 100.</summary>
    public double Accuracy => 100.0 * Correct / Count;

    /// <summary>Mean cross-entropy of the images in nats; NaN where none was measured.</summary>
    public double MeanCrossEntropy { get; }

    /// <summary>The bits, ⌈Count / 8⌉ bytes; the spare bits of the last byte are 0.</summary>
    internal ReadOnlyMemory<byte> Packed => _packed;

    /// <summary>Whether the network got image <paramref name="image"/> right.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public bool this[int image] => image >= 0 && image < Count
        ? (_packed[image >> 3] >> (image & 7) & 1) == 1
        : throw new ArgumentOutOfRangeException(nameof(image), image, $"These outcomes have images 0 to {Count - 1}.");

    /// <summary>Packs one value an image.</summary>
    /// <param name="right">True where the network got the image right; at least one image.</param>
    /// <param name="meanCrossEntropy">Mean cross-entropy in nats; NaN where none was measured.</param>
    public static Outcomes From(ReadOnlySpan<bool> right, double meanCrossEntropy = double.NaN)
    {
        var packed = new byte[Bytes(right.Length)];
        for (var i = 0; i < right.Length; i++)
            if (right[i]) packed[i >> 3] |= (byte)(1 << (i & 7));
        return new Outcomes(packed, right.Length, meanCrossEntropy);
    }

    /// <summary>Reads what <see cref="Packed"/> gave.</summary>
    /// <param name="packed">⌈count / 8⌉ bytes, copied.</param>
    /// <param name="count">Number of images, at least 1.</param>
    /// <param name="meanCrossEntropy">Mean cross-entropy in nats; NaN where none was measured.</param>
    /// <exception cref="FormatException">Too few or too many bytes, or a spare bit is set.</exception>
    internal static Outcomes FromBits(ReadOnlySpan<byte> packed, int count, double meanCrossEntropy = double.NaN)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (packed.Length != Bytes(count))
            throw new FormatException($"The outcomes of {count} images take {Bytes(count)} bytes; got {packed.Length}.");
        if ((count & 7) != 0 && packed[^1] >> (count & 7) != 0)
            throw new FormatException($"The outcomes of {count} images have a bit set beyond the last image (last byte 0x{packed[^1]:x2}): they belong to another number of images, or are damaged.");
        return new Outcomes(packed.ToArray(), count, meanCrossEntropy);
    }

    /// <summary>What changed from this baseline to <paramref name="zeroed"/>.</summary>
    /// <exception cref="ArgumentException">The two are of different numbers of images.</exception>
    public PairedCounts Against(Outcomes zeroed)
    {
        ArgumentNullException.ThrowIfNull(zeroed);
        if (zeroed.Count != Count)
            throw new ArgumentException($"Outcomes of {zeroed.Count} images were compared with a baseline of {Count} images: both must be from the same image set.", nameof(zeroed));
        int lost = 0, gained = 0;
        for (var i = 0; i < _packed.Length; i++)
        {
            lost += BitOperations.PopCount((uint)(_packed[i] & ~zeroed._packed[i]));
            gained += BitOperations.PopCount((uint)(~_packed[i] & zeroed._packed[i]));
        }
        return new PairedCounts(lost, gained, Count);
    }

    /// <summary>Equal when every image has the same outcome and the mean cross-entropy is the same to the bit.</summary>
    public bool Equals(Outcomes? other) => other is not null && Count == other.Count
        && MeanCrossEntropy.Equals(other.MeanCrossEntropy) && _packed.AsSpan().SequenceEqual(other._packed);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Outcomes);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Count);
        hash.Add(MeanCrossEntropy);
        hash.AddBytes(_packed);
        return hash.ToHashCode();
    }

    /// <summary>As in "9123 of 10000 right (91.23 %)".</summary>
    public override string ToString() => FormattableString.Invariant($"{Correct} of {Count} right ({Accuracy:F2} %)");

    private static int Bytes(int count) => (int)(((long)count + 7) / 8);
}
