namespace TrivialLayers;

/// <summary>
/// The score test of a difference of paired proportions, δ = P(lost) − P(gained), that the intervals invert. Sources: at
/// <see cref="PairedInterval"/>.
/// </summary>
/// <param name="Skewness">Whether the third moment is corrected for, together with the factor n / (n − 1) in the variance.</param>
/// <param name="Continuity">Images by which the observed lost − gained is moved towards the hypothesis.</param>
internal sealed record ScoreTest(bool Skewness, double Continuity)
{
    /// <summary>Tango's test as published.</summary>
    public static readonly ScoreTest Tango = new(Skewness: false, Continuity: 0);

    /// <summary>The test behind the verdicts: lost − gained comes in steps of one image, so half an image of continuity.</summary>
    public static readonly ScoreTest Corrected = new(Skewness: true, Continuity: 0.5);

    /// <summary>Whether the counts speak against a difference as large as <paramref name="difference"/>, in (−1, 1), at the normal quantile <paramref name="z"/>.</summary>
    public bool IsTooLarge(PairedCounts counts, double difference, double z)
    {
        var moved = counts.Lost - counts.Gained - counts.Count * difference + Continuity;
        if (moved >= 0) return false;
        var (variance, third) = Moments(counts, difference);
        if (!Skewness) return moved < -z * Math.Sqrt(counts.Count * variance);
        if (counts.Count == 1) return false;
        variance *= counts.Count / (counts.Count - 1.0);
        var deviation = Math.Sqrt(counts.Count * variance);
        // Cornish and Fisher: a quantile z of the normal distribution is z + skewness · (z² − 1) / 6 of a slightly skewed one.
        return moved / deviation < -z + third / (variance * deviation) * (z * z - 1) / 6;
    }

    /// <summary>
    /// Second and third central moment of one image's contribution (+1 lost, −1 gained, 0 same) under the probabilities that fit the
    /// counts best when the difference is given: Tango's (25) and (26), written so that nothing cancels.
    /// </summary>
    private static (double Variance, double Third) Moments(PairedCounts counts, double difference)
    {
        if (difference < 0)
        {
            var (same, opposite) = Moments(counts.Swapped, -difference);
            return (same, -opposite);
        }
        double n = counts.Count, sum = (double)counts.Lost + counts.Gained;
        // P(gained) is the non-negative root q of 2n·q² + b·q − c = 0.
        var b = (2 * n - counts.Lost + counts.Gained) * difference - sum;
        var c = counts.Gained * difference * (1 - difference);
        var root = Math.Sqrt(b * b + 8 * n * c);
        var gained = b > 0 ? 2 * c / (root + b) : (root - b) / (4 * n);
        var lost = gained + difference;
        return (2 * gained + difference * (1 - difference),
            lost * Cube(1 - difference) - gained * Cube(1 + difference) - (1 - lost - gained) * Cube(difference));
    }

    private static double Cube(double value) => value * value * value;
}
