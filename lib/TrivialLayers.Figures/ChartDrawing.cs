using System.Globalization;

namespace TrivialLayers;

/// <summary>Draws a chart without plotly.js: for where no script runs, and for print.</summary>
internal sealed class ChartDrawing
{
    private const double Margin = 14;
    private const double Right = 18;

    private readonly Chart _chart;
    private readonly List<List<LegendEntry>> _legend;
    private readonly Canvas _canvas;

    private ChartDrawing(Chart chart, List<List<LegendEntry>> legend, Canvas canvas)
    {
        _chart = chart;
        _legend = legend;
        _canvas = canvas;
    }

    public static Drawing Of(Chart chart)
    {
        var legend = LegendRows(chart);
        var heights = chart.Panels.Select(panel => Height(chart, panel)).ToList();
        return new Drawing(
            chart.Title, chart.Caption, chart.Width, Top(chart, legend) + (chart.Stacked ? heights.Sum() : heights.Max()), canvas => new ChartDrawing(chart, legend, canvas).Draw());
    }

    /// <summary>A percentage without decimals; nothing where it rounds to zero.</summary>
    public static string InCell(double percent) => percent < 0.5 ? "" : percent.ToString("0", CultureInfo.InvariantCulture);

    private void Draw()
    {
        foreach (var (index, line) in ChartSizes.TitleLines(_chart).Index())
            _canvas.Text(Margin, 26 + (index * ChartSizes.Line), line, ChartSizes.TitleText, Palette.Ink, bold: true);
        DrawLegend();
        var (x, y) = (0.0, Top(_chart, _legend));
        var plots = _chart.Width - _chart.Panels.Sum(panel => ChartSizes.Beside(panel) + Right);
        foreach (var panel in _chart.Panels)
        {
            var left = ChartSizes.Beside(panel);
            var width = _chart.Stacked ? _chart.Width - left - Right : plots / _chart.Panels.Count;
            Draw(panel, new Frame(panel, x + left, y + Head(_chart, panel), width, panel.PlotHeight));
            if (_chart.Stacked)
                y += Height(_chart, panel);
            else
                x += left + width + Right;
        }
    }

    private static double Top(Chart chart, List<List<LegendEntry>> legend) => ChartSizes.AboveLegend(chart) + (legend.Count * ChartSizes.Line) + 4;

    private static List<List<LegendEntry>> LegendRows(Chart chart)
    {
        var rows = new List<List<LegendEntry>>();
        var x = double.PositiveInfinity;
        foreach (var entry in chart.Legend)
        {
            if (x + LegendWidth(entry) > chart.Width - Right)
            {
                rows.Add([]);
                x = Margin;
            }

            rows[^1].Add(entry);
            x += LegendWidth(entry);
        }

        return rows;
    }

    private static double LegendWidth(LegendEntry entry) => (entry.Line is null ? 16 : 34) + Canvas.WidthOf(entry.Name, ChartSizes.Text) + 20;

    private void DrawLegend()
    {
        var y = ChartSizes.AboveLegend(_chart) + 8;
        foreach (var row in _legend)
        {
            var x = Margin;
            foreach (var entry in row)
            {
                var wide = entry.Line is not null;
                if (wide)
                    _canvas.Line(x, y, x + 26, y, entry.Mark.Colour, 2, entry.Line == "dash");
                _canvas.Shape(x + (wide ? 13 : 5), y, entry.Mark, wide ? 3 : 4.5, Palette.Inside(entry.Mark, entry.Fill));
                _canvas.Text(x + (wide ? 34 : 16), y + 4, entry.Name, ChartSizes.Text, Palette.Ink);
                x += LegendWidth(entry);
            }

            y += ChartSizes.Line;
        }
    }

    /// <summary>Panels in a row begin at one height, whatever is written above each.</summary>
    private static double Head(Chart chart, Panel panel) => chart.Stacked ? ChartSizes.Head(panel) : chart.Panels.Max(ChartSizes.Head);

