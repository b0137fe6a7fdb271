using System.Numerics;

namespace TrivialLayers.Evidence;

/// <summary>
/// Random numbers that are the same for a seed on every machine and in every version of .NET (those of <see cref="Random"/> are not
/// promised to be): xoshiro256** seeded by SplitMix64 (D. Blackman and S. Vigna, <i>Scrambled linear pseudorandom number
/// generators</i>, ACM Transactions on Mathematical Software 47, 2021).
/// </summary>
internal sealed class SeededDraws
{
    private ulong _a, _b, _c, _d;

    public SeededDraws(ulong seed)
    {
        _a = Split(ref seed);
        _b = Split(ref seed);
        _c = Split(ref seed);
        _d = Split(ref seed);
    }

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1), on a grid of 2⁻⁵³.</summary>
    public double Uniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform among 0 … count − 1, without bias (D. Lemire, ACM Transactions on Modeling and Computer Simulation 29, 2019).</summary>
    public int Below(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var product = (Next() >> 32) * (ulong)count;
        if ((uint)product < (uint)count)
        {
            var threshold = (uint)-count % (uint)count;
            while ((uint)product < threshold) product = (Next() >> 32) * (ulong)count;
        }
        return (int)(product >> 32);
    }

    /// <summary>Puts the values in random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private static ulong Split(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
