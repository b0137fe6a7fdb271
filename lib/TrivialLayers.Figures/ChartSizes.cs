namespace TrivialLayers;

/// <summary>The sizes that both drawings of a chart share, in pixels, so that they look alike.</summary>
internal static class ChartSizes
{
    /// <summary>The narrowest place for which titles are broken, labels turned and legends given room.</summary>
    public const double Narrowest = 640;

    public const double TitleText = 16;
    public const double HeadingText = 13;
    public const double Text = 12;
    public const double SmallText = 11;
    public const double Line = 20;

    /// <summary>From the upper edge to the first line of the legend.</summary>
    public static double AboveLegend(Chart chart) => 16 + (Line * TitleLines(chart).Count);

    /// <summary>The title, broken between words; bold letters are about a tenth wider.</summary>
    public static IReadOnlyList<string> TitleLines(Chart chart) => Canvas.Lines(chart.Title, 1.1 * TitleText, Narrowest - 32);

    /// <summary>Between a panel and what is above it: room for its title and the names of its reference lines.</summary>
    public static double Head(Panel panel) => panel.Title.Length > 0 || panel is PointPanel points && points.Rules.Any(rule => rule.Label.Length > 0) ? 26 : 8;

    /// <summary>Below a panel's plotting area: labels and the title of the axis.</summary>
    public static double Below(Chart chart, Panel panel) => LabelHeight(chart, panel.X) + 30;

    /// <summary>How far the labels of a horizontal axis are turned, in degrees: not at all when they fit side by side.</summary>
    public static double Turn(Chart chart, Axis x)
    {
        if (x.Names is null)
            return 0;
        var room = (Narrowest - 100) / (chart.Stacked ? 1 : chart.Panels.Count) / x.Names.Count;
        return x.Names.Max(name => Canvas.WidthOf(name, LabelText(x))) + 8 <= room ? 0 : x.Names.Count > 30 ? -90 : -50;
    }

    /// <summary>Size of an axis' labels.</summary>
    public static double LabelText(Axis axis) => axis.Names is { Count: > 30 } ? 9.5 : SmallText;

    /// <summary>Height of the labels of a horizontal axis, with the air above them.</summary>
    public static double LabelHeight(Chart chart, Axis x) => Turn(chart, x) is var turn and not 0
        ? 12 + (x.Names!.Max(name => Canvas.WidthOf(name, LabelText(x))) * Math.Sin(-turn * Math.PI / 180))
        : 18;

    /// <summary>Width of the labels of a vertical axis and its title.</summary>
    public static double Beside(Panel panel) => panel.SharesY ? 12 : panel.Y.Names is { } names ? 40 + names.Max(name => Canvas.WidthOf(name, SmallText)) : 62;
}
