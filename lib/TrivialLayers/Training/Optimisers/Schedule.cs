using System.Globalization;

namespace TrivialLayers;

/// <summary>How the learning rate changes over a training run, as a share of the recipe's; each begins with a linear rise from 0, its warm-up, which may be none.</summary>
public sealed record Schedule
{
    private Schedule()
    {
    }

    /// <summary>One cycle with a quarter of warm-up: version 1's.</summary>
    internal static Schedule Default { get; } = new();

    internal ScheduleKind Kind { get; init; }

    /// <summary>The share of all steps in which the rate rises, 0 to 1.</summary>
    public double WarmUp { get; internal init; } = 0.25;

    internal double Factor { get; init; } = 0.1;

    internal IReadOnlyList<double> At { get; init; } = [0.5, 0.75];

    /// <summary>Linear up, then linear down to 0: Smith and Topin (2018), <i>Super-Convergence</i>.</summary>
    /// <param name="warmUp">The share of all steps in which the rate rises, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is outside its range.</exception>
    public static Schedule OneCycle(double warmUp = 0.25) => Of(ScheduleKind.OneCycle, warmUp);

    /// <summary>After the warm-up half a cosine down to 0, without restarts: Loshchilov and Hutter (2017), <i>SGDR</i>, eq. 5.</summary>
    /// <inheritdoc cref="OneCycle"/>
    public static Schedule Cosine(double warmUp = 0) => Of(ScheduleKind.Cosine, warmUp);

    /// <summary>After the warm-up always the same.</summary>
    /// <inheritdoc cref="OneCycle"/>
    public static Schedule Constant(double warmUp = 0) => Of(ScheduleKind.Constant, warmUp);

    /// <summary>After the warm-up constant, but multiplied at some points.</summary>
    /// <param name="factor">With what, above 0.</param>
    /// <param name="at">Where: shares of all steps, each 0 to 1.</param>
    /// <param name="warmUp">The share of all steps in which the rate rises, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public static Schedule Steps(double factor, IReadOnlyList<double> at, double warmUp = 0)
    {
        ArgumentNullException.ThrowIfNull(at);
        Require.Range(factor > 0 && double.IsFinite(factor), nameof(factor), factor, "above 0");
        Require.Range(at.All(share => share is >= 0 and <= 1), nameof(at), Listed(at, ", "), "shares of the training, each from 0 to 1");
        return Of(ScheduleKind.Steps, warmUp) with { Factor = factor, At = [.. at] };
    }

    /// <summary>The share of the recipe's rate at a point of the training.</summary>
    /// <param name="progress">The share of all steps that is done, 0 to 1.</param>
    public double ShareAt(double progress)
    {
        var rise = progress / Math.Max(WarmUp, 1e-9);
        var rest = (1 - progress) / Math.Max(1 - WarmUp, 1e-9);
        return Math.Max(0, Math.Min(rise, Kind switch
        {
            ScheduleKind.OneCycle => rest,
            ScheduleKind.Cosine => (1 - Math.Cos(Math.PI * Math.Min(rest, 1))) / 2,
            ScheduleKind.Steps => Math.Min(rise, 1) * Math.Pow(Factor, At.Count(share => progress >= share)),
            _ => 1,
        }));
    }

    /// <inheritdoc/>
    public bool Equals(Schedule? other) => other is not null && (Kind, WarmUp, Factor) == (other.Kind, other.WarmUp, other.Factor) && At.SequenceEqual(other.At);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, WarmUp, Factor, At.Count);

    /// <inheritdoc/>
    public override string ToString() => Words + (WarmUp > 0 ? string.Create(CultureInfo.InvariantCulture, $", warm-up {WarmUp}") : "");

    private string Words => Kind switch
    {
        ScheduleKind.OneCycle => "one cycle",
        ScheduleKind.Cosine => "cosine",
        ScheduleKind.Steps => string.Create(CultureInfo.InvariantCulture, $"× {Factor} at {Listed(At, " and ")}"),
        _ => "constant",
    };

    private static string Listed(IEnumerable<double> shares, string between) => string.Join(between, shares.Select(share => share.ToString(CultureInfo.InvariantCulture)));

    private static Schedule Of(ScheduleKind kind, double warmUp)
    {
        Require.Range(warmUp is >= 0 and <= 1, nameof(warmUp), warmUp, "0 to 1");
        return new() { Kind = kind, WarmUp = warmUp };
    }
}
