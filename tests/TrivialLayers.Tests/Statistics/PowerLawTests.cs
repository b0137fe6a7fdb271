namespace TrivialLayers.Tests;

public sealed class PowerLawTests
{
    [Theory]
    [InlineData(1.0)]
    [InlineData(0.5)]
    [InlineData(2.5)]
    [InlineData(0.0)]
    public void Values_that_follow_a_power_give_its_exponent_without_spread(double exponent)
    {
        double[] sizes = [3, 3, 6, 6, 27, 54];
        var law = PowerLaw.Of(sizes, [.. sizes.Select(size => 80 * Math.Pow(size, -exponent))]);

        Assert.Equal(exponent, law.Exponent, 12);
        Assert.Equal(exponent, law.Interval.Low, 12);
        Assert.Equal(exponent, law.Interval.High, 12);
    }

    [Fact]
    public void The_exponent_is_the_slope_of_the_least_squares_line_through_the_logarithms()
    {
        // By hand: x = ln 1, ln e, ln e² = 0, 1, 2; y = 2, 1.5, 0.4; slope = Σ(x − 1)(y − 1.3) / 2 = (−0.7 + 0 − 0.9) / 2.
        var law = PowerLaw.Of([1, Math.E, Math.E * Math.E], [Math.Exp(2), Math.Exp(1.5), Math.Exp(0.4)]);

        Assert.Equal(0.8, law.Exponent, 12);
        Assert.Equal(new Interval(0.8, 0.8, 0.95).Width, law.Interval.Width, 12); // one value of each size: nothing to draw
    }

    [Fact]
    public void Values_are_drawn_again_within_their_size()
    {
        double[] sizes = [1, 1, 1, 10, 10, 10];
        double[] values = [90, 100, 110, 9, 10, 11];
        var law = PowerLaw.Of(sizes, values);

        Assert.InRange(law.Exponent, law.Interval.Low, law.Interval.High);
        Assert.InRange(law.Interval.Low, Math.Log10(90.0 / 11), 1); // not beyond the steepest and flattest line that can be drawn
        Assert.InRange(law.Interval.High, 1, Math.Log10(110.0 / 9));
        Assert.Equal(law, PowerLaw.Of(sizes, values));
        Assert.NotEqual(law.Interval, PowerLaw.Of(sizes, values, seed: 2).Interval);
    }

    [Fact]
    public void What_cannot_be_fitted_is_refused_with_the_reason()
    {
        Assert.Contains("2 sizes were given for 3 values", Assert.Throws<ArgumentException>(() => PowerLaw.Of([1, 2], [1, 2, 3])).Message, StringComparison.Ordinal);
        Assert.Contains("must be above 0", Assert.Throws<ArgumentException>(() => PowerLaw.Of([1, 2], [1, 0])).Message, StringComparison.Ordinal);
        Assert.Contains("must be above 0", Assert.Throws<ArgumentException>(() => PowerLaw.Of([1, double.NaN], [1, 1])).Message, StringComparison.Ordinal);
        Assert.Contains("two different sizes are needed", Assert.Throws<ArgumentException>(() => PowerLaw.Of([5, 5], [1, 2])).Message, StringComparison.Ordinal);
    }
}
