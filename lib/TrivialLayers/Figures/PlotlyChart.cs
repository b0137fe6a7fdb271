using Plotly.NET;

namespace TrivialLayers.Figures;

/// <summary>Draws a chart for plotly.js, through Plotly.NET, without its default template (which alone is larger than most of our figures).</summary>
internal static class PlotlyChart
{
    public static string Draw(Chart chart)
    {
        var layout = new Layout();
        layout.SetProperty("title", Of(("text", chart.Title), ("x", 0.02), ("xanchor", "left"), ("font", Of(("size", 16)))));
        layout.SetProperty("meta", Of(("caption", chart.Caption)));
        layout.SetProperty("font", Of(("family", "Helvetica, Arial, sans-serif"), ("size", 12), ("color", Palette.Ink)));
        layout.SetProperty("paper_bgcolor", "#ffffff");
        layout.SetProperty("plot_bgcolor", "#ffffff");
        layout.SetProperty("hovermode", "closest");
        layout.SetProperty("height", Height(chart));
        layout.SetProperty("margin", Of(("l", 70), ("r", 30), ("t", 60), ("b", 60)));
        layout.SetProperty("legend", Of(("orientation", "h"), ("x", 0), ("xanchor", "left"), ("y", 1.02), ("yanchor", "bottom")));

        var traces = new List<Trace>();
        var shapes = new List<object>();
        var annotations = new List<object>();
        var named = new HashSet<string>();
        for (var i = 0; i < chart.Panels.Count; i++)
        {
            var panel = chart.Panels[i];
            var n = i == 0 ? "" : $"{i + 1}";
            var (from, to) = Share(i, chart.Panels.Count, chart.Stacked);
            layout.SetProperty($"xaxis{n}", AxisOf(panel.X, chart.Stacked ? (0, 1) : (from, to), "y" + n, panel is HeatPanel, reversed: false));
            layout.SetProperty($"yaxis{n}", AxisOf(panel.Y, chart.Stacked ? (1 - to, 1 - from) : (0, 1), "x" + n, panel is HeatPanel, reversed: panel is HeatPanel));
            if (panel.Title.Length > 0)
                annotations.Add(Above(panel.Title, chart.Stacked ? (0, 1 - from) : ((from + to) / 2, 1), chart.Stacked));
            if (panel is HeatPanel heat)
                traces.Add(Heat(heat, n, last: i == chart.Panels.Count - 1));
            else if (panel is PointPanel points)
            {
                traces.AddRange(points.Series.Select(series => Points(series, n, named.Add(series.Name))));
                shapes.AddRange(points.Rules.Select(rule => LineOf(rule, n)));
                var labels = points.Rules.Where(rule => rule.Label.Length > 0).Select(rule => (rule.Dashed ? "- - " : "— ") + rule.Label).ToList();
                if (labels.Count > 0)
                    annotations.Add(Of(("text", string.Join("   ", labels)), ("xref", $"x{n} domain"), ("yref", $"y{n} domain"), ("x", 1), ("y", 1), ("xanchor", "right"), ("yanchor", "bottom"), ("showarrow", false), ("font", Of(("size", 11)))));
            }
        }

        layout.SetProperty("showlegend", named.Count > 1);
        layout.SetProperty("shapes", shapes);
        layout.SetProperty("annotations", annotations);
        var drawn = GenericChart.setLayout(layout, GenericChart.ofTraceObjects<IEnumerable<Trace>>(false, traces));
        return GenericChart.toFigureJson(drawn);
    }

    private static int Height(Chart chart) =>
        150 + (chart.Stacked ? chart.Panels.Sum(panel => panel.PlotHeight + 90) : chart.Panels.Max(panel => panel.PlotHeight) + 60);

    private static (double From, double To) Share(int index, int count, bool stacked)
    {
        var gap = count == 1 ? 0 : stacked ? 0.28 / count : 0.24 / count;
        var each = (1 - (gap * (count - 1))) / count;
        return (index * (each + gap), (index * (each + gap)) + each);
    }

