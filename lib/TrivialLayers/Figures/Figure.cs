using System.Net;
using Microsoft.Data.Analysis;

namespace TrivialLayers.Figures;

/// <summary>
/// A figure as a paper has it: title, caption, picture, and the table behind the picture. The interactive and the static picture are drawn from the same data.
/// </summary>
public sealed class Figure
{
    internal Figure(string title, string caption, DataFrame table, string svg, string? plotlyJson)
    {
        Title = title;
        Caption = caption;
        Table = table;
        Svg = svg;
        PlotlyJson = plotlyJson;
    }

    internal static Figure Of(Chart chart, DataFrame table) => new(chart.Title, chart.Caption, table, SvgChart.Draw(chart), PlotlyChart.Draw(chart));

    /// <summary>What the figure shows, in one line.</summary>
    public string Title { get; }

    /// <summary>How to read it: what the marks are, how many images, how exact.</summary>
    public string Caption { get; }

    /// <summary>The numbers in the figure, one row a mark.</summary>
    public DataFrame Table { get; }

    /// <summary>The figure for plotly.js, <c>{"data": […], "layout": {…}}</c>, its caption under <c>layout.meta.caption</c>; null for figures made of pictures.</summary>
    public string? PlotlyJson { get; }

    /// <summary>The figure as an SVG document without scripts or references to elsewhere. The same data give the same text.</summary>
    public string Svg { get; }

    /// <summary>The SVG with its caption as HTML, without scripts.</summary>
    public string Html =>
        $"<figure style=\"margin:0;max-width:100%\">{Svg}<figcaption style=\"max-width:60em;font-size:.9em\">{WebUtility.HtmlEncode(Caption)}</figcaption></figure>";

    /// <summary>Title and caption.</summary>
    public override string ToString() => $"{Title}. {Caption}";
}
