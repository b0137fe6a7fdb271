using MathNet.Numerics.Distributions;

namespace TrivialLayers;

/// <summary>
/// Confidence intervals for what zeroing changes, from two results on the same images. Right-or-wrong results use a score interval,
/// any other per-image metric a paired bootstrap.
/// </summary>
/// <remarks>
/// <para>McNemar's test is the score test at a drop of zero only, and the Wald interval has width zero when no image changes; hence
/// Tango's score interval. Its normal approximation is poor just where layers are nearly trivial: when few images change, the counts
/// are skewed, and far in the tails (at level 1 − 0.05 / 57, say) a drop at the margin is called larger too often. Summed exactly over
/// 57 layers with 2,000 images and 1 % discordance, that is 8.4 % instead of 5 %. <see cref="Corrected"/> mends it by the third
/// moment and half an image of continuity; the verdicts rest on it.</para>
/// <para>Sources. T. Tango, <i>Equivalence test and confidence interval for the difference in proportions for the paired-sample
/// design</i>, Statistics in Medicine 17 (1998) 891–908, equations (24)–(26). J. Gart and J. Nam, <i>Approximate interval estimation
/// of the difference in binomial parameters: correction for skewness and extension to multiple tables</i>, Biometrics 46 (1990)
/// 637–643, and P. Laud, <i>Equal-tailed confidence intervals for comparison of rates</i>, Pharmaceutical Statistics 16 (2017)
/// 334–348 (skewness; the form for pairs is that of Laud's R package ratesci). B. Efron and R. Tibshirani, <i>An Introduction to the
/// Bootstrap</i> (1993), section 13.3 (percentile interval).</para>
/// </remarks>
public static class PairedInterval
{
    /// <summary>Tango's score interval for a drop in accuracy, as published.</summary>
    /// <param name="counts">What changed between baseline and zeroed network.</param>
    /// <param name="level">Confidence level, between 0 and 1.</param>
    /// <returns>The drops, in percentage points, that the score test does not reject at 1 − <paramref name="level"/>; within −100 to 100.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The level is not inside (0, 1).</exception>
    public static Interval Tango(PairedCounts counts, double level = 0.95) => Between(counts, level, ScoreTest.Tango);

    /// <summary>
    /// The interval that verdicts rest on: Tango's, corrected for the skewness of the counts and for their coming in whole images. It
    /// keeps its level in each tail also at the extreme levels of a simultaneous family; with 10,000 images its ends lie about 0.01
    /// points from Tango's.
    /// </summary>
    /// <param name="counts">What changed between baseline and zeroed network.</param>
    /// <param name="level">Confidence level, between 0 and 1.</param>
    /// <returns>The drops that stand, in percentage points; within −100 to 100.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The level is not inside (0, 1).</exception>
    public static Interval Corrected(PairedCounts counts, double level = 0.95) => Between(counts, level, ScoreTest.Corrected);

    /// <summary>
    /// An interval for each layer such that all of them hold together with at least probability <paramref name="level"/>, however
    /// the layers depend on each other: the <see cref="Corrected"/> interval at 1 − (1 − level) / L for L layers (Bonferroni).
    /// </summary>
    /// <param name="baseline">Outcomes of the untouched network.</param>
    /// <param name="zeroed">Outcomes with each layer zeroed in turn, on the same images; L of them.</param>
    /// <param name="level">Confidence level of the family, between 0 and 1.</param>
    /// <returns>One interval a layer, in the order given, in percentage points; empty when no layer was given.</returns>
    /// <exception cref="ArgumentException">Some outcomes are of another number of images.</exception>
    public static IReadOnlyList<Interval> Simultaneous(Outcomes baseline, IReadOnlyList<Outcomes> zeroed, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        ArgumentNullException.ThrowIfNull(zeroed);
        if (zeroed.Count == 0) return [];
        var each = SimultaneousLevel(level, zeroed.Count);
        return [.. zeroed.Select(layer => Corrected(baseline.Against(layer), each))];
    }

    /// <summary>The level of each of <paramref name="layers"/> intervals that hold together at <paramref name="level"/>: 1 − (1 − level) / layers.</summary>
    public static double SimultaneousLevel(double level, int layers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        return 1 - (1 - Interval.Checked(level)) / layers;
    }

    /// <summary>
    /// Half the width of the interval of a layer whose zeroing changes no accuracy on balance, in percentage points: a drop has to be
    /// about this far from the margin to be decided. Printed under each table.
    /// </summary>
    /// <param name="n">Images in the test.</param>
    /// <param name="discordance">Share of images whose result changes, 0 to 1.</param>
    /// <param name="layers">Layers L in the family.</param>
    /// <param name="level">Confidence level of the family.</param>
    public static double SmallestResolvableDrop(int n, double discordance, int layers, double level = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        if (discordance is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(discordance), discordance, "A discordance, the share of images whose result changes, must be between 0 and 1.");
        var each = (int)Math.Round(n * discordance / 2);
        if (2L * each > n) each = n / 2;
        return Corrected(new PairedCounts(each, each, n), SimultaneousLevel(level, layers)).Width / 2;
    }

