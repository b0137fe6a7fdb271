using SkiaSharp;

namespace TrivialLayers;

/// <summary>
/// Draws into a PNG picture, of twice the density of a usual screen unless it would be very large, with the letters of Liberation Sans, which come along: a server may have no fonts.
/// </summary>
internal sealed class PngCanvas : Canvas, IDisposable
{
    /// <summary>Larger pictures are not shown by some readers.</summary>
    private const int LongestSide = 16_384;

    private static readonly Lazy<SKTypeface> s_regular = new(() => Typeface("LiberationSans-Regular.ttf"));
    private static readonly Lazy<SKTypeface> s_bold = new(() => Typeface("LiberationSans-Bold.ttf"));

    private readonly int _density;
    private readonly SKBitmap _bitmap;
    private readonly SKCanvas _canvas;

    public PngCanvas(double width, double height)
    {
        SkiaLibrary.Demand();
        _density = 2 * Math.Max(width, height) <= LongestSide ? 2 : 1;
        _bitmap = new SKBitmap(_density * (int)Math.Round(width), _density * (int)Math.Round(height), SKColorType.Rgba8888, SKAlphaType.Opaque);
        _canvas = new SKCanvas(_bitmap);
        _canvas.Clear(SKColors.White);
        _canvas.Scale(_density);
    }

    public override void Text(double x, double y, string text, double size, string colour, string anchor = "start", bool bold = false, double turned = 0)
    {
        text = Visible(text);
        using var font = new SKFont((bold ? s_bold : s_regular).Value, (float)size) { Subpixel = true, Hinting = SKFontHinting.None };
        using var paint = Paint(colour);
        var width = font.MeasureText(font.Typeface.GetGlyphs(text));
        var before = anchor switch { "middle" => width / 2, "end" => width, _ => 0 };
        using var turn = new SKAutoCanvasRestore(_canvas);
        _canvas.RotateDegrees((float)turned, (float)x, (float)y);
        _canvas.DrawText(text, (float)x - before, (float)y, font, paint);
    }

    public override void Rectangle(double x, double y, double width, double height, string fill, string? label = null)
    {
        using var paint = Paint(fill);
        _canvas.DrawRect((float)x, (float)y, (float)width, (float)height, paint);
    }

    public override void Picture(double x, double y, double side, byte[] png, string label, string frame)
    {
        using var picture = SKImage.FromEncodedData(png);
        using var edge = Paint(frame);
        (edge.IsStroke, edge.StrokeWidth) = (true, 1);
        var place = SKRect.Create((float)x, (float)y, (float)side, (float)side);
        _canvas.DrawImage(picture, place);
        _canvas.DrawRect(place, edge);
    }

    /// <summary>The picture; it says its density, so that a reader can show it in its intended size.</summary>
    public byte[] ToPng()
    {
        var rgba = _bitmap.GetPixelSpan();
        if (ColourTable.Of(rgba) is { } table)
            return Png.Encode(table.Numbers, _bitmap.Width, _bitmap.Height, 1, table.Palette, _density);
        var rgb = new byte[rgba.Length / 4 * 3];
        for (var pixel = 0; pixel < rgb.Length / 3; pixel++)
            rgba.Slice(4 * pixel, 3).CopyTo(rgb.AsSpan(3 * pixel));
        return Png.Encode(rgb, _bitmap.Width, _bitmap.Height, 3, density: _density);
    }

    public void Dispose()
    {
        _canvas.Dispose();
        _bitmap.Dispose();
    }

    protected override void Path(string data, string? fill, Pen pen, string? label)
    {
        using var path = SKPath.ParseSvgPathData(data);
        if (path is null)
            return; // no points, or one that is not a number: nothing to see in an SVG either
        if (fill is not null)
        {
            using var inside = Paint(fill);
            _canvas.DrawPath(path, inside);
        }

        using var line = Paint(pen.Colour);
        using var dashes = pen.Dash is { } dash ? SKPathEffect.CreateDash([dash.On, dash.Off], 0) : null;
        (line.IsStroke, line.StrokeWidth, line.PathEffect) = (true, (float)pen.Width, dashes);
        line.StrokeJoin = pen.Round ? SKStrokeJoin.Round : SKStrokeJoin.Miter;
        _canvas.DrawPath(path, line);
    }

    private static SKPaint Paint(string colour) => new() { Color = SKColor.Parse(colour), IsAntialias = true };

    private static SKTypeface Typeface(string name) => SKTypeface.FromStream(typeof(PngCanvas).Assembly.GetManifestResourceStream(name)!);
}
