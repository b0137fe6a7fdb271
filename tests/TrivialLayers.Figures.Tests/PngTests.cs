using System.Buffers.Binary;
using System.Globalization;
using System.Xml.Linq;
using SkiaSharp;

namespace TrivialLayers.Tests;

/// <summary>Figures as PNG pictures, read back by another implementation than the one that drew them.</summary>
public sealed class PngTests
{
    private static readonly Figure s_chart = SweepFigures.ByLayer(HandMadeSweep.Small());

    [Fact]
    public void A_picture_has_twice_the_density_of_its_SVG_and_says_so()
    {
        var (width, height) = SizeOf(s_chart.Svg);
        var picture = Read(s_chart.Png);
        Assert.Equal(2 * width, picture.Width);
        Assert.True(picture.Height > 2 * height); // with the caption
        var density = s_chart.Png.AsSpan().IndexOf("pHYs"u8);
        Assert.Equal(2 * 96 / 0.0254, BinaryPrimitives.ReadInt32BigEndian(s_chart.Png.AsSpan(density + 4)), 0.5);
        Assert.Equal(1, s_chart.Png[density + 12]); // the unit is the metre
    }

    [Fact]
    public void A_picture_that_would_be_very_large_has_the_usual_density()
    {
        var figure = ImageFigures.Draw("title", "", [.. Enumerable.Repeat(new ImageFigures.Row("", [new(0, Png.Encode([1], 1, 1, 1), "tile")]), 200)], new(), side: 64);
        Assert.Equal(SizeOf(figure.Svg).Width, Read(figure.Png).Width);
        Assert.Equal(-1, figure.Png.AsSpan().IndexOf("pHYs"u8));
    }

    [Fact]
    public void Marks_lines_and_letters_are_where_the_SVG_has_them_and_the_caption_below()
    {
        var picture = Read(s_chart.Png);
        var svg = XDocument.Parse(s_chart.Svg).Root!;
        var square = svg.Elements().Single(element => Class(element) == "mark" && (string?)element.Attribute("fill") == Palette.Of(LayerRole.ChannelChange).Colour);
        var (left, top) = Corner((string)square.Attribute("d")!);
        Assert.Equal(Palette.Of(LayerRole.ChannelChange).Colour, ColourAt(picture, left + 3, top + 3));
        Assert.Equal("#ffffff", ColourAt(picture, 2, 2));
        foreach (var text in svg.Elements().Where(element => element.Name.LocalName == "text" && element.Attribute("transform") is null))
        {
            var (x, y) = (Number(text, "x"), Number(text, "y"));
            var width = Canvas.WidthOf(text.Value, Number(text, "font-size"));
            var from = (string?)text.Attribute("text-anchor") switch { "end" => x - width, "middle" => x - (width / 2), _ => x };
            Assert.True(HasInk(picture, from, y - Number(text, "font-size"), width, Number(text, "font-size")), $"\"{text.Value}\" is not in the picture.");
        }

        foreach (var line in Enumerable.Range(0, (int)((picture.Height / 2) - Number(svg, "height") - 12) / 17))
            Assert.True(HasInk(picture, 14, Number(svg, "height") + (17 * line) + 4, 20, 14), $"Line {line + 1} of the caption is not in the picture.");
    }

    [Fact]
    public void A_picture_of_256_colours_keeps_each()
    {
        var figure = Tile([.. Enumerable.Range(0, 256).Select(grey => (byte)grey)], 1, out var colourAt);
        Assert.Equal(3, figure.Png[25]); // numbers of colours
        Assert.All(Enumerable.Range(0, 256), grey => Assert.Equal($"#{grey:x2}{grey:x2}{grey:x2}", colourAt(grey)));
    }

    [Fact]
    public void A_picture_of_many_colours_keeps_them_all()
    {
        var random = new Random(1);
        var pixels = new byte[3 * 256];
        random.NextBytes(pixels);
        var figure = Tile(pixels, 3, out var colourAt);
        Assert.Equal(2, figure.Png[25]); // red, green and blue
        Assert.All(Enumerable.Range(0, 256), number => Assert.Equal("#" + Convert.ToHexStringLower(pixels, 3 * number, 3), colourAt(number)));
    }

