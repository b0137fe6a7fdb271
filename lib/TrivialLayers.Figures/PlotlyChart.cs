using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Analysis;
using Plotly.NET;

namespace TrivialLayers;

/// <summary>
/// Draws a chart for plotly.js, through Plotly.NET, without its default template (which alone is larger than most of our figures). Heights are fixed, so that title,
/// legend and panels never meet; the width is that of the place it is shown in.
/// </summary>
internal sealed class PlotlyChart
{
    /// <summary>The name of the annotation that is the caption, by which a page that sets its own takes it out.</summary>
    private const string CaptionName = "caption";

    private const double Edge = 14;
    private const double CaptionLine = 16;

    /// <summary>Letters as they are: the text is for notebooks, not for a page.</summary>
    private static readonly JsonSerializerOptions s_asItIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Chart _chart;
    private readonly Layout _layout = new();
    private readonly List<Trace> _traces = [];
    private readonly List<object> _annotations = [];

    private PlotlyChart(Chart chart) => _chart = chart;

    /// <summary>Height from the upper edge of the first plotting area to the lower edge of the last; domains are shares of it.</summary>
    private double Inner => _chart.Stacked
        ? _chart.Panels.Sum(panel => (double)panel.PlotHeight) + Enumerable.Range(1, _chart.Panels.Count - 1).Sum(Between)
        : _chart.Panels.Max(panel => panel.PlotHeight);

    private double LegendHeight => LegendRows(_chart.Legend) * ChartSizes.Line;

    private double FirstHead => _chart.Stacked ? ChartSizes.Head(_chart.Panels[0]) : _chart.Panels.Max(ChartSizes.Head);

    /// <summary>The caption, broken between words for the narrowest place.</summary>
    private IReadOnlyList<string> CaptionLines => Canvas.Lines(_chart.Caption, ChartSizes.Text, ChartSizes.Narrowest - (4 * Edge));

    /// <summary>Draws a chart; the table behind it goes along in <c>layout.meta</c>. It takes the width of the place it is shown in, also when that changes.</summary>
    public static string Draw(Chart chart, DataFrame table) => new PlotlyChart(chart).Draw(table);

    private string Draw(DataFrame table)
    {
        foreach (var entry in _chart.Legend)
            _traces.Add(InLegend(entry));
        for (var i = 0; i < _chart.Panels.Count; i++)
            Draw(_chart.Panels[i], i);
        LayOut(table);
        var drawn = GenericChart.setLayout(_layout, GenericChart.ofTraceObjects<IEnumerable<Trace>>(false, _traces));
        var figure = JsonNode.Parse(GenericChart.toFigureJson(drawn))!.AsObject();
        figure["config"] = new JsonObject { ["responsive"] = true };
        return figure.ToJsonString(s_asItIs);
    }

    private void LayOut(DataFrame table)
    {
        var top = ChartSizes.AboveLegend(_chart) + LegendHeight + FirstHead;
        var below = _chart.Stacked ? ChartSizes.Below(_chart, _chart.Panels[^1]) : _chart.Panels.Max(panel => ChartSizes.Below(_chart, panel));
        var bottom = Math.Ceiling(below + Edge);
        var caption = CaptionLines;
        var captionHeight = caption.Count * CaptionLine;
        WriteCaption(caption, bottom, ChartSizes.Beside(_chart.Panels[0]) - Edge);
        _layout.SetProperty("title", Of(
            ("text", $"<b>{string.Join("<br>", ChartSizes.TitleLines(_chart))}</b>"), ("x", 0), ("xanchor", "left"), ("y", 1), ("yanchor", "top"),
            ("pad", Of(("l", Edge), ("t", Edge))), ("font", Of(("size", ChartSizes.TitleText)))));
        _layout.SetProperty("meta", Of(("caption", _chart.Caption), ("captionHeight", captionHeight), ("rows", table.Rows.Count), ("table", TableText.Html(table))));
        _layout.SetProperty("font", Of(("family", "Helvetica, Arial, sans-serif"), ("size", ChartSizes.Text), ("color", Palette.Ink)));
        _layout.SetProperty("paper_bgcolor", "#ffffff");
        _layout.SetProperty("plot_bgcolor", "#ffffff");
        _layout.SetProperty("hovermode", "closest");
        _layout.SetProperty("height", Math.Ceiling(top + Inner + bottom + captionHeight));
        _layout.SetProperty("margin", Of(("l", Math.Ceiling(ChartSizes.Beside(_chart.Panels[0]))), ("r", 18), ("t", Math.Ceiling(top)), ("b", bottom + captionHeight)));
        _layout.SetProperty("showlegend", _chart.Legend.Count > 0);
        _layout.SetProperty("legend", Of(
            ("orientation", "h"), ("traceorder", "normal"), ("x", 0), ("xanchor", "left"),
            ("y", Math.Round(1 + ((LegendHeight + FirstHead) / Inner), 4)), ("yanchor", "top")));
        _layout.SetProperty("annotations", _annotations);
    }

