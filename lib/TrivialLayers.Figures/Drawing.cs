namespace TrivialLayers;

/// <summary>What a figure shows, before it is known on what it is drawn.</summary>
/// <param name="Title">What is seen, in one line; part of the picture.</param>
/// <param name="Caption">How to read it.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels, without the caption.</param>
/// <param name="On">Draws it on a canvas.</param>
internal sealed record Drawing(string Title, string Caption, double Width, double Height, Action<Canvas> On)
{
    private const double Margin = 14;
    private const double Line = 17;

    /// <summary>Longer lines are hard to read.</summary>
    private const double LongestLine = 860;

    /// <summary>The picture; a document tells the caption to who listens to it, and a page or paper sets it below.</summary>
    public string ToSvg()
    {
        var canvas = new SvgCanvas(Width, Height, Title, Caption);
        On(canvas);
        return canvas.ToString();
    }

    /// <summary>The picture with its caption below.</summary>
    public byte[] ToPng()
    {
        var lines = Canvas.Lines(Caption, ChartSizes.Text, Math.Min(Width, LongestLine) - (2 * Margin));
        using var canvas = new PngCanvas(Width, Height + (lines.Count * Line) + 12);
        On(canvas);
        foreach (var (index, line) in lines.Index())
            canvas.Text(Margin, Height + ((index + 1) * Line), line, ChartSizes.Text, Palette.SoftInk);
        return canvas.ToPng();
    }
}
