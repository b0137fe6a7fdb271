
namespace TrivialLayers.Tests;

public sealed class MarginTests
{
    [Theory]
    [InlineData(-0.5, 0.99, Verdict.Trivial)]
    [InlineData(-9, -5, Verdict.Trivial)]
    [InlineData(0.5, 1, Verdict.Undecided)]
    [InlineData(1, 3, Verdict.Undecided)]
    [InlineData(-2, 4, Verdict.Undecided)]
    [InlineData(1.01, 3, Verdict.NonTrivial)]
    public void The_whole_interval_has_to_be_on_one_side(double low, double high, Verdict expected) =>
        Assert.Equal(expected, Margin.Default.Decide(new Interval(low, high, 0.95)));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(100)]
    [InlineData(double.NaN)]
    public void A_margin_is_a_drop_above_zero(double points) => Assert.Throws<ArgumentOutOfRangeException>(() => new Margin(points));

    [Fact]
    public void Tables_report_three_margins()
    {
        Assert.Equal([0.5, 1, 2], Margin.Reported.Select(m => m.Points));
        Assert.Equal(["0.5 points", "1 point", "2 points"], Margin.Reported.Select(m => m.ToString()));
    }

    [Fact]
    public void An_interval_prints_around_its_estimate()
    {
        Assert.Equal("1.2 [0.8, 1.6]", new Interval(0.8, 1.6, 0.95).Around(1.2));
        Assert.Equal("0.00 [-0.01, 0.01]", new Interval(-0.01, 0.01, 0.95).Around(-0.001, 2));
        Assert.Equal("[0.8, 1.6]", $"{new Interval(0.8, 1.6, 0.95)}");
    }

    [Fact]
    public void An_interval_knows_what_it_contains()
    {
        var interval = new Interval(0.8, 1.6, 0.95);
        Assert.True(interval.Contains(0.8) && interval.Contains(1.6));
        Assert.False(interval.Contains(0.79) || interval.Contains(1.61));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Interval(2, 1, 0.95));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Interval(double.NaN, 1, 0.95));
    }
}
