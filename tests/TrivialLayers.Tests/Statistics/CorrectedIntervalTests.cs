using CsCheck;
using MathNet.Numerics.Distributions;

namespace TrivialLayers.Tests;

public sealed class CorrectedIntervalTests
{
    private static readonly Gen<PairedCounts> AnyCounts =
        from total in Gen.OneOf(Gen.Int[1, 60], Gen.Int[1, 3000], Gen.Int[1, 1_000_000])
        from changed in Gen.OneOf(Gen.Int[0, Math.Min(30, total)], Gen.Int[0, total])
        from lost in Gen.Int[0, changed]
        select new PairedCounts(lost, changed - lost, total);

    [Fact]
    public void Without_continuity_it_is_the_published_skewness_corrected_interval()
    {
        // ratesci's vignette on the airway data of Fagerland, Lydersen and Laake (2014): -0.5281 to -0.01842.
        var interval = PairedInterval.Between(new PairedCounts(1, 7, 21), 0.95, new ScoreTest(Skewness: true, Continuity: 0));
        Assert.Equal(-0.5281, interval.Low / 100, 0.00005);
        Assert.Equal(-0.01842, interval.High / 100, 0.000005);
    }

    [Fact]
    public void It_holds_just_the_drops_that_the_test_leaves_standing() => Gen.Select(AnyCounts, Gen.Double[-0.99, 0.99], Gen.Double[0.8, 0.9999]).SampleRepeatably((counts, nearly, level) =>
    {
        var interval = PairedInterval.Corrected(counts, level);
        var z = Normal.InvCDF(0, 1, (1 + level) / 2);
        foreach (var difference in new[] { nearly, nearly / 10, nearly / 100, interval.Low / 100 - 1e-9, interval.High / 100 + 1e-9 })
        {
            if (Math.Abs(difference) >= 1) continue;
            var rejected = ScoreTest.Corrected.IsTooLarge(counts, difference, z) || ScoreTest.Corrected.IsTooLarge(counts.Swapped, -difference, z);
            Assert.True(rejected != interval.Contains(100 * difference), $"{counts} {difference} {level} {interval.ToString(6)}");
        }
    }, count: 5000);

    [Fact]
    public void It_contains_the_measured_drop_and_mirrors_when_the_networks_are_exchanged() => AnyCounts.SampleRepeatably(counts =>
    {
        var interval = PairedInterval.Corrected(counts, 1 - 0.05 / 57);
        var back = PairedInterval.Corrected(counts.Swapped, 1 - 0.05 / 57);
        Assert.True(interval.Low <= counts.Drop && counts.Drop <= interval.High && interval.Low >= -100 && interval.High <= 100);
        Assert.Equal((-back.High, -back.Low), (interval.Low, interval.High));
    });

    [Fact]
    public void With_ten_thousand_images_it_hardly_differs_from_Tangos()
    {
        foreach (var (lost, gained) in new[] { (0, 0), (30, 20), (100, 0), (200, 100), (1500, 500) })
        {
            var counts = new PairedCounts(lost, gained, 10_000);
            var (tango, corrected) = (PairedInterval.Tango(counts, 1 - 0.05 / 21), PairedInterval.Corrected(counts, 1 - 0.05 / 21));
            Assert.Equal(tango.Low, corrected.Low, 0.03);
            Assert.Equal(tango.High, corrected.High, 0.03);
        }
    }

    [Fact]
    public void One_image_says_nothing() => Assert.Equal(new Interval(-100, 100, 0.95), PairedInterval.Corrected(new PairedCounts(1, 0, 1)));
}
