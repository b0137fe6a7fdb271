using System.Globalization;
using System.Text.Json.Serialization;

namespace TrivialLayers;

/// <summary>
/// A confidence interval. Of a drop in accuracy its ends are percentage points; of any other effect they are the
/// effect's own unit.
/// </summary>
public readonly record struct Interval
{
    /// <summary>Makes an interval.</summary>
    /// <param name="low">Lower end, at most <paramref name="high"/>.</param>
    /// <param name="high">Upper end.</param>
    /// <param name="level">Confidence level, between 0 and 1 (0.95 for a 95 % interval).</param>
    /// <exception cref="ArgumentOutOfRangeException">The ends are not numbers or out of order, or the level is not inside (0, 1).</exception>
    [JsonConstructor]
    public Interval(double low, double high, double level)
    {
        if (!(low <= high))
            throw new ArgumentOutOfRangeException(nameof(low), FormattableString.Invariant($"An interval was given with ends {low} and {high}; the lower end must be a number at most the upper one."));
        (Low, High, Level) = (low, high, Checked(level));
    }

    /// <summary>Lower end.</summary>
    public double Low { get; }

    /// <summary>Upper end.</summary>
    public double High { get; }

    /// <summary>Confidence level, between 0 and 1. Of one layer in a simultaneous family it is nearer 1 than the family's.</summary>
    public double Level { get; }

    /// <summary>High − Low.</summary>
    [JsonIgnore]
    public double Width => High - Low;

    /// <summary>Whether the value lies in the interval, its ends included.</summary>
    public bool Contains(double value) => Low <= value && value <= High;

    /// <summary>The estimate with its interval, as in "1.2 [0.8, 1.6]".</summary>
    public string Around(double estimate, int decimals = 1) => $"{Text(estimate, decimals)} {ToString(decimals)}";

    /// <summary>The interval with so many decimals, as in "[0.8, 1.6]".</summary>
    public string ToString(int decimals) => $"[{Text(Low, decimals)}, {Text(High, decimals)}]";

    /// <summary>The interval with one decimal, as in "[0.8, 1.6]".</summary>
    public override string ToString() => ToString(1);

    internal static double Checked(double level) => level is > 0 and < 1
        ? level
        : throw new ArgumentOutOfRangeException(nameof(level), level, "A confidence level must be above 0 and below 1, for example 0.95.");

    // Adding zero turns −0 into 0, so that a tiny negative end does not print as "-0.0".
    private static string Text(double value, int decimals) =>
        (Math.Round(value, decimals, MidpointRounding.AwayFromZero) + 0.0).ToString("F" + decimals, CultureInfo.InvariantCulture);
}
