using Microsoft.Data.Analysis;

namespace TrivialLayers;

/// <summary>
/// A figure as a paper has it: title, caption, picture, and the table behind the picture. The interactive and the static picture are drawn from the same data, and the same data give the
/// same text; pictures of pixels may differ in a shade between systems.
/// </summary>
public class Figure
{
    private readonly Drawing _drawing;
    private readonly Chart? _chart;

    private protected Figure(Drawing drawing, DataFrame table, string? plotlyJson, Chart? chart = null)
    {
        (_drawing, _chart) = (drawing, chart);
        Table = table;
        PlotlyJson = plotlyJson;
    }

    internal static Figure Of(Chart chart, DataFrame table) => new(ChartDrawing.Of(chart), table, PlotlyChart.Draw(chart, table), chart);

    /// <summary>What the figure shows, in one line.</summary>
    public string Title => _drawing.Title;

    /// <summary>How to read it: what the marks are, how many images, how exact.</summary>
    public string Caption => _drawing.Caption;

    /// <summary>The numbers in the figure, one row a mark.</summary>
    public DataFrame Table { get; }

    /// <summary>
    /// The figure for plotly.js, <c>{"data": […], "layout": {…}, "config": {…}}</c>, with its caption below the axis. <c>layout.meta</c> has the caption (text) and the height that it
    /// takes (pixels), the table (HTML) and the number of its rows. Null for a figure made of pictures.
    /// </summary>
    public string? PlotlyJson { get; }

    /// <summary>The figure as an SVG document without scripts or references to elsewhere, for a paper or a page; its caption is the document's description.</summary>
    public string Svg => _drawing.ToSvg();

    /// <summary>
    /// The figure with its caption below as a PNG picture, 192 pixels an inch: what notebooks keep, since it is the one form that every reader shows, trusted or not. It has letters for
    /// Latin, Greek, Cyrillic and Hebrew and boxes for other scripts, which <see cref="Svg"/> leaves to the reader's fonts.
    /// </summary>
    public byte[] Png => _drawing.ToPng();

    /// <summary>The same figure, its plotting areas higher or lower; what stands around them keeps its size. Most figures have 300 pixels.</summary>
    /// <param name="pixels">Height of each plotting area in pixels, 100 to 2,000.</param>
    /// <exception cref="ArgumentOutOfRangeException">The height is out of that range.</exception>
    /// <exception cref="InvalidOperationException">The figure is made of pictures and has no plotting area.</exception>
    public Figure WithPlotHeight(int pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pixels, 100);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pixels, 2000);
        return _chart is { } chart
            ? Of(chart with { Panels = [.. chart.Panels.Select(panel => panel with { PlotHeight = pixels })] }, Table)
            : throw new InvalidOperationException($"\"{Title}\" is made of pictures and has no plotting area.");
    }

    /// <summary>Title and caption.</summary>
    public override string ToString() => $"{Title}. {Caption}";
}