    /// <summary>Sets the caption below the labels of the lowest axis, so far below the plotting area and so far to its left.</summary>
    private void WriteCaption(IReadOnlyList<string> lines, double below, double left) => _annotations.Add(Of(
        ("name", CaptionName), ("text", string.Join("<br>", lines.Select(AsText))), ("xref", "paper"), ("yref", "paper"), ("x", 0), ("y", 0), ("xanchor", "left"), ("yanchor", "top"),
        ("xshift", -Math.Ceiling(left)), ("yshift", -below), ("align", "left"), ("showarrow", false), ("font", Of(("size", ChartSizes.Text), ("color", Palette.SoftInk)))));

    /// <summary>What plotly.js takes for tags and entities is text here.</summary>
    private static string AsText(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    private void Draw(Panel panel, int index)
    {
        var n = index == 0 ? "" : $"{index + 1}";
        var (x, y) = _chart.Stacked ? ((0.0, 1.0), Storey(index)) : (Bay(index), (0.0, 1.0));
        _layout.SetProperty($"xaxis{n}", Horizontal(panel, x, n));
        _layout.SetProperty($"yaxis{n}", Vertical(panel, y, n));
        if (panel.Title.Length > 0)
            Above(n, $"<b>{panel.Title}</b>", left: true, ChartSizes.HeadingText);
        if (panel is HeatPanel heat)
            _traces.Add(Heat(heat, n));
        if (panel is not PointPanel points)
            return;
        _traces.AddRange(points.Rules.Select(rule => LineOf(rule, points, n)));
        _traces.AddRange(points.Series.Select(series => Points(series, n)));
        var names = points.Rules.Where(rule => rule.Label.Length > 0).Select(rule => (rule.Dashed ? "- - " : "— ") + rule.Label).ToList();
        if (names.Count > 0)
            Above(n, string.Join("    ", names), left: false, ChartSizes.SmallText);
    }

    /// <summary>From the lower edge of the panel before to the upper edge of this one.</summary>
    private double Between(int panel) => ChartSizes.Below(_chart, _chart.Panels[panel - 1]) + 14 + ChartSizes.Head(_chart.Panels[panel]);

    /// <summary>The vertical share of a stacked panel, counted from below.</summary>
    private (double From, double To) Storey(int index)
    {
        var above = _chart.Panels.Take(index).Sum(panel => (double)panel.PlotHeight) + Enumerable.Range(1, index).Sum(Between);
        return (Math.Round(1 - ((above + _chart.Panels[index].PlotHeight) / Inner), 4), Math.Round(1 - (above / Inner), 4));
    }

    /// <summary>The horizontal share of a panel in a row.</summary>
    private (double From, double To) Bay(int index)
    {
        double Gap(Panel panel) => panel.SharesY ? 0.05 : 0.14;
        var gaps = _chart.Panels.Skip(1).Sum(Gap);
        var each = (1 - gaps) / _chart.Panels.Count;
        var from = (index * each) + _chart.Panels.Skip(1).Take(index).Sum(Gap);
        return (Math.Round(from, 4), Math.Round(from + each, 4));
    }

    /// <summary>Rows of the legend in the narrowest place; when one row does not hold it, plotly.js makes all entries as wide as the widest.</summary>
    private static int LegendRows(IReadOnlyList<LegendEntry> legend)
    {
        if (legend.Count == 0)
            return 0;
        const double room = ChartSizes.Narrowest - 90;
        var widths = legend.Select(entry => 48 + Canvas.WidthOf(entry.Name, ChartSizes.Text)).ToList();
        var columns = widths.Sum() <= room ? legend.Count : Math.Max(1, (int)(room / widths.Max()));
        return ((legend.Count - 1) / columns) + 1;
    }

    /// <summary>A reference line across the panel, as a trace: a shape lies either under the grid or over the marks.</summary>
    private static Trace LineOf(Rule rule, PointPanel panel, string axis)
    {
        var ends = rule.Ends(panel.X, panel.Y);
        var trace = new Trace("scatter");
        trace.SetProperty("mode", "lines");
        trace.SetProperty("x", ends.Select(end => end.X).ToArray());
        trace.SetProperty("y", ends.Select(end => end.Y).ToArray());
        trace.SetProperty("xaxis", "x" + axis);
        trace.SetProperty("yaxis", "y" + axis);
        trace.SetProperty("line", Of(("color", Palette.Ink), ("width", 1.2), ("dash", Dashes(rule.Dashed ? "dash" : "solid"))));
        trace.SetProperty("showlegend", false);
        trace.SetProperty("hoverinfo", "skip");
        return trace;
    }

    /// <summary>A trace without a point, that only the legend shows: a trace with points would stand there filled as its first point is.</summary>
    private static Trace InLegend(LegendEntry entry)
    {
        var trace = new Trace("scatter");
        trace.SetProperty("name", entry.Name);
        trace.SetProperty("legendgroup", entry.Name);
        trace.SetProperty("mode", entry.Line is null ? "markers" : "lines+markers");
        trace.SetProperty("x", new double?[] { null });
        trace.SetProperty("y", new double?[] { null });
        trace.SetProperty("marker", Of(
            ("symbol", Symbol(entry.Mark.Shape)), ("size", entry.Line is null ? 9 : 6), ("color", Palette.Inside(entry.Mark, entry.Fill)), ("line", Of(("color", entry.Mark.Colour), ("width", 1.6)))));
        if (entry.Line is not null)
            trace.SetProperty("line", Of(("color", entry.Mark.Colour), ("width", 2), ("dash", Dashes(entry.Line))));
        return trace;
    }

    private static Trace Points(Series series, string axis)
    {
        var colour = series.Mark.Colour;
        var trace = new Trace("scatter");
        trace.SetProperty("name", series.Name);
        trace.SetProperty("legendgroup", series.Name);
        trace.SetProperty("showlegend", false);
        trace.SetProperty("mode", series.Line is null ? "markers" : "lines+markers");
        trace.SetProperty("x", series.Points.Select(p => p.X).ToArray());
        trace.SetProperty("y", series.Points.Select(p => p.Y).ToArray());
        trace.SetProperty("text", series.Points.Select(p => p.Label).ToArray());
        trace.SetProperty("hovertemplate", "%{text}<extra></extra>");
        trace.SetProperty("xaxis", "x" + axis);
        trace.SetProperty("yaxis", "y" + axis);
        trace.SetProperty("marker", Of(
            ("symbol", Symbol(series.Mark.Shape)),
            ("size", series.Line is null ? 8 : 4),
            ("color", series.Points.Select(p => Palette.Inside(series.Mark, p.Fill)).ToArray()),
            ("line", Of(("color", colour), ("width", 1.6)))));
        if (series.Line is not null)
            trace.SetProperty("line", Of(("color", colour), ("width", 1.8), ("dash", Dashes(series.Line))));
        if (series.Points.Any(p => p.High is not null))
        {
            trace.SetProperty("error_y", Of(
                ("type", "data"), ("symmetric", false),
                ("array", series.Points.Select(p => (p.High ?? p.Y) - p.Y).ToArray()),
                ("arrayminus", series.Points.Select(p => p.Y - (p.Low ?? p.Y)).ToArray()),
                ("color", colour), ("thickness", 1.4), ("width", 3)));
        }

        return trace;
    }

    private static Trace Heat(HeatPanel panel, string axis)
    {
        var trace = new Trace("heatmap");
        trace.SetProperty("name", panel.Title);
        trace.SetProperty("z", panel.Percent);
        trace.SetProperty("zmin", 0);
        trace.SetProperty("zmax", 100);
        trace.SetProperty("colorscale", new[] { new object[] { 0, Palette.Heat(0) }, [1, Palette.Heat(100)] });
        trace.SetProperty("showscale", false);
        if (panel.X.Names!.Count <= 20)
        {
            trace.SetProperty("text", panel.Percent.Select(row => row.Select(ChartDrawing.InCell).ToArray()).ToArray());
            trace.SetProperty("texttemplate", "%{text}");
            trace.SetProperty("textfont", Of(("size", panel.X.Names.Count > 12 ? 9 : 10.5)));
        }

        trace.SetProperty("hovertemplate", $"{panel.Title}: %{{y}} taken for %{{x}}: %{{z:.1f}} %<extra></extra>");
        trace.SetProperty("xgap", 1);
        trace.SetProperty("ygap", 1);
        trace.SetProperty("xaxis", "x" + axis);
        trace.SetProperty("yaxis", "y" + axis);
        return trace;
    }

    private DynamicObj.DynamicObj Horizontal(Panel panel, (double From, double To) domain, string n)
    {
        var drawn = AxisOf(panel.X, panel, domain, "y" + n, grid: panel is PointPanel);
        drawn.SetProperty("range", new[] { panel.X.Low, panel.X.High });
        drawn.SetProperty("tickangle", ChartSizes.Turn(_chart, panel.X));
        return drawn;
    }

    private static DynamicObj.DynamicObj Vertical(Panel panel, (double From, double To) domain, string n)
    {
        var drawn = AxisOf(panel.Y, panel, domain, "x" + n, grid: panel is PointPanel && panel.Y.Names is null);
        drawn.SetProperty("range", panel is HeatPanel ? new[] { panel.Y.High, panel.Y.Low } : [panel.Y.Low, panel.Y.High]);
        if (panel.SharesY)
        {
            drawn.SetProperty("matches", "y");
            drawn.SetProperty("showticklabels", false);
            drawn.SetProperty("title", Of(("text", "")));
        }

        return drawn;
    }

    private static DynamicObj.DynamicObj AxisOf(Axis axis, Panel panel, (double From, double To) domain, string anchor, bool grid)
    {
        var drawn = Of(
            ("title", Of(("text", axis.Title), ("standoff", 8), ("font", Of(("size", ChartSizes.Text))))),
            ("domain", new[] { domain.From, domain.To }),
            ("anchor", anchor),
            ("showgrid", grid),
            ("gridcolor", axis.Names is null ? Palette.Grid : Palette.FaintGrid),
            ("zeroline", false),
            ("showline", true),
            ("linecolor", Palette.Ink),
            ("ticks", "outside"),
            ("ticklen", 4),
            ("tickfont", Of(("size", ChartSizes.LabelText(axis)), ("color", Palette.SoftInk))),
            ("automargin", true));
        if (axis.Names is not { } names)
        {
            drawn.SetProperty("nticks", Axis.MostTicks);
            return drawn;
        }

        // In a narrow place more labels than this would lie on one another.
        var every = panel is HeatPanel ? 1 : (names.Count + 59) / 60;
        var shown = Enumerable.Range(0, names.Count).Where(place => place % every == 0).ToArray();
        drawn.SetProperty("tickmode", "array");
        drawn.SetProperty("tickvals", shown);
        drawn.SetProperty("ticktext", Array.ConvertAll(shown, place => names[place]));
        return drawn;
    }

    private void Above(string axis, string text, bool left, double size) => _annotations.Add(Of(
        ("text", text), ("xref", $"x{axis} domain"), ("yref", $"y{axis} domain"), ("x", left ? 0 : 1), ("y", 1), ("xanchor", left ? "left" : "right"), ("yanchor", "bottom"), ("yshift", 2),
        ("showarrow", false), ("font", Of(("size", size)))));

    /// <summary>Those of plotly.js are too long to be seen between near marks.</summary>
    private static string Dashes(string line) => line == "dash" ? "5px,3px" : "solid";

    private static string Symbol(MarkShape shape) => shape switch
    {
        MarkShape.Square => "square",
        MarkShape.Diamond => "diamond",
        MarkShape.TriangleUp => "triangle-up",
        MarkShape.TriangleDown => "triangle-down",
        MarkShape.Cross => "cross",
        _ => "circle",
    };

    private static DynamicObj.DynamicObj Of(params (string Name, object Value)[] properties)
    {
        var made = new DynamicObj.DynamicObj();
        foreach (var (name, value) in properties)
            made.SetProperty(name, value);
        return made;
    }
}