    private static double Height(Chart chart, Panel panel) => Head(chart, panel) + panel.PlotHeight + ChartSizes.Below(chart, panel) + 8;

    private void Draw(Panel panel, Frame frame)
    {
        if (panel.Title.Length > 0)
            _canvas.Text(frame.X, frame.Y - 8, panel.Title, ChartSizes.HeadingText, Palette.Ink, bold: true);
        DrawVertical(panel, frame);
        DrawHorizontal(panel, frame);
        if (panel is HeatPanel heat)
            DrawCells(heat, frame);
        else if (panel is PointPanel points)
            DrawPoints(points, frame);
    }

    private void DrawVertical(Panel panel, Frame frame)
    {
        foreach (var tick in Ticks(panel.Y))
        {
            var y = frame.AtY(tick);
            if (panel.Y.Names is null)
                _canvas.Line(frame.X, y, frame.X + frame.Width, y, Palette.Grid);
            _canvas.Line(frame.X - 4, y, frame.X, y, Palette.Ink);
            if (!panel.SharesY)
                _canvas.Text(frame.X - 7, y + 4, TextOf(panel.Y, tick), ChartSizes.SmallText, Palette.SoftInk, "end");
        }

        _canvas.Line(frame.X, frame.Y, frame.X, frame.Bottom, Palette.Ink);
        if (!panel.SharesY)
            _canvas.Text(frame.X - ChartSizes.Beside(panel) + 18, frame.Y + (frame.Height / 2), panel.Y.Title, ChartSizes.Text, Palette.Ink, "middle", turned: -90);
    }

    private void DrawHorizontal(Panel panel, Frame frame)
    {
        var (turn, size) = (ChartSizes.Turn(_chart, panel.X), ChartSizes.LabelText(panel.X));
        foreach (var tick in panel.X.Names is null ? TicksApart(panel.X, frame.Width, size) : Ticks(panel.X))
        {
            var x = frame.AtX(tick);
            if (panel is PointPanel)
                _canvas.Line(x, frame.Y, x, frame.Bottom, panel.X.Names is null ? Palette.Grid : Palette.FaintGrid);
            _canvas.Line(x, frame.Bottom, x, frame.Bottom + 4, Palette.Ink);
            if (turn == 0)
                _canvas.Text(x, frame.Bottom + 17, TextOf(panel.X, tick), size, Palette.SoftInk, "middle");
            else
                _canvas.Text(x + 3, frame.Bottom + 10, TextOf(panel.X, tick), size, Palette.SoftInk, "end", turned: turn);
        }

        _canvas.Line(frame.X, frame.Bottom, frame.X + frame.Width, frame.Bottom, Palette.Ink);
        _canvas.Text(frame.X + (frame.Width / 2), frame.Bottom + ChartSizes.LabelHeight(_chart, panel.X) + 18, panel.X.Title, ChartSizes.Text, Palette.Ink, "middle");
    }

    private void DrawPoints(PointPanel panel, Frame frame)
    {
        foreach (var rule in panel.Rules)
        {
            var ends = rule.Ends(panel.X, panel.Y);
            _canvas.Line(frame.AtX(ends[0].X), frame.AtY(ends[0].Y), frame.AtX(ends[1].X), frame.AtY(ends[1].Y), Palette.Ink, 1.1, rule.Dashed);
        }

        NameRules(panel, frame);
        foreach (var series in panel.Series)
        {
            if (series.Line is { } line)
                _canvas.Polyline(series.Points.Select(p => (frame.AtX(p.X), frame.AtY(p.Y))), series.Mark.Colour, line == "dash");
            foreach (var point in series.Points)
                Draw(point, series, frame);
        }
    }

    /// <summary>Above the panel, against its right edge, each reference line with its name.</summary>
    private void NameRules(PointPanel panel, Frame frame)
    {
        var end = frame.X + frame.Width;
        foreach (var rule in panel.Rules.Where(rule => rule.Label.Length > 0).Reverse())
        {
            var start = end - Canvas.WidthOf(rule.Label, ChartSizes.SmallText) - 6;
            _canvas.Text(end, frame.Y - 8, rule.Label, ChartSizes.SmallText, Palette.Ink, "end");
            _canvas.Line(start - 21, frame.Y - 12, start, frame.Y - 12, Palette.Ink, 1.1, rule.Dashed);
            end = start - 36;
        }
    }

