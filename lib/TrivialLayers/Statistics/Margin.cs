using System.Globalization;

namespace TrivialLayers;

/// <summary>How large a drop in accuracy has to be to count, in percentage points.</summary>
public sealed record Margin
{
    /// <summary>Makes a margin.</summary>
    /// <param name="points">Percentage points, above 0 and below 100.</param>
    /// <exception cref="ArgumentOutOfRangeException">The margin is not inside (0, 100).</exception>
    public Margin(double points) => Points = points is > 0 and < 100
        ? points
        : throw new ArgumentOutOfRangeException(nameof(points), points, "A margin must be above 0 and below 100 percentage points, for example 1.");

    /// <summary>One percentage point: the margin of every verdict unless another is named.</summary>
    public static Margin Default { get; } = new(1);

    /// <summary>The margins that tables count Trivial layers at: 0.5, 1 and 2 points.</summary>
    public static IReadOnlyList<Margin> Reported { get; } = [new(0.5), Default, new(2)];

    /// <summary>Percentage points.</summary>
    public double Points { get; }

    /// <summary>
    /// The verdict on a layer: whole interval below the margin is <see cref="Verdict.Trivial"/>, whole interval above it
    /// <see cref="Verdict.NonTrivial"/>, an interval that touches it <see cref="Verdict.Undecided"/>. A drop far below zero is Trivial
    /// too: the network does without the layer.
    /// </summary>
    /// <param name="drop">Interval of the layer's drop, in percentage points.</param>
    public Verdict Decide(Interval drop) =>
        drop.High < Points ? Verdict.Trivial :
        drop.Low > Points ? Verdict.NonTrivial :
        Verdict.Undecided;

    /// <summary>As in "1 point" and "0.5 points".</summary>
    public override string ToString() => Points.ToString(CultureInfo.InvariantCulture) + (Points == 1 ? " point" : " points");
}
