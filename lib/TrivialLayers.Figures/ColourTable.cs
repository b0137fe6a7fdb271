using System.Runtime.InteropServices;

namespace TrivialLayers;

/// <summary>
/// A picture as numbers of at most 256 colours, less than half the size: charts are made of few colours and of the shades at the edges of their letters and lines. Where there are more, a
/// rare shade gives way to one that no eye tells from it.
/// </summary>
internal static class ColourTable
{
    private const int MostColours = 256;

    /// <summary>The most frequent colours stay as they are.</summary>
    private const int Exact = 64;

    /// <summary>In each channel, of 255.</summary>
    private const int MostDifference = 6;

    /// <summary>The number of each pixel's colour, and red, green and blue of each colour, <c>[colours, 3]</c>; null for a picture that needs more colours.</summary>
    /// <param name="rgba">Interleaved, <c>[pixels, 4]</c>; the last of each four is left alone.</param>
    public static (byte[] Numbers, byte[] Palette)? Of(ReadOnlySpan<byte> rgba)
    {
        var pixels = MemoryMarshal.Cast<byte, uint>(rgba);
        var frequencies = new Dictionary<uint, int>();
        foreach (var pixel in pixels)
            CollectionsMarshal.GetValueRefOrAddDefault(frequencies, pixel, out _)++;

        var colours = new List<Colour>();
        var numberOf = new Dictionary<uint, byte>();
        foreach (var (pixel, _) in frequencies.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key))
        {
            var colour = new Colour((byte)pixel, (byte)(pixel >> 8), (byte)(pixel >> 16));
            var number = frequencies.Count <= MostColours || colours.Count < Exact ? null : Like(colour, colours);
            if (number is null && colours.Count == MostColours)
                return null;
            if (number is null)
                colours.Add(colour);
            numberOf[pixel] = (byte)(number ?? colours.Count - 1);
        }

        var numbers = new byte[pixels.Length];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = numberOf[pixels[i]];
        return (numbers, [.. colours.SelectMany(colour => new[] { colour.Red, colour.Green, colour.Blue })]);
    }

    /// <summary>The number of the nearest colour, or null when that is another colour.</summary>
    private static int? Like(Colour colour, List<Colour> known)
    {
        var nearest = Enumerable.Range(0, known.Count).MinBy(number => colour.Difference(known[number]));
        return colour.Difference(known[nearest]) <= MostDifference ? nearest : null;
    }

    private readonly record struct Colour(byte Red, byte Green, byte Blue)
    {
        public int Difference(Colour other) => Math.Max(Math.Abs(Red - other.Red), Math.Max(Math.Abs(Green - other.Green), Math.Abs(Blue - other.Blue)));
    }
}
