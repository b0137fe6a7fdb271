using System.Globalization;
using System.Net;
using System.Text;

namespace TrivialLayers.Figures;

/// <summary>Writes the few SVG elements our figures are made of; numbers with two decimals, so that the same data give the same bytes.</summary>
internal sealed class SvgText
{
    private readonly StringBuilder _text = new();

    public SvgText(double width, double height, string title, string description)
    {
        _text.Append(Invariant($"""<svg xmlns="http://www.w3.org/2000/svg" width="{width:0}" height="{height:0}" viewBox="0 0 {width:0} {height:0}" role="img" font-family="Helvetica, Arial, sans-serif" style="max-width:100%;height:auto">"""));
        _text.Append($"<title>{Escape(title)}</title><desc>{Escape(description)}</desc>");
        _text.Append("""<rect width="100%" height="100%" fill="#ffffff"/>""");
    }

    public static string Invariant(FormattableString text) => FormattableString.Invariant(text);

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

    public SvgText Text(double x, double y, string text, double size, string colour, string anchor = "start", bool bold = false, double turned = 0)
    {
        var turn = turned == 0 ? "" : $" transform=\"rotate({Number(turned)} {Number(x)} {Number(y)})\"";
        _text.Append($"<text x=\"{Number(x)}\" y=\"{Number(y)}\" font-size=\"{Number(size)}\" fill=\"{colour}\"{(anchor == "start" ? "" : $" text-anchor=\"{anchor}\"")}{(bold ? " font-weight=\"bold\"" : "")}{turn}>{Escape(text)}</text>");
        return this;
    }

    public SvgText Line(double x1, double y1, double x2, double y2, string colour, double width = 1, bool dashed = false)
    {
        _text.Append($"<path d=\"M{Number(x1)} {Number(y1)}L{Number(x2)} {Number(y2)}\" stroke=\"{colour}\" stroke-width=\"{Number(width)}\"{(dashed ? " stroke-dasharray=\"5 3\"" : "")}/>");
        return this;
    }

    public SvgText Polyline(IEnumerable<(double X, double Y)> points, string colour, bool dashed)
    {
        var path = string.Join('L', points.Select(p => $"{Number(p.X)} {Number(p.Y)}"));
        _text.Append($"<path d=\"M{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.8\" stroke-linejoin=\"round\"{(dashed ? " stroke-dasharray=\"6 4\"" : "")}/>");
        return this;
    }

    public SvgText Rectangle(double x, double y, double width, double height, string fill, string? label = null)
    {
        var end = label is null ? "/>" : $" class=\"mark\"><title>{Escape(label)}</title></rect>";
        _text.Append($"<rect x=\"{Number(x)}\" y=\"{Number(y)}\" width=\"{Number(width)}\" height=\"{Number(height)}\" fill=\"{fill}\"{end}");
        return this;
    }

    /// <summary>A mark of the given radius; with a label it counts as a mark of the data and shows it under a pointer.</summary>
    public SvgText Shape(double x, double y, Mark mark, double radius, string fill, string? label = null)
    {
        var end = label is null ? "/>" : $" class=\"mark\"><title>{Escape(label)}</title></path>";
        _text.Append($"<path d=\"{Outline(x, y, mark.Shape, radius)}\" fill=\"{fill}\" stroke=\"{mark.Colour}\" stroke-width=\"1.5\"{end}");
        return this;
    }

    public SvgText Picture(double x, double y, double width, double height, byte[] png, string label, string? frame = null)
    {
        _text.Append($"<image class=\"mark\" x=\"{Number(x)}\" y=\"{Number(y)}\" width=\"{Number(width)}\" height=\"{Number(height)}\" style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{Convert.ToBase64String(png)}\"><title>{Escape(label)}</title></image>");
        if (frame is not null)
            _text.Append($"<rect x=\"{Number(x)}\" y=\"{Number(y)}\" width=\"{Number(width)}\" height=\"{Number(height)}\" fill=\"none\" stroke=\"{frame}\"/>");
        return this;
    }

    public override string ToString() => _text + "</svg>";

    private static string Outline(double x, double y, MarkShape shape, double r)
    {
        string Path(params (double X, double Y)[] corners) =>
            "M" + string.Join('L', corners.Select(c => $"{Number(x + (c.X * r))} {Number(y + (c.Y * r))}")) + "Z";
        return shape switch
        {
            MarkShape.Square => Path((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
            MarkShape.Diamond => Path((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
            MarkShape.TriangleUp => Path((0, -1.15), (1.1, 0.8), (-1.1, 0.8)),
            MarkShape.TriangleDown => Path((0, 1.15), (1.1, -0.8), (-1.1, -0.8)),
            MarkShape.Cross => Path((-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4), (0.4, 1.2), (-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4)),
            _ => $"M{Number(x - r)} {Number(y)}a{Number(r)} {Number(r)} 0 1 0 {Number(2 * r)} 0a{Number(r)} {Number(r)} 0 1 0 {Number(-2 * r)} 0Z",
        };
    }

    /// <summary>Characters that XML 1.0 does not allow become question marks.</summary>
    private static string Escape(string text) =>
        WebUtility.HtmlEncode(string.Concat(text.Select(c => c is >= ' ' or '\n' or '\t' && c is not ('\uFFFE' or '\uFFFF') ? c : '?')));
}