    [Fact]
    public void In_between_no_shade_is_off_by_more_than_six_of_255()
    {
        // 300 shades of blue, each of some pixels: more than fit, but near one another.
        var rgba = Enumerable.Range(0, 300).SelectMany(n => Enumerable.Repeat(new byte[] { 0, (byte)(n / 2), (byte)(n % 2), 255 }, 1 + (n % 7))).SelectMany(pixel => pixel).ToArray();
        var (numbers, palette) = ColourTable.Of(rgba)!.Value;
        Assert.All(numbers.Index(), pixel => Assert.All(Enumerable.Range(0, 3), channel => Assert.InRange(Math.Abs(palette[(3 * pixel.Item) + channel] - rgba[(4 * pixel.Index) + channel]), 0, 6)));
        Assert.InRange(palette.Length / 3, 1, 256);
    }

    [Fact]
    public void The_letters_that_come_along_have_every_sign_our_figures_use()
    {
        SkiaLibrary.Demand();
        var figures = SweepFigureTests.All(HandMadeSweep.Small()).Values.SelectMany(figure => figure.Title + figure.Caption + XDocument.Parse(figure.Svg).Root!.Value);
        foreach (var name in new[] { "LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf" })
        {
            using var face = SKTypeface.FromStream(typeof(Figure).Assembly.GetManifestResourceStream(name)!);
            Assert.All(figures.Concat("Azäß09 −–—…→≤≥<>×·±∩‖√²°%()[]/'\"“”τρσμγβεχ").Distinct(), sign => Assert.True(face.ContainsGlyph(sign), $"{name} lacks {sign}"));
        }
    }

    [Fact]
    public void What_cannot_be_drawn_is_left_out_of_both_pictures()
    {
        var drawing = new Drawing("a\nb", "", 40, 40, canvas =>
        {
            canvas.Polyline([], "#000000", dashed: true);
            canvas.Shape(double.NaN, 3, Palette.At(0), 2, "#000000");
        });
        Assert.Contains("<title>a?b</title>", drawing.ToSvg(), StringComparison.Ordinal);
        Assert.Equal(80, Read(drawing.ToPng()).Width);
    }

    /// <summary>A figure of one picture, 16 pixels wide, each enlarged to 4.</summary>
    private static PictureFigure Tile(byte[] pixels, int channels, out Func<int, string> colourAt)
    {
        var figure = ImageFigures.Draw("title", "caption", [new("", [new(0, Png.Encode(pixels, 16, 16, channels), "tile")])], new(), side: 64);
        var tile = XDocument.Parse(figure.Svg).Descendants().Single(element => Class(element) == "mark");
        var picture = Read(figure.Png);
        colourAt = number => ColourAt(picture, Number(tile, "x") + (4 * (number % 16)) + 2, Number(tile, "y") + (4 * (number / 16)) + 2);
        return figure;
    }

    private static SKBitmap Read(byte[] png) => SKBitmap.Decode(png);

    private static string ColourAt(SKBitmap picture, double x, double y) =>
        "#" + ((uint)picture.GetPixel((int)(2 * x), (int)(2 * y)) & 0xFFFFFF).ToString("x6", CultureInfo.InvariantCulture);

    private static bool HasInk(SKBitmap picture, double x, double y, double width, double height) =>
        Enumerable.Range((int)y, (int)height).Any(row => Enumerable.Range((int)x, (int)width + 1).Any(column => string.CompareOrdinal(ColourAt(picture, column, row), "#b0") < 0));

    private static (int Width, int Height) SizeOf(string svg) => ((int)Number(XDocument.Parse(svg).Root!, "width"), (int)Number(XDocument.Parse(svg).Root!, "height"));

    private static (double X, double Y) Corner(string path)
    {
        var parts = path[1..path.IndexOf('L', StringComparison.Ordinal)].Split(' ');
        return (double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private static double Number(XElement element, string name) => double.Parse((string)element.Attribute(name)!, CultureInfo.InvariantCulture);

    private static string? Class(XElement element) => (string?)element.Attribute("class");
}