    /// <summary>
    /// Percentile interval, by paired bootstrap, for the mean difference of a per-image metric that is not right-or-wrong
    /// (cross-entropy, intersection over union): images are drawn with replacement, both results of an image together.
    /// </summary>
    /// <param name="baseline">The metric of each image with the untouched network, [N].</param>
    /// <param name="zeroed">The metric of the same images after zeroing, [N].</param>
    /// <param name="level">Confidence level, between 0 and 1.</param>
    /// <param name="resamples">Bootstrap samples; each tail must hold at least five of them.</param>
    /// <param name="seed">Seed of the draws: the same seed gives the same interval on every machine.</param>
    /// <returns>The mean of baseline − zeroed, in the metric's unit.</returns>
    /// <exception cref="ArgumentException">Different lengths, no image, a value that is not finite, or too few resamples for the level.</exception>
    public static Interval Bootstrap(ReadOnlySpan<double> baseline, ReadOnlySpan<double> zeroed, double level = 0.95, int resamples = 10_000, int seed = 1) =>
        Bootstrap(baseline.ToArray(), [zeroed.ToArray()], level, resamples, seed)[0];

    /// <summary>The same for several zeroings of one network at once: each interval is the one that it would have alone.</summary>
    internal static Interval[] Bootstrap(double[] baseline, IReadOnlyList<double[]> zeroed, double level, int resamples, int seed = 1)
    {
        if (zeroed.FirstOrDefault(values => values.Length != baseline.Length || values.Length == 0) is { } other)
            throw new ArgumentException($"A paired bootstrap needs both results of at least one image; {baseline.Length} and {other.Length} were given.", nameof(zeroed));
        var tail = (1 - Interval.Checked(level)) / 2;
        if (resamples * tail < 5)
            throw new ArgumentException(FormattableString.Invariant($"{resamples} resamples leave fewer than five in a tail at level {level}; use at least {Math.Ceiling(5 / tail)}."), nameof(resamples));
        var (images, sets) = (baseline.Length, zeroed.Count);
        var differences = new double[images * sets]; // those of one image side by side
        for (var i = 0; i < differences.Length; i++)
        {
            var (before, after) = (baseline[i / sets], zeroed[i % sets][i / sets]);
            differences[i] = before - after;
            if (!double.IsFinite(differences[i]))
                throw new ArgumentException(FormattableString.Invariant($"The metric of image {i / sets} is {before} before and {after} after zeroing; both must be finite."), nameof(zeroed));
        }
        var draws = new SeededDraws(seed);
        var means = zeroed.Select(_ => new double[resamples]).ToArray();
        var sums = new double[sets];
        for (var r = 0; r < resamples; r++)
        {
            Array.Clear(sums);
            for (var i = 0; i < images; i++)
            {
                var drawn = differences.AsSpan(draws.Below(images) * sets, sets);
                for (var set = 0; set < sets; set++) sums[set] += drawn[set];
            }
            for (var set = 0; set < sets; set++) means[set][r] = sums[set] / images;
        }
        return Array.ConvertAll(means, sorted =>
        {
            Array.Sort(sorted);
            return new Interval(Quantile(sorted, tail), Quantile(sorted, 1 - tail), level);
        });
    }

    internal static Interval Between(PairedCounts counts, double level, ScoreTest test)
    {
        var z = -Normal.InvCDF(0, 1, (1 - Interval.Checked(level)) / 2);
        return new Interval(-100 * UpperEnd(counts.Swapped, z, test), 100 * UpperEnd(counts, z, test), level);
    }

    /// <summary>
    /// The value at share <paramref name="p"/> of sorted values, interpolated between neighbours (Hyndman and Fan 1996, definition 7).
    /// </summary>
    internal static double Quantile(ReadOnlySpan<double> sorted, double p)
    {
        var at = p * (sorted.Length - 1);
        var below = (int)at;
        return below + 1 < sorted.Length ? sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }

    /// <summary>The largest difference of proportions that stands, by bisection down to neighbouring numbers.</summary>
    private static double UpperEnd(PairedCounts counts, double z, ScoreTest test)
    {
        var low = (double)(counts.Lost - counts.Gained) / counts.Count;
        var high = 1.0;
        while (true)
        {
            var middle = low + (high - low) / 2;
            if (middle <= low || middle >= high) return high;
            if (test.IsTooLarge(counts, middle, z)) high = middle;
            else low = middle;
        }
    }
}
