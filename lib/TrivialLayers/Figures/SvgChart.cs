using System.Globalization;

namespace TrivialLayers.Figures;

/// <summary>Draws a chart as an SVG document.</summary>
internal sealed class SvgChart
{
    private const double Right = 18;
    private const double Left = 62;
    private const double Gap = 14;

    private readonly Chart _chart;
    private readonly IReadOnlyList<(string Name, Series Series)> _legend;
    private readonly SvgText _svg;

    private SvgChart(Chart chart)
    {
        _chart = chart;
        _legend = [.. chart.Panels.OfType<PointPanel>().SelectMany(panel => panel.Series).DistinctBy(series => series.Name).Select(series => (series.Name, series))];
        var heights = chart.Panels.Select(panel => PanelHeight(panel)).ToList();
        _svg = new SvgText(chart.Width, Top + (chart.Stacked ? heights.Sum() : heights.Max()), chart.Title, chart.Caption);
    }

    private double Top => 34 + (LegendRows.Count * 20) + 6;

    private List<List<(string Name, Series Series)>> LegendRows
    {
        get
        {
            var rows = new List<List<(string, Series)>>();
            if (_legend.Count < 2)
                return rows;
            var x = double.PositiveInfinity;
            foreach (var entry in _legend)
            {
                var width = LegendWidth(entry);
                if (x + width > _chart.Width - Right)
                {
                    rows.Add([]);
                    x = Left;
                }

                rows[^1].Add(entry);
                x += width;
            }

            return rows;
        }
    }

    public static string Draw(Chart chart) => new SvgChart(chart).Draw();

