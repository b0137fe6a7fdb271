using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Data.Analysis;

namespace TrivialLayers.Figures;

/// <summary>
/// A figure as a paper has it: title, caption, picture, and the table behind the picture. The interactive and the static picture are drawn from the same data.
/// </summary>
public class Figure
{
    private protected Figure(string title, string caption, DataFrame table, string svg, string? plotlyJson)
    {
        Title = title;
        Caption = caption;
        Table = table;
        Svg = svg;
        PlotlyJson = plotlyJson;
    }

    internal static Figure Of(Chart chart, DataFrame table) =>
        new(chart.Title, chart.Caption, table, SvgChart.Draw(chart), PlotlyChart.Draw(chart, table.Rows.Count));

    /// <summary>What the figure shows, in one line.</summary>
    public string Title { get; }

    /// <summary>How to read it: what the marks are, how many images, how exact.</summary>
    public string Caption { get; }

    /// <summary>The numbers in the figure, one row a mark.</summary>
    public DataFrame Table { get; }

    /// <summary>The figure for plotly.js, <c>{"data": […], "layout": {…}}</c>, with its caption and the rows of its table in <c>layout.meta</c>; null for a <see cref="PictureFigure"/>.</summary>
    public string? PlotlyJson { get; }

    /// <summary>The figure as an SVG document without scripts or references to elsewhere. The same data give the same text.</summary>
    public string Svg { get; }

    /// <summary>
    /// The SVG as an image with its caption and, folded away, its table, as HTML without scripts. As an image because of readers that have not trusted a notebook yet: Jupyter takes the
    /// elements of an SVG out of their HTML and leaves its words.
    /// </summary>
    public string Html => string.Create(
        CultureInfo.InvariantCulture,
        $"<figure style=\"margin:0;max-width:100%\"><img alt=\"{WebUtility.HtmlEncode(Title)}\" style=\"max-width:100%\" src=\"data:image/svg+xml;base64,{Convert.ToBase64String(Encoding.UTF8.GetBytes(Svg))}\"/><figcaption style=\"max-width:60em;font-size:.9em;line-height:1.4\">{WebUtility.HtmlEncode(Caption)}</figcaption>"
            + $"<details style=\"font-size:.85em;margin-top:.4em\"><summary>Data: {Table.Rows.Count:N0} {(Table.Rows.Count == 1 ? "row" : "rows")}</summary><div style=\"overflow-x:auto\">{TableText.Html(Table)}</div></details></figure>");

    /// <summary>Title and caption.</summary>
    public override string ToString() => $"{Title}. {Caption}";
}
