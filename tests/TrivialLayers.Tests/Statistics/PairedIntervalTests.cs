using CsCheck;
using MathNet.Numerics.Distributions;

namespace TrivialLayers.Tests;

public sealed class PairedIntervalTests
{
    [Theory]
    // Tango (1998), section 6.1, table V: crossover trial of disinfection for soft contact lenses; lower limit -0.096 printed
    // there, both limits in the documentation of R's ratesci.
    [InlineData(0, 1, 44, 0.90, -0.096, 0.037)]
    // Tango (1998), the 32 marijuana users' sleep of Karacan et al. (1976), also Newcombe (1998).
    [InlineData(9, 3, 32, 0.95, -0.027, 0.390)]
    // Agresti and Min (2005), Statistics in Medicine 24:729-740.
    [InlineData(16, 8, 86, 0.95, -0.020, 0.207)]
    // Fagerland, Lydersen and Laake (2014), Statistics in Medicine 33:2850-2875: airway hyper-responsiveness.
    [InlineData(1, 7, 21, 0.95, -0.517, -0.026)]
    public void The_score_interval_is_the_published_one(int lost, int gained, int n, double level, double low, double high)
    {
        var interval = PairedInterval.Tango(new PairedCounts(lost, gained, n), level);
        Assert.Equal(low, interval.Low / 100, 0.0005);
        Assert.Equal(high, interval.High / 100, 0.0005);
        Assert.Equal(level, interval.Level);
    }

    [Fact]
    public void The_score_statistic_is_the_published_one()
    {
        // Tango (1998), section 6.1: Z = 1.709 for a margin of 0.1; as a test of too large a difference its mirror image.
        var counts = new PairedCounts(1, 0, 44);
        Assert.True(ScoreTest.Tango.IsTooLarge(counts, 0.1, z: 1.7085));
        Assert.False(ScoreTest.Tango.IsTooLarge(counts, 0.1, z: 1.7095));
    }

    [Fact]
    public void At_a_drop_of_zero_the_score_test_is_McNemars() =>
        Gen.Select(Gen.Int[0, 300], Gen.Int[0, 300], Gen.Int[1, 900], Gen.Double[0.1, 5]).SampleRepeatably((lost, gained, others, z) =>
        {
            var statistic = lost + gained == 0 ? 0 : (lost - gained) / Math.Sqrt(lost + gained);
            Assert.Equal(statistic < -z, ScoreTest.Tango.IsTooLarge(new PairedCounts(lost, gained, lost + gained + others), 0, z));
        });

    [Fact]
    public void The_score_test_is_that_of_the_likelihood_maximised_by_brute_force() =>
        Gen.Select(Gen.Int[0, 40], Gen.Int[0, 40], Gen.Int[1, 200], Gen.Double[-0.9, 0.9]).SampleRepeatably((lost, gained, others, difference) =>
        {
            var n = lost + gained + others;
            var statistic = BruteForceScore(lost, gained, n, difference);
            if (statistic >= 0)
                return;
            var counts = new PairedCounts(lost, gained, n);
            Assert.True(ScoreTest.Tango.IsTooLarge(counts, difference, -statistic - 1e-4 * (1 - statistic)), $"{counts} {difference}");
            Assert.False(ScoreTest.Tango.IsTooLarge(counts, difference, -statistic + 1e-4 * (1 - statistic)), $"{counts} {difference}");
        }, count: 2000);

    [Fact]
    public void The_ends_are_where_the_brute_force_score_meets_the_normal_quantile() =>
        Gen.Select(Gen.Int[0, 30], Gen.Int[0, 30], Gen.Int[1, 100], Gen.Double[0.8, 0.999]).SampleRepeatably((lost, gained, others, level) =>
        {
            var n = lost + gained + others;
            var z = Normal.InvCDF(0, 1, (1 + level) / 2);
            var interval = PairedInterval.Tango(new PairedCounts(lost, gained, n), level);
            Assert.Equal(z, BruteForceScore(lost, gained, n, interval.Low / 100), 1e-3);
            Assert.Equal(-z, BruteForceScore(lost, gained, n, interval.High / 100), 1e-3);
        }, count: 300);

    [Fact]
    public void Swapping_lost_and_gained_mirrors_the_interval_to_the_bit() =>
        Gen.Select(Gen.Int[0, 500], Gen.Int[0, 500], Gen.Int[0, 5000]).Where((lost, gained, others) => lost + gained + others > 0).SampleRepeatably((lost, gained, others) =>
        {
            var there = PairedInterval.Tango(new PairedCounts(lost, gained, lost + gained + others));
            var back = PairedInterval.Tango(new PairedCounts(gained, lost, lost + gained + others));
            Assert.Equal((-back.High, -back.Low), (there.Low, there.High));
        });

