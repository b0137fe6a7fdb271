using System.Text;

namespace TrivialLayers;

/// <summary>
/// Pictures of the Netpbm project (https://netpbm.sourceforge.net/doc/): PGM (grey) and PPM (colour), plain (<c>P2</c>, <c>P3</c>) and raw (<c>P5</c>,
/// <c>P6</c>), of 8 bits a value.
/// </summary>
internal static class PortableMap
{
    /// <summary>Whether a file begins as one.</summary>
    public static bool Is(ReadOnlySpan<byte> file) =>
        file.Length > 2 && file[0] == 'P' && file[1] is (byte)'2' or (byte)'3' or (byte)'5' or (byte)'6' && IsSpace(file[2]);

    /// <summary>Reads a picture in red, green and blue; of several in a file the first.</summary>
    /// <exception cref="InvalidDataException">It is not whole, not as the format says, or has more than 8 bits a value.</exception>
    public static PictureFile Read(byte[] file)
    {
        var (isPlain, channels) = (file[1] is (byte)'2' or (byte)'3', file[1] is (byte)'2' or (byte)'5' ? 1 : 3);
        var at = 2;
        int Next(string what) => Number(file, ref at) ?? throw new InvalidDataException($"is truncated or damaged: {what} is missing.");
        var (width, height, most) = (Next("its width"), Next("its height"), Next("its maximum"));
        PictureFile.CheckSize(width, height);
        if (most is < 1 or > 255)
            throw new InvalidDataException($"has a maximum of {most}; supported are 1 to 255: save it with 8 bits.");
        at++; // one space ends the header

        var count = width * height * channels;
        var least = isPlain ? (2L * count) - 1 : count; // a digit and a space each
        if (file.Length - at < least)
            throw new InvalidDataException($"is truncated: {width} × {height} pixels need at least {least} bytes; it has {Math.Max(0, file.Length - at)}.");
        var values = new byte[width * height * 3];
        for (var place = 0; place < count; place++)
        {
            var value = isPlain ? Next("a pixel") : Math.Min(file[at++], most);
            if (value > most)
                throw new InvalidDataException($"is damaged: its header gives a maximum of {most}, but it contains {value}.");
            var level = (byte)Math.Round((double)value / most * 255);
            if (channels == 3)
                values[place] = level;
            else
                values.AsSpan(3 * place, 3).Fill(level);
        }

        return new PictureFile(values, height, width);
    }

    /// <summary>The next number, behind spaces and comments; null where there is none.</summary>
    private static int? Number(ReadOnlySpan<byte> file, ref int at)
    {
        while (at < file.Length && (IsSpace(file[at]) || file[at] == '#'))
        {
            if (file[at] == '#')
                while (at < file.Length && file[at] is not ((byte)'\n' or (byte)'\r'))
                    at++;
            else
                at++;
        }

        var digits = at;
        while (at < file.Length && char.IsAsciiDigit((char)file[at]))
            at++;
        return int.TryParse(Encoding.ASCII.GetString(file[digits..at]), out var number) ? number : null;
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (>= 9 and <= 13);
}
