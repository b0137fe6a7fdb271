using System.Globalization;

namespace TrivialLayers;

/// <summary>What a figure is drawn on, with the few things that our figures are made of. Places and sizes are in pixels, y grows downwards, colours are <c>#rrggbb</c>.</summary>
internal abstract class Canvas
{
    /// <summary>The nearest number with two decimals, as SVG writes it.</summary>
    public static string Number(double value) => (Math.Round(value, 2) + 0.0).ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Width of a text in pixels, roughly: the letters of Helvetica in five widths.</summary>
    public static double WidthOf(string text, double size) => size * text.Sum(letter => letter switch
    {
        'i' or 'j' or 'l' or '.' or ',' or ':' or ';' or '\'' or '|' or '!' => 0.26,
        'f' or 't' or 'r' or '(' or ')' or '[' or ']' or ' ' or '-' or '/' => 0.31,
        'm' or 'w' or 'M' or 'W' or '%' or '@' or '→' or '—' => 0.86,
        >= 'A' and <= 'Z' => 0.69,
        _ => 0.56,
    });

    /// <summary>A text of some size, broken between words into lines no wider than that.</summary>
    public static IReadOnlyList<string> Lines(string text, double size, double width)
    {
        var lines = new List<string> { "" };
        foreach (var word in text.Split(' '))
        {
            var longer = lines[^1].Length == 0 ? word : $"{lines[^1]} {word}";
            if (lines[^1].Length > 0 && WidthOf(longer, size) > width)
                lines.Add(word);
            else
                lines[^1] = longer;
        }

        return lines;
    }

    /// <summary>A line of text on the baseline <paramref name="y"/>; <paramref name="anchor"/> is <c>start</c>, <c>middle</c> or <c>end</c>, <paramref name="turned"/> in degrees.</summary>
    public abstract void Text(double x, double y, string text, double size, string colour, string anchor = "start", bool bold = false, double turned = 0);

    /// <summary>A filled rectangle; with a label it counts as a mark of the data.</summary>
    public abstract void Rectangle(double x, double y, double width, double height, string fill, string? label = null);

    /// <summary>A picture, its pixels enlarged as squares, in a thin frame.</summary>
    public abstract void Picture(double x, double y, double side, byte[] png, string label, string frame);

    public void Line(double x1, double y1, double x2, double y2, string colour, double width = 1, bool dashed = false) =>
        Path($"M{Number(x1)} {Number(y1)}L{Number(x2)} {Number(y2)}", fill: null, new Pen(colour, width, dashed ? (5, 3) : null), label: null);

    public void Polyline(IEnumerable<(double X, double Y)> points, string colour, bool dashed) =>
        Path("M" + string.Join('L', points.Select(p => $"{Number(p.X)} {Number(p.Y)}")), fill: null, new Pen(colour, 1.8, dashed ? (6, 4) : null, Round: true), label: null);

    /// <summary>A mark of the given radius; with a label it counts as a mark of the data and shows it under a pointer.</summary>
    public void Shape(double x, double y, Mark mark, double radius, string fill, string? label = null) =>
        Path(Outline(x, y, mark.Shape, radius), fill, new Pen(mark.Colour, 1.5), label);

    /// <summary>A path in the notation of SVG.</summary>
    protected abstract void Path(string data, string? fill, Pen pen, string? label);

    /// <summary>The text with a question mark for each character that is not visible or not allowed in XML 1.0.</summary>
    protected static string Visible(string text) => string.Concat(text.Select(c => c is >= ' ' and not ('\uFFFE' or '\uFFFF') ? c : '?'));

    private static string Outline(double x, double y, MarkShape shape, double r)
    {
        string Corners(params (double X, double Y)[] corners) =>
            "M" + string.Join('L', corners.Select(c => $"{Number(x + (c.X * r))} {Number(y + (c.Y * r))}")) + "Z";
        return shape switch
        {
            MarkShape.Square => Corners((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
            MarkShape.Diamond => Corners((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
            MarkShape.TriangleUp => Corners((0, -1.15), (1.1, 0.8), (-1.1, 0.8)),
            MarkShape.TriangleDown => Corners((0, 1.15), (1.1, -0.8), (-1.1, -0.8)),
            MarkShape.Cross => Corners((-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4), (0.4, 1.2), (-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4)),
            _ => $"M{Number(x - r)} {Number(y)}a{Number(r)} {Number(r)} 0 1 0 {Number(2 * r)} 0a{Number(r)} {Number(r)} 0 1 0 {Number(-2 * r)} 0Z",
        };
    }

    /// <summary>How a line is drawn.</summary>
    /// <param name="Colour">Its colour.</param>
    /// <param name="Width">Its width.</param>
    /// <param name="Dash">Lengths of a dash and of the gap after it; null for a solid line.</param>
    /// <param name="Round">Whether its corners are round.</param>
    protected sealed record Pen(string Colour, double Width, (int On, int Off)? Dash = null, bool Round = false);
}
