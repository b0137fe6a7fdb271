namespace TrivialLayers;

/// <summary>
/// Random numbers whose algorithm is fixed, so that a seed chooses the same images on every platform and with every
/// version of .NET (whose own seeded generator does not promise that). SplitMix64: Steele, Lea, Flood,
/// "Fast splittable pseudorandom number generators", OOPSLA 2014.
/// </summary>
internal sealed class SplitMix64(long seed)
{
    private ulong _state = unchecked((ulong)seed);

    /// <summary>The next 64 random bits.</summary>
    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 to <paramref name="limit"/> − 1, each equally likely (by rejection).</summary>
    public int Below(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        var range = (ulong)limit;
        var unbiased = ulong.MaxValue - (ulong.MaxValue % range + 1) % range;
        ulong bits;
        do
            bits = Next();
        while (bits > unbiased);
        return (int)(bits % range);
    }

    /// <summary>Moves <paramref name="count"/> items, chosen without replacement, to the front (Fisher and Yates).</summary>
    public void ChooseToFront(Span<int> items, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var j = i + Below(items.Length - i);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
