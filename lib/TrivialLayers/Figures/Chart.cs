namespace TrivialLayers.Figures;

/// <summary>A chart before it is drawn: what <see cref="PlotlyChart"/> and <see cref="SvgChart"/> have in common.</summary>
/// <param name="Title">Above all panels.</param>
/// <param name="Caption">How to read it.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Panels">Drawn in a row, or one above another.</param>
/// <param name="Stacked">Whether the panels stand one above another.</param>
internal sealed record Chart(string Title, string Caption, int Width, IReadOnlyList<Panel> Panels, bool Stacked = false);

/// <summary>One pair of axes.</summary>
internal abstract record Panel(string Title, Axis X, Axis Y)
{
    /// <summary>Height of the plotting area in pixels.</summary>
    public int PlotHeight { get; init; } = 300;
}

/// <summary>Marks and lines between two axes.</summary>
/// <param name="Title">Above the panel; empty when the chart's title says it.</param>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="Series">What is drawn; series of the same name share a line in the legend.</param>
/// <param name="Rules">Reference lines.</param>
internal sealed record PointPanel(string Title, Axis X, Axis Y, IReadOnlyList<Series> Series, IReadOnlyList<Rule> Rules) : Panel(Title, X, Y);

/// <summary>A matrix of percentages, the first row on top, each written into its cell.</summary>
internal sealed record HeatPanel(string Title, Axis X, Axis Y, double[][] Percent) : Panel(Title, X, Y);

/// <summary>An axis; with names, the values 0, 1, 2 … stand for them.</summary>
/// <param name="Title">With the unit in brackets.</param>
/// <param name="Low">Lowest value shown.</param>
/// <param name="High">Highest value shown.</param>
/// <param name="Names">The names of the values, or null for a numeric axis.</param>
internal sealed record Axis(string Title, double Low, double High, IReadOnlyList<string>? Names = null)
{
    public static Axis Of(string title, IReadOnlyList<string> names) => new(title, -0.6, names.Count - 0.4, names);

    /// <summary>An axis that holds all values with some air, within limits that the quantity cannot leave.</summary>
    public static Axis Around(string title, IEnumerable<double> values, double least = double.NegativeInfinity, double most = double.PositiveInfinity)
    {
        var finite = values.Where(double.IsFinite).DefaultIfEmpty(0).ToList();
        var air = Math.Max(0.05 * (finite.Max() - finite.Min()), 0.01);
        return new(title, Math.Max(finite.Min() - air, least), Math.Min(finite.Max() + air, most));
    }

    /// <summary>Round values to mark: steps of 1, 2 or 5 times a power of ten.</summary>
    public IEnumerable<double> Ticks(int about = 6)
    {
        var raw = (High - Low) / about;
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step = power * (raw / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 };
        for (var n = (long)Math.Ceiling(Low / step - 1e-9); n * step <= High + 1e-9 * step; n++)
            yield return Math.Round(n * step, 10);
    }
}

/// <summary>How a mark says more than its place: filled, pale or hollow.</summary>
internal enum Fill
{
    Full,
    Pale,
    Hollow,
}

/// <summary>What belongs together and is drawn alike.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="Mark">Colour and shape.</param>
/// <param name="Points">In drawing order.</param>
/// <param name="Line">The dashes of a line through the points: <c>solid</c>, <c>dash</c>, or null for marks alone.</param>
internal sealed record Series(string Name, Mark Mark, IReadOnlyList<ChartPoint> Points, string? Line = null);

/// <summary>One mark.</summary>
/// <param name="X">Place on the horizontal axis.</param>
/// <param name="Y">Place on the vertical axis.</param>
/// <param name="Label">What a pointer over it shows.</param>
/// <param name="Low">Lower end of the interval, if there is one.</param>
/// <param name="High">Upper end of the interval.</param>
/// <param name="Fill">How it is filled.</param>
internal sealed record ChartPoint(double X, double Y, string Label, double? Low = null, double? High = null, Fill Fill = Fill.Full);

/// <summary>A reference line across the panel.</summary>
/// <param name="At">Where it meets the axis: the vertical one, or the horizontal one of an upright line.</param>
/// <param name="Label">What it is.</param>
/// <param name="Dashed">Whether it is dashed.</param>
/// <param name="Upright">Whether it is vertical.</param>
internal sealed record Rule(double At, string Label, bool Dashed = false, bool Upright = false);