    private void Draw(ChartPoint point, Series series, Frame frame)
    {
        var (x, y) = (frame.AtX(point.X), frame.AtY(point.Y));
        var mark = series.Mark;
        if (point is { Low: { } low, High: { } high })
        {
            var (lower, upper) = (frame.AtY(low), frame.AtY(high));
            _canvas.Line(x, lower, x, upper, mark.Colour, 1.3);
            // An interval that leaves the panel has no end to mark.
            if (low >= frame.Panel.Y.Low)
                _canvas.Line(x - 3, lower, x + 3, lower, mark.Colour, 1.3);
            if (high <= frame.Panel.Y.High)
                _canvas.Line(x - 3, upper, x + 3, upper, mark.Colour, 1.3);
        }

        _canvas.Shape(x, y, mark, series.Line is null ? 3.8 : 2, Palette.Inside(mark, point.Fill), point.Label);
    }

    private void DrawCells(HeatPanel panel, Frame frame)
    {
        var (rows, columns) = (panel.Percent.Length, panel.Percent[0].Length);
        var (width, height) = (frame.Width / (panel.X.High - panel.X.Low), frame.Height / (panel.Y.High - panel.Y.Low));
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var percent = panel.Percent[row][column];
                var (x, y) = (frame.AtX(column), frame.AtY(row));
                var label = $"{panel.Title}: {panel.Y.Names![row]} taken for {panel.X.Names![column]}: {percent.ToString("0.0", CultureInfo.InvariantCulture)} %";
                _canvas.Rectangle(x - (width / 2) + 0.5, y - (height / 2) + 0.5, width - 1, height - 1, Palette.Heat(percent), label);
                if (InCell(percent) is { Length: > 0 } text && columns <= 20)
                    _canvas.Text(x, y + 4, text, columns > 12 ? 9 : 10.5, percent > 55 ? "#ffffff" : Palette.Ink, "middle");
            }
        }
    }

    private static IEnumerable<double> Ticks(Axis axis) => axis.Names is null ? axis.Ticks() : Enumerable.Range(0, axis.Names.Count).Select(i => (double)i);

    /// <summary>As many marks of a numeric axis as leave some air between their labels.</summary>
    private static List<double> TicksApart(Axis axis, double width, double size)
    {
        var most = Axis.MostTicks;
        var ticks = axis.Ticks(most).ToList();
        while (most > 1 && ticks.Zip(ticks.Skip(1)).Any(pair => AreClose(pair.First, pair.Second)))
            ticks = [.. axis.Ticks(--most)];
        return ticks;

        bool AreClose(double left, double right) =>
            (right - left) / (axis.High - axis.Low) * width < ((Canvas.WidthOf(TextOf(axis, left), size) + Canvas.WidthOf(TextOf(axis, right), size)) / 2) + 8;
    }

    private static string TextOf(Axis axis, double tick) =>
        axis.Names?[(int)tick] ?? tick.ToString("#,0.####", CultureInfo.InvariantCulture).Replace("-", "−", StringComparison.Ordinal);

    /// <summary>The plotting area of a panel and its scales; values beyond an axis are drawn at its end.</summary>
    private sealed record Frame(Panel Panel, double X, double Y, double Width, double Height)
    {
        public double Bottom => Y + Height;

        public double AtX(double value) => X + (Width * Share(value, Panel.X));

        public double AtY(double value) => Panel is HeatPanel ? Y + (Height * Share(value, Panel.Y)) : Y + (Height * (1 - Share(value, Panel.Y)));

        private static double Share(double value, Axis axis) => Math.Clamp((value - axis.Low) / (axis.High - axis.Low), 0, 1);
    }
}