    private static Trace Points(Series series, string axis, bool inLegend)
    {
        var colour = series.Mark.Colour;
        var trace = new Trace("scatter");
        trace.SetProperty("name", series.Name);
        trace.SetProperty("legendgroup", series.Name);
        trace.SetProperty("showlegend", inLegend);
        trace.SetProperty("mode", series.Line is null ? "markers" : "lines+markers");
        trace.SetProperty("x", series.Points.Select(p => p.X).ToArray());
        trace.SetProperty("y", series.Points.Select(p => p.Y).ToArray());
        trace.SetProperty("text", series.Points.Select(p => p.Label).ToArray());
        trace.SetProperty("hovertemplate", "%{text}<extra></extra>");
        trace.SetProperty("xaxis", "x" + axis);
        trace.SetProperty("yaxis", "y" + axis);
        trace.SetProperty("marker", Of(
            ("symbol", Symbol(series.Mark.Shape)),
            ("size", series.Line is null ? 9 : 5),
            ("color", series.Points.Select(p => p.Fill switch { Fill.Full => colour, Fill.Pale => SvgChart.Pale(colour), _ => "#ffffff" }).ToArray()),
            ("line", Of(("color", colour), ("width", 1.6)))));
        if (series.Line is not null)
            trace.SetProperty("line", Of(("color", colour), ("width", 2), ("dash", series.Line)));
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

    private static DynamicObj.DynamicObj LineOf(Rule rule, string axis)
    {
        var (along, across) = rule.Upright ? ("y", "x") : ("x", "y");
        return Of(
            ("type", "line"), (along + "ref", $"{along}{axis} domain"), (across + "ref", across + axis), (along + "0", 0), (along + "1", 1), (across + "0", rule.At), (across + "1", rule.At), ("layer", "below"),
            ("line", Of(("color", Palette.Ink), ("width", 1.2), ("dash", rule.Dashed ? "dash" : "solid"))));
    }

    private static Trace Heat(HeatPanel panel, string axis, bool last)
    {
        var trace = new Trace("heatmap");
        trace.SetProperty("name", panel.Title);
        trace.SetProperty("z", panel.Percent);
        trace.SetProperty("zmin", 0);
        trace.SetProperty("zmax", 100);
        trace.SetProperty("colorscale", new[] { new object[] { 0, SvgChart.Heat(0) }, [1, SvgChart.Heat(100)] });
        trace.SetProperty("showscale", last);
        trace.SetProperty("colorbar", Of(("title", Of(("text", "% of true class"), ("side", "right"))), ("thickness", 12)));
        trace.SetProperty("text", panel.Percent.Select(row => row.Select(SvgChart.InCell).ToArray()).ToArray());
        trace.SetProperty("texttemplate", "%{text}");
        trace.SetProperty("hovertemplate", "%{z:.1f} %<extra></extra>");
        trace.SetProperty("xgap", 1);
        trace.SetProperty("ygap", 1);
        trace.SetProperty("xaxis", "x" + axis);
        trace.SetProperty("yaxis", "y" + axis);
        return trace;
    }

    private static DynamicObj.DynamicObj AxisOf(Axis axis, (double From, double To) domain, string anchor, bool heat, bool reversed)
    {
        var drawn = Of(
            ("title", Of(("text", axis.Title), ("standoff", 8))),
            ("domain", new[] { domain.From, domain.To }),
            ("anchor", anchor),
            ("range", reversed ? new[] { axis.High, axis.Low } : [axis.Low, axis.High]),
            ("showgrid", !heat && (anchor[0] == 'x' || axis.Names is null)),
            ("gridcolor", Palette.Grid),
            ("zeroline", false),
            ("showline", true),
            ("linecolor", Palette.Ink),
            ("ticks", "outside"),
            ("automargin", true));
        if (axis.Names is not null)
        {
            drawn.SetProperty("tickmode", "array");
            drawn.SetProperty("tickvals", Enumerable.Range(0, axis.Names.Count).ToArray());
            drawn.SetProperty("ticktext", axis.Names.ToArray());
            drawn.SetProperty("tickfont", Of(("size", axis.Names.Count > 30 ? 9 : 11)));
            if (anchor[0] == 'y' && axis.Names.Count > 4)
                drawn.SetProperty("tickangle", axis.Names.Count > 30 ? -90 : -50);
        }

        return drawn;
    }

    private static DynamicObj.DynamicObj Above(string text, (double X, double Y) at, bool left) => Of(
        ("text", $"<b>{text}</b>"), ("xref", "paper"), ("yref", "paper"), ("x", at.X), ("y", at.Y), ("xanchor", left ? "left" : "center"), ("yanchor", "bottom"), ("showarrow", false));

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
