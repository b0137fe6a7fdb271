using System.Text;

namespace TrivialLayers;

/// <summary>
/// Pictures of the Netpbm project (https://netpbm.sourceforge.net/doc/): PBM (black and white), PGM (grey) and PPM (colour), plain (<c>P1</c> to <c>P3</c>) and
/// raw (<c>P4</c> to <c>P6</c>), of at most 8 bits a value.
/// </summary>
internal static class PortableMap
{
    /// <summary>Whether a file begins as one.</summary>
    public static bool Is(ReadOnlySpan<byte> file) =>
        file.Length > 2 && file[0] == 'P' && file[1] is >= (byte)'1' and <= (byte)'6' && IsSpace(file[2]);

    /// <summary>Reads a picture in red, green and blue; of several in a file the first.</summary>
    /// <exception cref="InvalidDataException">It is not whole, not as the format says, or has more than 8 bits a value.</exception>
    public static PictureFile Read(byte[] file)
    {
        var kind = file[1] - '0';
        var (isBitmap, channels) = (kind is 1 or 4, kind is 3 or 6 ? 3 : 1);
        var at = 2;
        int Next(string what) => Number(file, ref at) ?? throw new InvalidDataException($"is truncated or damaged: {what} is missing.");
        var (width, height, most) = (Next("its width"), Next("its height"), isBitmap ? 1 : Next("its maximum"));
        PictureFile.CheckSize(width, height);
        if (most is < 1 or > 255)
            throw new InvalidDataException($"has a maximum of {most}; supported are 1 to 255: save it with 8 bits.");
        at++; // one space ends the header

        var count = width * height * channels;
        var row = (width + 7) / 8; // bytes of a raw bitmap
        var least = kind switch { 2 or 3 => (2L * count) - 1, 4 => (long)row * height, _ => count }; // plain numbers have a digit and a space each
        if (file.Length - at < least)
            throw new InvalidDataException($"is truncated: {width} × {height} pixels need at least {least} bytes; it has {Math.Max(0, file.Length - at)}.");
        var values = new byte[width * height * 3];
        for (var place = 0; place < count; place++)
        {
            var (line, column) = (place / width, place % width);
            var value = kind switch
            {
                1 => Bit(file, ref at) ?? throw new InvalidDataException("is truncated or damaged: a pixel, 0 or 1, is missing."),
                2 or 3 => Next("a pixel"),
                4 => (file[at + (line * row) + (column / 8)] >> (7 - (column % 8))) & 1,
                _ => Math.Min(file[at++], most),
            };
            if (value > most)
                throw new InvalidDataException($"is damaged: its header gives a maximum of {most}, but it contains {value}.");
            var level = (byte)Math.Round((double)(isBitmap ? 1 - value : value) / most * 255); // in a bitmap, 1 is black
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
        SkipSpace(file, ref at);
        var digits = at;
        while (at < file.Length && char.IsAsciiDigit((char)file[at]))
            at++;
        return int.TryParse(Encoding.ASCII.GetString(file[digits..at]), out var number) ? number : null;
    }

    /// <summary>The next pixel of a plain bitmap, which needs no space between them; null where there is none.</summary>
    private static int? Bit(ReadOnlySpan<byte> file, ref int at)
    {
        SkipSpace(file, ref at);
        return at < file.Length && file[at] is (byte)'0' or (byte)'1' ? file[at++] - '0' : null;
    }

    private static void SkipSpace(ReadOnlySpan<byte> file, ref int at)
    {
        while (at < file.Length && (IsSpace(file[at]) || file[at] == '#'))
        {
            if (file[at] == '#')
                while (at < file.Length && file[at] is not ((byte)'\n' or (byte)'\r'))
                    at++;
            else
                at++;
        }
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (>= 9 and <= 13);
}
