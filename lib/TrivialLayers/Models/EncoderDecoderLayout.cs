namespace TrivialLayers;

/// <summary>The sizes of an <see cref="EncoderDecoder"/>.</summary>
/// <param name="Levels">Levels, the one of full size included.</param>
/// <param name="Units">Units of two convolutions in each encoder and in each decoder.</param>
/// <param name="Width">Channels of the stem and of level 0; level l has <c>Width · 2^l</c>.</param>
internal sealed record EncoderDecoderLayout(int Levels, int Units, int Width)
{
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or there are more levels than an image has halves.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Levels, 1, "levels");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Levels, 12, "levels");
        ArgumentOutOfRangeException.ThrowIfLessThan(Units, 1, "units");
        ArgumentOutOfRangeException.ThrowIfLessThan(Width, 1, "width");
    }

    /// <summary>Channels before the first unit of a level's encoder and after each.</summary>
    public IReadOnlyList<long> Encoder(int level) => [Channels(level - 1), .. Enumerable.Repeat(Channels(level), Units)];

    /// <summary>Channels before the first unit of a level's decoder and after each; the deepest decoder has nothing to concatenate.</summary>
    public IReadOnlyList<long> Decoder(int level, bool concatenates) =>
        [Channels(level) * (concatenates && level < Levels - 1 ? 2 : 1), .. Enumerable.Repeat(Channels(level), Units - 1), Channels(level - 1)];

    private long Channels(int level) => (long)Width << Math.Max(0, level);
}
