
namespace TrivialLayers;

/// <summary>A chart before it is drawn: what <see cref="PlotlyChart"/> and <see cref="ChartDrawing"/> have in common.</summary>
/// <param name="Title">Above all panels.</param>
/// <param name="Caption">How to read it.</param>
/// <param name="Width">Of the static picture, in pixels; plotly.js fills the place it is given.</param>
/// <param name="Panels">Drawn in a row, or one above another.</param>
/// <param name="Stacked">Whether the panels stand one above another.</param>
internal sealed record Chart(string Title, string Caption, int Width, IReadOnlyList<Panel> Panels, bool Stacked = false)
{
    /// <summary>What the legend says besides the names of the series.</summary>
    public IReadOnlyList<LegendEntry> Key { get; init; } = [];

    /// <summary>Whether the legend names the series, when there are several.</summary>
    public bool NamesSeries { get; init; } = true;

    /// <summary>The legend, in order; empty where there is nothing to tell apart.</summary>
    public IReadOnlyList<LegendEntry> Legend
    {
        get
        {
            var named = Panels.OfType<PointPanel>().SelectMany(panel => panel.Series).GroupBy(series => series.Name).Select(LegendEntry.Of).ToList();
            return [.. NamesSeries && named.Count > 1 ? named : [], .. Key];
        }
    }
}

/// <summary>One mark of a legend and what it stands for.</summary>
/// <param name="Name">What it stands for.</param>
/// <param name="Mark">Colour and shape.</param>
/// <param name="Fill">How it is filled.</param>
/// <param name="Line">The dashes of a line behind it, or null.</param>
internal sealed record LegendEntry(string Name, Mark Mark, Fill Fill = Fill.Full, string? Line = null)
{
    /// <summary>Series of one name: filled as all their marks are, with the dashes all their lines have; where these differ, fully and solid.</summary>
    public static LegendEntry Of(IGrouping<string, Series> series)
    {
        var fills = series.SelectMany(s => s.Points).Select(point => point.Fill).Distinct().ToList();
        var lines = series.Select(s => s.Line).Distinct().ToList();
        return new(series.Key, series.First().Mark, fills.Count == 1 ? fills[0] : Fill.Full, lines.Count == 1 ? lines[0] : "solid");
    }
}

/// <summary>One pair of axes.</summary>
internal abstract record Panel(string Title, Axis X, Axis Y)
{
    /// <summary>Height of the plotting area in pixels.</summary>
    public int PlotHeight { get; init; } = 300;

    /// <summary>Whether the vertical axis is that of the panel to the left, and is not written again.</summary>
    public bool SharesY { get; init; }
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
    /// <summary>Most steps between the marks of a numeric axis.</summary>
    public const int MostTicks = 8;

    public static Axis Of(string title, IReadOnlyList<string> names) => new(title, -0.6, names.Count - 0.4, names);

    /// <summary>An axis that holds all values with some air; beyond the limits that the quantity cannot leave there is just enough to show a whole mark.</summary>
    public static Axis Around(string title, IEnumerable<double> values, double least = double.NegativeInfinity, double most = double.PositiveInfinity)
    {
        var finite = values.Where(double.IsFinite).DefaultIfEmpty(0).ToList();
        var air = Math.Max(0.05 * (finite.Max() - finite.Min()), 0.01);
        return new(title, Math.Max(finite.Min() - air, least - (0.3 * air)), Math.Min(finite.Max() + air, most + (0.3 * air)));
    }

    /// <summary>Round values to mark, at most so many steps of 2, 5 or 10 times a power of ten: the steps plotly.js takes.</summary>
    public IEnumerable<double> Ticks(int most = MostTicks)
    {
        var raw = (High - Low) / most;
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step = power * (raw / power) switch { <= 2 => 2, <= 5 => 5, _ => 10 };
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
internal sealed record Series(string Name, Mark Mark, IReadOnlyList<ChartPoint> Points, string? Line = null)
{
    /// <summary>A series for each role of a layer, in the order of the roles.</summary>
    public static IReadOnlyList<Series> ByRole<T>(IEnumerable<T> items, Func<T, LayerRole> roleOf, Func<T, ChartPoint> mark) =>
        [.. items.GroupBy(roleOf).OrderBy(group => group.Key).Select(group => new Series(Palette.NameOf(group.Key), Palette.Of(group.Key), [.. group.Select(mark)]))];
}

/// <summary>One mark.</summary>
/// <param name="X">Place on the horizontal axis.</param>
/// <param name="Y">Place on the vertical axis.</param>
/// <param name="Label">What a pointer over it shows.</param>
/// <param name="Low">Lower end of the interval, if there is one.</param>
/// <param name="High">Upper end of the interval.</param>
/// <param name="Fill">How it is filled.</param>
internal sealed record ChartPoint(double X, double Y, string Label, double? Low = null, double? High = null, Fill Fill = Fill.Full);

/// <summary>A reference line across the panel.</summary>
/// <param name="At">Where it meets the axis: the vertical one, or the horizontal one of an upright line. Of no meaning to a diagonal.</param>
/// <param name="Label">What it is.</param>
/// <param name="Dashed">Whether it is dashed.</param>
/// <param name="Upright">Whether it is vertical.</param>
/// <param name="Diagonal">Whether it holds the points that have the same value on both axes.</param>
internal sealed record Rule(double At, string Label, bool Dashed = false, bool Upright = false, bool Diagonal = false)
{
    /// <summary>Both ends, in the units of the axes.</summary>
    public (double X, double Y)[] Ends(Axis x, Axis y)
    {
        var (low, high) = (Math.Max(x.Low, y.Low), Math.Min(x.High, y.High));
        return Diagonal ? [(low, low), (high, high)] : Upright ? [(At, y.Low), (At, y.High)] : [(x.Low, At), (x.High, At)];
    }
}