    /// <summary>A colour thinned to about a third on white.</summary>
    public static string Pale(string colour)
    {
        var rgb = int.Parse(colour.AsSpan(1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return Blend((255, 255, 255), (rgb >> 16, (rgb >> 8) & 255, rgb & 255), 0.4);
    }

    /// <summary>White at 0 %, dark blue at 100 %.</summary>
    public static string Heat(double percent) => Blend((247, 251, 255), (8, 64, 129), Math.Clamp(percent / 100, 0, 1));

    /// <summary>A percentage without decimals; nothing where it rounds to zero.</summary>
    public static string InCell(double percent) => percent < 0.5 ? "" : percent.ToString("0", CultureInfo.InvariantCulture);

    private static string Blend((int R, int G, int B) from, (int R, int G, int B) to, double share)
    {
        int Of(int a, int b) => (int)Math.Round(a + ((b - a) * share));
        return $"#{Of(from.R, to.R):x2}{Of(from.G, to.G):x2}{Of(from.B, to.B):x2}";
    }

    private string Draw()
    {
        _svg.Text(12, 24, _chart.Title, 16, Palette.Ink, bold: true);
        DrawLegend();
        var y = Top;
        var x = 0.0;
        var width = _chart.Stacked ? _chart.Width : (_chart.Width - (Gap * (_chart.Panels.Count - 1))) / _chart.Panels.Count;
        foreach (var panel in _chart.Panels)
        {
            var left = panel.Y.Names is { } names ? 34 + names.Max(name => SvgText.WidthOf(name, 11)) : Left;
            var top = y + HeadHeight(panel);
            Draw(panel, new Frame(panel, x + left, top, width - left - Right, panel.PlotHeight));
            if (_chart.Stacked)
                y += PanelHeight(panel);
            else
                x += width + Gap;
        }

        return _svg.ToString();
    }

    private static double LegendWidth((string Name, Series Series) entry) => (entry.Series.Line is null ? 18 : 38) + SvgText.WidthOf(entry.Name, 12) + 16;

    private void DrawLegend()
    {
        var y = 46.0;
        foreach (var row in LegendRows)
        {
            var x = Left;
            foreach (var entry in row)
            {
                var mark = entry.Series.Mark;
                var wide = entry.Series.Line is not null;
                if (wide)
                    _svg.Line(x, y, x + 26, y, mark.Colour, 2, entry.Series.Line == "dash");
                _svg.Shape(x + (wide ? 13 : 5), y, mark, wide ? 3 : 4.5, mark.Colour);
                _svg.Text(x + (wide ? 32 : 14), y + 4, entry.Name, 12, Palette.Ink);
                x += LegendWidth(entry);
            }

            y += 20;
        }
    }

    private static double HeadHeight(Panel panel) => panel.Title.Length > 0 || panel is PointPanel points && points.Rules.Any(rule => rule.Label.Length > 0) ? 24 : 6;

    private static double PanelHeight(Panel panel) => HeadHeight(panel) + panel.PlotHeight + LabelHeight(panel.X) + 38;

    private static double Turn(Axis x) => x.Names is not { Count: > 4 } ? 0 : x.Names.Count > 30 ? -90 : -50;

    private static double LabelSize(Axis x) => x.Names is { Count: > 30 } ? 9.5 : 11;

    private static double LabelHeight(Axis x) => Turn(x) == 0
        ? 18
        : 10 + (x.Names!.Max(name => SvgText.WidthOf(name, LabelSize(x))) * Math.Sin(-Turn(x) * Math.PI / 180));

    private void Draw(Panel panel, Frame frame)
    {
        if (panel.Title.Length > 0)
            _svg.Text(frame.X, frame.Y - 8, panel.Title, 13, Palette.Ink, bold: true);
        DrawAxes(panel, frame);
        if (panel is HeatPanel heat)
            DrawCells(heat, frame);
        else if (panel is PointPanel points)
            DrawPoints(points, frame);
    }

    private void DrawAxes(Panel panel, Frame frame)
    {
        var bottom = frame.Y + frame.Height;
        foreach (var tick in panel.Y.Names is null ? panel.Y.Ticks() : Enumerable.Range(0, panel.Y.Names.Count).Select(i => (double)i))
        {
            var y = frame.AtY(tick);
            if (panel.Y.Names is null)
                _svg.Line(frame.X, y, frame.X + frame.Width, y, Palette.Grid);
            _svg.Line(frame.X - 4, y, frame.X, y, Palette.Ink);
            _svg.Text(frame.X - 7, y + 4, panel.Y.Names?[(int)tick] ?? TickText(tick), 11, Palette.SoftInk, "end");
        }

        var (turn, size) = (Turn(panel.X), LabelSize(panel.X));
        foreach (var tick in panel.X.Names is null ? panel.X.Ticks() : Enumerable.Range(0, panel.X.Names.Count).Select(i => (double)i))
        {
            var x = frame.AtX(tick);
            if (panel is PointPanel)
                _svg.Line(x, frame.Y, x, bottom, Palette.Grid, 0.6);
            _svg.Line(x, bottom, x, bottom + 4, Palette.Ink);
            var text = panel.X.Names?[(int)tick] ?? TickText(tick);
            if (turn == 0)
                _svg.Text(x, bottom + 17, text, size, Palette.SoftInk, "middle");
            else
                _svg.Text(x + 3, bottom + 10, text, size, Palette.SoftInk, "end", turned: turn);
        }

        _svg.Line(frame.X, frame.Y, frame.X, bottom, Palette.Ink).Line(frame.X, bottom, frame.X + frame.Width, bottom, Palette.Ink);
        _svg.Text(frame.X + (frame.Width / 2), bottom + LabelHeight(panel.X) + 18, panel.X.Title, 12, Palette.Ink, "middle");
        var middle = frame.Y + (frame.Height / 2);
        var beside = panel.Y.Names is { } names ? frame.X - 18 - names.Max(name => SvgText.WidthOf(name, 11)) : frame.X - 44;
        _svg.Text(beside, middle, panel.Y.Title, 12, Palette.Ink, "middle", turned: -90);
    }

    private void DrawPoints(PointPanel panel, Frame frame)
    {
        var labelEnd = frame.X + frame.Width;
        foreach (var rule in panel.Rules)
        {
            var (x, y) = (frame.AtX(rule.At), frame.AtY(rule.At));
            if (rule.Upright)
                _svg.Line(x, frame.Y, x, frame.Y + frame.Height, Palette.Ink, 1.1, rule.Dashed);
            else
                _svg.Line(frame.X, y, frame.X + frame.Width, y, Palette.Ink, 1.1, rule.Dashed);
            if (rule.Label.Length == 0)
                continue;
            var start = labelEnd - SvgText.WidthOf(rule.Label, 11);
            _svg.Text(start, frame.Y - 8, rule.Label, 11, Palette.Ink).Line(start - 26, frame.Y - 12, start - 5, frame.Y - 12, Palette.Ink, 1.1, rule.Dashed);
            labelEnd = start - 42;
        }

        foreach (var series in panel.Series)
        {
            if (series.Line is { } line)
                _svg.Polyline(series.Points.Select(p => (frame.AtX(p.X), frame.AtY(p.Y))), series.Mark.Colour, line == "dash");
            foreach (var point in series.Points)
                Draw(point, series, frame);
        }
    }

    private void Draw(ChartPoint point, Series series, Frame frame)
    {
        var (x, y) = (frame.AtX(point.X), frame.AtY(point.Y));
        var mark = series.Mark;
        if (point is { Low: { } low, High: { } high })
        {
            var (lower, upper) = (frame.AtY(low), frame.AtY(high));
            _svg.Line(x, lower, x, upper, mark.Colour, 1.3).Line(x - 3, lower, x + 3, lower, mark.Colour, 1.3).Line(x - 3, upper, x + 3, upper, mark.Colour, 1.3);
        }

        var fill = point.Fill switch { Fill.Full => mark.Colour, Fill.Pale => Pale(mark.Colour), _ => "#ffffff" };
        _svg.Shape(x, y, mark, series.Line is null ? 3.8 : 2, fill, point.Label);
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
                _svg.Rectangle(x - (width / 2) + 0.5, y - (height / 2) + 0.5, width - 1, height - 1, Heat(percent), label);
                if (InCell(percent) is { Length: > 0 } text && columns <= 20)
                    _svg.Text(x, y + 4, text, columns > 12 ? 9 : 10.5, percent > 55 ? "#ffffff" : Palette.Ink, "middle");
            }
        }
    }

    private static string TickText(double value) => value.ToString("#,0.####", CultureInfo.InvariantCulture).Replace("-", "−", StringComparison.Ordinal);

    /// <summary>The plotting area of a panel and its scales; values beyond an axis are drawn at its end.</summary>
    private sealed record Frame(Panel Panel, double X, double Y, double Width, double Height)
    {
        public double AtX(double value) => X + (Width * Share(value, Panel.X));

        public double AtY(double value) => Panel is HeatPanel ? Y + (Height * Share(value, Panel.Y)) : Y + (Height * (1 - Share(value, Panel.Y)));

        private static double Share(double value, Axis axis) => Math.Clamp((value - axis.Low) / (axis.High - axis.Low), 0, 1);
    }
}
