using MathNet.Numerics.Random;

namespace TrivialLayers;

/// <summary>
/// Random numbers that are the same for a seed on every machine and in every version of .NET (those of <see cref="Random"/> are not
/// promised to be): MathNet's xoshiro256** (D. Blackman and S. Vigna, <i>Scrambled linear pseudorandom number generators</i>, ACM
/// Transactions on Mathematical Software 47, 2021).
/// </summary>
internal sealed class SeededDraws(int seed) : Xoshiro256StarStar(seed, threadSafe: false)
{
    /// <summary>Uniform among 0 … count − 1, without bias (D. Lemire, ACM Transactions on Modeling and Computer Simulation 29, 2019).</summary>
    public int Below(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var product = Bits() * (ulong)count;
        if ((uint)product < (uint)count)
        {
            var threshold = (uint)-count % (uint)count;
            while ((uint)product < threshold) product = Bits() * (ulong)count;
        }
        return (int)(product >> 32);
    }

    /// <summary>Puts the values at some places in random order among these (Fisher and Yates).</summary>
    public void Shuffle(Span<double> values, ReadOnlySpan<int> places)
    {
        for (var i = places.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (values[places[i]], values[places[j]]) = (values[places[j]], values[places[i]]);
        }
    }

    private ulong Bits() => (uint)DoSampleInt32WithNBits(32);
}
