using System.Net;
using System.Text;

namespace TrivialLayers;

/// <summary>Draws into an SVG document; numbers have two decimals, so that the same data give the same bytes.</summary>
internal sealed class SvgCanvas : Canvas
{
    private readonly StringBuilder _svg = new();

    public SvgCanvas(double width, double height, string title, string description)
    {
        _svg.Append(FormattableString.Invariant($"""<svg xmlns="http://www.w3.org/2000/svg" width="{width:0}" height="{height:0}" viewBox="0 0 {width:0} {height:0}" role="img" font-family="Helvetica, Arial, sans-serif" style="max-width:100%;height:auto">"""));
        _svg.Append($"<title>{Escape(title)}</title><desc>{Escape(description)}</desc>");
        _svg.Append("""<rect width="100%" height="100%" fill="#ffffff"/>""");
    }

    public override void Text(double x, double y, string text, double size, string colour, string anchor = "start", bool bold = false, double turned = 0)
    {
        var turn = turned == 0 ? "" : $" transform=\"rotate({Number(turned)} {Number(x)} {Number(y)})\"";
        _svg.Append($"<text x=\"{Number(x)}\" y=\"{Number(y)}\" font-size=\"{Number(size)}\" fill=\"{colour}\"{(anchor == "start" ? "" : $" text-anchor=\"{anchor}\"")}{(bold ? " font-weight=\"bold\"" : "")}{turn}>{Escape(text)}</text>");
    }

    public override void Rectangle(double x, double y, double width, double height, string fill, string? label = null) =>
        _svg.Append($"<rect{Place(x, y, width, height)} fill=\"{fill}\"{End("rect", label)}");

    public override void Picture(double x, double y, double side, byte[] png, string label, string frame)
    {
        _svg.Append($"<image{Place(x, y, side, side)} style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{Convert.ToBase64String(png)}\"{End("image", label)}");
        _svg.Append($"<rect{Place(x, y, side, side)} fill=\"none\" stroke=\"{frame}\"/>");
    }

    /// <summary>The document.</summary>
    public override string ToString() => _svg + "</svg>";

    protected override void Path(string data, string? fill, Pen pen, string? label)
    {
        _svg.Append($"<path d=\"{data}\" fill=\"{fill ?? "none"}\" stroke=\"{pen.Colour}\" stroke-width=\"{Number(pen.Width)}\"");
        if (pen.Round)
            _svg.Append(" stroke-linejoin=\"round\"");
        if (pen.Dash is { } dash)
            _svg.Append($" stroke-dasharray=\"{dash.On} {dash.Off}\"");
        _svg.Append(End("path", label));
    }

    private static string Place(double x, double y, double width, double height) =>
        $" x=\"{Number(x)}\" y=\"{Number(y)}\" width=\"{Number(width)}\" height=\"{Number(height)}\"";

    private static string End(string element, string? label) => label is null ? "/>" : $" class=\"mark\"><title>{Escape(label)}</title></{element}>";

    private static string Escape(string text) => WebUtility.HtmlEncode(Visible(text));
}
