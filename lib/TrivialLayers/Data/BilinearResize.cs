namespace TrivialLayers;

/// <summary>
/// Bilinear resizing with antialiasing as Pillow does it, to the byte: a triangle as wide as the step between output pixels, in whole numbers of 22 bits, first along rows, then along columns, rounded to bytes in
/// between. torchvision's evaluation transform is this; networks pretrained with it lose accuracy with another.
/// </summary>
internal static class BilinearResize
{
    private const int Precision = 22;

    /// <summary>Resizes an image.</summary>
    /// <param name="pixels"><c>[height, width, channels]</c>, 0 to 255.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="channels">Values a pixel.</param>
    /// <param name="newHeight">Rows of the result, 1 or more.</param>
    /// <param name="newWidth">Columns of the result, 1 or more.</param>
    public static byte[] Of(byte[] pixels, int height, int width, int channels, int newHeight, int newWidth)
    {
        if (newWidth != width)
            pixels = Along(pixels, lines: height, length: width, newWidth, channels, lineStep: width * channels, newLineStep: newWidth * channels, step: channels);
        if (newHeight != height)
            pixels = Along(pixels, lines: newWidth, length: height, newHeight, channels, lineStep: channels, newLineStep: channels, step: newWidth * channels);
        return pixels;
    }

    /// <summary>Resizes each line of an image, rows or columns.</summary>
    private static byte[] Along(byte[] pixels, int lines, int length, int newLength, int channels, int lineStep, int newLineStep, int step)
    {
        var result = new byte[lines * newLength * channels];
        var weights = Enumerable.Range(0, newLength).Select(place => Weights(place, length, newLength)).ToArray();
        for (var line = 0; line < lines; line++)
            for (var place = 0; place < newLength; place++)
            {
                var (first, factors) = weights[place];
                for (var channel = 0; channel < channels; channel++)
                {
                    var from = (line * lineStep) + (first * step) + channel;
                    var sum = 1L << (Precision - 1);
                    for (var i = 0; i < factors.Length; i++)
                        sum += (long)pixels[from + (i * step)] * factors[i];
                    result[(line * newLineStep) + (place * step) + channel] = (byte)Math.Clamp(sum >> Precision, 0, 255);
                }
            }

        return result;
    }

    /// <summary>The pixels that make an output pixel, and their weights, which sum to 2²² but for rounding.</summary>
    private static (int First, int[] Factors) Weights(int place, int length, int newLength)
    {
        var scale = (double)length / newLength;
        var support = Math.Max(scale, 1);
        var centre = (place + 0.5) * scale;
        var first = Math.Max((int)(centre - support + 0.5), 0);
        var last = Math.Min((int)(centre + support + 0.5), length);
        var slope = 1 / support;
        var triangle = Enumerable.Range(first, last - first).Select(i => Math.Max(0, 1 - Math.Abs((i - centre + 0.5) * slope))).ToArray();
        var share = 1 / triangle.Sum();
        return (first, [.. triangle.Select(weight => (int)(0.5 + (weight * share * (1 << Precision))))]);
    }
}
