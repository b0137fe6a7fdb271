using CsCheck;

namespace TrivialLayers.Tests;

public sealed class OutcomesTests
{
    [Fact]
    public void Packing_keeps_every_image() => Gen.Bool.Array[1, 100].SampleRepeatably(right =>
    {
        var outcomes = Outcomes.From(right, 0.25);
        Assert.Equal(right, outcomes.ToArray());
        Assert.Equal(right.Count(r => r), outcomes.Correct);
        Assert.Equal((right.Length + 7) / 8, outcomes.Packed.Length);
        Assert.Equal(outcomes, Outcomes.FromBits(outcomes.Packed.Span, right.Length, 0.25));
    });

    [Fact]
    public void Comparing_counts_what_was_lost_and_gained() => Gen.Select(Gen.Bool, Gen.Bool).Array[1, 100].SampleRepeatably(pairs =>
    {
        var baseline = Outcomes.From([.. pairs.Select(p => p.Item1)]);
        var zeroed = Outcomes.From([.. pairs.Select(p => p.Item2)]);
        var counts = baseline.Against(zeroed);
        Assert.Equal(pairs.Count(p => p.Item1 && !p.Item2), counts.Lost);
        Assert.Equal(pairs.Count(p => !p.Item1 && p.Item2), counts.Gained);
        Assert.Equal(baseline.Accuracy - zeroed.Accuracy, counts.Drop, 1e-9);
    });

    [Fact]
    public void The_first_image_is_the_lowest_bit()
    {
        var outcomes = Outcomes.From([true, false, false, false, false, false, false, false, false, true]);
        Assert.Equal([0b0000_0001, 0b0000_0010], outcomes.Packed.ToArray());
        Assert.True(outcomes[9]);
        Assert.Equal(20, outcomes.Accuracy);
        Assert.Equal("2 of 10 right (20.00 %)", outcomes.ToString());
    }

    [Fact]
    public void Bytes_of_another_number_of_images_are_refused()
    {
        Assert.Contains("take 2 bytes; got 1", Assert.Throws<FormatException>(() => Outcomes.FromBits([0xff], 9)).Message, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => Outcomes.FromBits([0xff, 0, 0], 9));
    }

    [Fact]
    public void A_spare_bit_that_is_set_is_refused() =>
        Assert.Contains("0x02", Assert.Throws<FormatException>(() => Outcomes.FromBits([0xff, 0b10], 9)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_image_beyond_the_last_is_refused()
    {
        var outcomes = Outcomes.From([true, true]);
        Assert.Throws<ArgumentOutOfRangeException>(() => outcomes[2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => outcomes[-1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => Outcomes.From([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Outcomes.From([true], double.PositiveInfinity));
    }

    [Fact]
    public void Outcomes_of_different_sets_cannot_be_compared() =>
        Assert.Throws<ArgumentException>(() => Outcomes.From([true]).Against(Outcomes.From([true, false])));

    [Fact]
    public void Equality_sees_images_and_cross_entropy()
    {
        var outcomes = Outcomes.From([true, false], 0.5);
        Assert.Equal(Outcomes.From([true, false], 0.5).GetHashCode(), outcomes.GetHashCode());
        Assert.NotEqual(Outcomes.From([true, true], 0.5), outcomes);
        Assert.NotEqual(Outcomes.From([true, false], 0.6), outcomes);
        Assert.Equal(Outcomes.From([true]), Outcomes.From([true]));
    }
}