    [Fact]
    public void A_higher_level_gives_a_wider_interval_around_the_drop() =>
        Gen.Select(Gen.Int[0, 500], Gen.Int[0, 500], Gen.Int[1, 5000]).SampleRepeatably((lost, gained, others) =>
        {
            var counts = new PairedCounts(lost, gained, lost + gained + others);
            var narrow = PairedInterval.Tango(counts, 0.9);
            var wide = PairedInterval.Tango(counts, 0.99);
            Assert.True(wide.Low < narrow.Low && narrow.Low <= counts.Drop && counts.Drop <= narrow.High && narrow.High < wide.High);
        });

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(10_000)]
    [InlineData(1_000_000)]
    public void Without_any_changed_image_the_interval_still_has_a_width(int n)
    {
        // With no discordant pair the statistic is n·d / sqrt(n·d·(1 − d)), so the ends are ±z² / (n + z²).
        var square = Math.Pow(Normal.InvCDF(0, 1, 0.975), 2);
        var interval = PairedInterval.Tango(new PairedCounts(0, 0, n));
        Assert.Equal(100 * square / (n + square), interval.High, 1e-9);
        Assert.Equal(-interval.High, interval.Low);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(1_000_000)]
    public void When_every_image_is_lost_the_interval_ends_at_a_hundred_points(int n)
    {
        // Here the statistic is sqrt(n·(1 − d) / (1 + d)), so the lower end is (n − z²) / (n + z²).
        var square = Math.Pow(Normal.InvCDF(0, 1, 0.975), 2);
        var interval = PairedInterval.Tango(new PairedCounts(n, 0, n));
        Assert.Equal(100, interval.High);
        Assert.Equal(100 * (n - square) / (n + square), interval.Low, 1e-9);
    }

    [Fact]
    public void A_million_images_give_the_normal_limit()
    {
        var interval = PairedInterval.Tango(new PairedCounts(30_000, 20_000, 1_000_000));
        var halfWidth = 1.959964 * Math.Sqrt((0.05 - 0.0001) / 1e6) * 100;
        Assert.Equal(1 - halfWidth, interval.Low, 1e-4);
        Assert.Equal(1 + halfWidth, interval.High, 1e-4);
    }

    [Fact]
    public void Simultaneous_intervals_share_the_error_between_the_layers()
    {
        var baseline = Outcomes.From([true, true, true, true, false, false]);
        var worse = Outcomes.From([false, false, true, true, false, true]);
        var intervals = PairedInterval.Simultaneous(baseline, [baseline, worse, baseline], 0.95);
        Assert.Equal(3, intervals.Count);
        Assert.Equal(PairedInterval.Corrected(new PairedCounts(2, 1, 6), 1 - 0.05 / 3), intervals[1]);
        Assert.Equal(intervals[0], intervals[2]);
        Assert.Empty(PairedInterval.Simultaneous(baseline, []));
    }

    [Fact]
    public void Ten_thousand_images_resolve_about_half_a_point_in_a_network_of_21_layers()
    {
        Assert.Equal(0.53, PairedInterval.SmallestResolvableDrop(10_000, 0.03, 21), 0.01);
        Assert.True(PairedInterval.SmallestResolvableDrop(10_000, 0.03, 57) > PairedInterval.SmallestResolvableDrop(10_000, 0.03, 21));
        Assert.True(PairedInterval.SmallestResolvableDrop(5_000, 1, 1) > PairedInterval.SmallestResolvableDrop(5_000, 0, 1));
    }

    [Fact]
    public void A_paired_bootstrap_agrees_with_the_normal_interval_of_the_mean_difference()
    {
        var draws = new SeededDraws(3);
        var baseline = new double[2_000];
        var zeroed = new double[2_000];
        for (var i = 0; i < baseline.Length; i++) (baseline[i], zeroed[i]) = (10 * draws.NextDouble() + 1, 0);
        for (var i = 0; i < baseline.Length; i++) zeroed[i] = baseline[i] - draws.NextDouble();
        var difference = baseline.Zip(zeroed, (before, after) => before - after).ToArray();
        var mean = difference.Average();
        var error = Math.Sqrt(difference.Sum(d => (d - mean) * (d - mean)) / difference.Length / difference.Length);
        var interval = PairedInterval.Bootstrap(baseline, zeroed);
        Assert.Equal(mean - 1.96 * error, interval.Low, 0.1 * error);
        Assert.Equal(mean + 1.96 * error, interval.High, 0.1 * error);
        Assert.Equal(interval, PairedInterval.Bootstrap(baseline, zeroed));
        Assert.NotEqual(interval, PairedInterval.Bootstrap(baseline, zeroed, seed: 2));
    }

    [Fact]
    public void A_bootstrap_refuses_what_it_cannot_answer()
    {
        Assert.Throws<ArgumentException>(() => PairedInterval.Bootstrap([1, 2], [1]));
        Assert.Throws<ArgumentException>(() => PairedInterval.Bootstrap([], []));
        Assert.Throws<ArgumentException>(() => PairedInterval.Bootstrap([1, double.NaN], [1, 1]));
        Assert.Contains("at least 11400", Assert.Throws<ArgumentException>(() => PairedInterval.Bootstrap([1, 2], [1, 1], 1 - 0.05 / 57)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, 0, 10)]
    [InlineData(0, -1, 10)]
    [InlineData(6, 5, 10)]
    [InlineData(0, 0, 0)]
    [InlineData(int.MaxValue, int.MaxValue, 10)]
    public void Impossible_counts_are_refused(int lost, int gained, int n) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PairedInterval.Tango(new PairedCounts(lost, gained, n)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(95)]
    [InlineData(double.NaN)]
    public void A_level_outside_zero_to_one_is_refused(double level) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PairedInterval.Tango(new PairedCounts(1, 1, 10), level));

    /// <summary>The score statistic with the constrained maximum of the trinomial likelihood found by golden-section search.</summary>
    private static double BruteForceScore(int lost, int gained, int n, double difference)
    {
        double Log(int count, double p) => count == 0 ? 0 : count * Math.Log(Math.Max(p, 1e-300));
        double Likelihood(double q) => Log(lost, q + difference) + Log(gained, q) + Log(n - lost - gained, 1 - 2 * q - difference);
        var (low, high) = (Math.Max(0, -difference), (1 - difference) / 2);
        var golden = (Math.Sqrt(5) - 1) / 2;
        for (var i = 0; i < 200; i++)
        {
            var (left, right) = (high - golden * (high - low), low + golden * (high - low));
            if (Likelihood(left) > Likelihood(right)) high = right;
            else low = left;
        }
        var q = (low + high) / 2;
        return (lost - gained - n * difference) / Math.Sqrt(n * (2 * q + difference - difference * difference));
    }
}
