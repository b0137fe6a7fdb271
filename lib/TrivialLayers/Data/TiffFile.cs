using System.Buffers.Binary;
using System.IO.Compression;

namespace TrivialLayers;

/// <summary>
/// TIFF pictures with 8 bits a sample, as Pillow reads them: grey, colour, with transparency or a palette, in strips, plain or compressed without loss. Other kinds are refused by name.
/// <see href="https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf">TIFF 6.0</see>, part 1 and sections 13, 14; Deflate by Adobe's technical note.
/// </summary>
internal sealed class TiffFile
{
    private const int Width = 256, Height = 257, BitsPerSample = 258, Compression = 259, Photometric = 262, FillOrder = 266, StripOffsets = 273, Orientation = 274, SamplesPerPixel = 277, RowsPerStrip = 278,
        StripByteCounts = 279, PlanarConfiguration = 284, Predictor = 317, ColourMap = 320, TileWidth = 322, ExtraSamples = 338, SampleFormat = 339;

    /// <summary>The ExtraSamples value that CorelDRAW writes for transparency.</summary>
    private const int CorelDraw = 999;

    private static readonly HashSet<long> s_known =
        [Width, Height, BitsPerSample, Compression, Photometric, FillOrder, StripOffsets, Orientation, SamplesPerPixel, RowsPerStrip, StripByteCounts, PlanarConfiguration, Predictor, ColourMap, TileWidth, ExtraSamples, SampleFormat];

    private readonly byte[] _file;
    private readonly bool _isLittleEndian;
    private readonly Dictionary<long, long[]> _fields = [];

    private TiffFile(byte[] file)
    {
        (_file, _isLittleEndian) = (file, file[0] == 'I');
        var at = Long(4);
        var count = Short(at);
        for (var entry = at + 2; entry < at + 2 + (12 * count); entry += 12)
        {
            var (tag, type, values) = (Short(entry), Short(entry + 2), Long(entry + 4));
            var size = type switch { 1 or 2 or 6 or 7 => 1, 3 or 8 => 2, 4 or 9 or 11 or 13 => 4, 5 or 10 or 12 => 8, _ => 0 };
            var first = size * values <= 4 ? entry + 8 : Long(entry + 8);
            Demand(first, size * values); // also of fields that say nothing here: a file that is cut is refused
            if (!s_known.Contains(tag) || _fields.ContainsKey(tag))
                continue;
            if (type is not (1 or 3 or 4))
                throw NotRead(FormattableString.Invariant($"whose field {tag} has the type {type}"));
            _fields[tag] = [.. Enumerable.Range(0, (int)values).Select(i => type switch { 1 => _file[first + i], 3 => Short(first + (2 * i)), _ => Long(first + (4 * i)) })];
        }

        Long(at + 2 + (12 * count)); // the place of the next picture
    }

    /// <summary>Whether a file begins as a TIFF picture does.</summary>
    public static bool Is(ReadOnlySpan<byte> file) => file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8);

    /// <summary>Reads the first picture of a file, in colour.</summary>
    /// <exception cref="InvalidDataException">It is not whole, or of a kind that is not read.</exception>
    public static PictureFile Read(byte[] file)
    {
        if (file.Length < 8)
            throw NotWhole();
        var tiff = new TiffFile(file);
        PictureFile.CheckSize(tiff.Number(Width), tiff.Number(Height));
        tiff.DemandKind();
        return tiff.Colours();
    }

    private int Samples => (int)Number(SamplesPerPixel, 1);

    private void DemandKind()
    {
        var (photometric, samples) = (Number(Photometric, -1), Samples);
        var bits = _fields.GetValueOrDefault(BitsPerSample) ?? [1];
        if (_fields.ContainsKey(TileWidth))
            throw NotRead("in tiles");
        if (bits.Any(each => each != 8))
            throw NotRead(FormattableString.Invariant($"with {bits[0]} bits a sample"));
        if ((photometric, samples) is not ((0 or 1, 1 or 2) or (2, 3 or 4) or (3, 1)))
            throw NotRead(photometric switch { 5 => "in CMYK", 6 => "in YCbCr", 8 => "in CIE Lab", _ => FormattableString.Invariant($"with {samples} samples a pixel of kind {photometric}") });
        if (Number(PlanarConfiguration, 1) != 1)
            throw NotRead("with one plane per sample");
        if (_fields.GetValueOrDefault(SampleFormat)?.Any(each => each != 1) == true)
            throw NotRead("with samples that are not unsigned whole numbers");
        var extra = _fields.GetValueOrDefault(ExtraSamples) ?? [];
        if (extra.Any(each => each == 1))
            throw NotRead("with colours multiplied by their transparency");
        if (extra.Any(each => each is not (0 or 2 or CorelDraw)))
            throw NotRead("with extra samples of an unknown meaning");
        if (Number(FillOrder, 1) is not (1 or 2) and var order)
            throw NotRead(FormattableString.Invariant($"with fill order {order}"));
        if (Number(Predictor, 1) is not (1 or 2) and var predictor)
            throw NotRead(FormattableString.Invariant($"with predictor {predictor}"));
        if (Number(Orientation, 1) != 1)
            throw NotRead("turned by its orientation");
    }

    private PictureFile Colours()
    {
        var (width, height, samples, photometric) = ((int)Number(Width), (int)Number(Height), Samples, Number(Photometric));
        var (rows, offsets, lengths) = (Math.Min(Number(RowsPerStrip, long.MaxValue), height), Field(StripOffsets), Field(StripByteCounts));
        var strips = rows < 1 ? 0 : (height + rows - 1) / rows;
        var map = photometric == 3 ? Field(ColourMap) : [];
        if (strips == 0 || offsets.Length < strips || lengths.Length < strips || (photometric == 3 && map.Length != 3 * 256))
            throw NotWhole();
        if (lengths.Take((int)strips).Sum() > _file.Length)
            throw NotWhole(); // strips that overlap would be far more work than the file has bytes
        var colours = new byte[3 * width * height];
        for (var strip = 0; strip < strips; strip++)
        {
            Demand(offsets[strip], lengths[strip]);
            var first = (int)(strip * rows);
            var packed = _file.AsSpan((int)offsets[strip], (int)lengths[strip]);
            var pixels = Unpacked(Number(FillOrder, 1) == 2 ? Reversed(packed) : packed, checked((int)(Math.Min(rows, height - first) * width * samples)));
            if (Number(Predictor, 1) == 2 && Number(Compression, 1) is 5 or 8 or 32946) // a predictor applies to LZW and Deflate only
                AddUp(pixels, width * samples, samples);
            for (var pixel = 0; pixel < pixels.Length / samples; pixel++)
                Colour(photometric, map, pixels.AsSpan(pixel * samples, samples), colours.AsSpan(3 * ((first * width) + pixel), 3));
        }

        return new PictureFile(colours, height, width);
    }

    /// <summary>Writes red, green and blue of a pixel.</summary>
    private static void Colour(long photometric, long[] map, ReadOnlySpan<byte> samples, Span<byte> colour)
    {
        if (photometric == 2)
        {
            samples[..3].CopyTo(colour);
            return;
        }

        for (var i = 0; i < 3; i++)
            colour[i] = (byte)(photometric switch { 0 => 255 - samples[0], 1 => samples[0], _ => map[(256 * i) + samples[0]] >> 8 });
    }

    /// <summary>The same bytes with the lowest bit of each first: TIFF 6.0, FillOrder.</summary>
    private static byte[] Reversed(ReadOnlySpan<byte> packed)
    {
        var reversed = new byte[packed.Length];
        for (var at = 0; at < packed.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
                reversed[at] |= (byte)(((packed[at] >> bit) & 1) << (7 - bit));
        }

        return reversed;
    }

    /// <summary>Each sample is the difference to the one on its left: TIFF 6.0, section 14.</summary>
    private static void AddUp(Span<byte> pixels, int row, int samples)
    {
        for (var at = 0; at < pixels.Length; at++)
            pixels[at] += at % row < samples ? (byte)0 : pixels[at - samples];
    }

    private byte[] Unpacked(ReadOnlySpan<byte> packed, int length)
    {
        var unpacked = new byte[length];
        var found = Number(Compression, 1) switch
        {
            1 => Copy(packed, unpacked),
            5 => UnpackLzw(packed, unpacked),
            8 or 32946 => Inflate(packed, unpacked),
            32773 => UnpackBits(packed, unpacked),
            var other => throw NotRead(FormattableString.Invariant($"with compression {other}")),
        };
        return found == length ? unpacked : throw NotWhole();
    }

    private static int Copy(ReadOnlySpan<byte> packed, Span<byte> into)
    {
        if (packed.Length < into.Length)
            return packed.Length;
        packed[..into.Length].CopyTo(into);
        return into.Length;
    }

    private static int Inflate(ReadOnlySpan<byte> packed, byte[] into)
    {
        using var stream = new ZLibStream(new MemoryStream(packed.ToArray()), CompressionMode.Decompress);
        try
        {
            return stream.ReadAtLeast(into, into.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException)
        {
            return 0;
        }
    }

    /// <summary>Runs and literals: TIFF 6.0, section 9.</summary>
    private static int UnpackBits(ReadOnlySpan<byte> packed, Span<byte> into)
    {
        var filled = 0;
        for (var at = 0; at + 1 < packed.Length && filled < into.Length;)
        {
            var count = (sbyte)packed[at++];
            var rest = into[filled..];
            if (count == sbyte.MinValue)
                continue;
            var length = Math.Min(rest.Length, Math.Abs((int)count) + 1);
            if (count < 0)
                rest[..length].Fill(packed[at++]);
            else if (at + length > packed.Length)
                return filled;
            else
                packed.Slice(at, length).CopyTo(rest);
            filled += length;
            at += count < 0 ? 0 : count + 1;
        }

        return filled;
    }

    /// <summary>
    /// Codes of 9 to 12 bits, the highest first: TIFF 6.0, section 13. Each code adds to the table what the code before it stood for, with one byte more; these bytes stand one after another in what was
    /// unpacked, so that the table needs only places.
    /// </summary>
    private static int UnpackLzw(ReadOnlySpan<byte> packed, Span<byte> into)
    {
        const int clear = 256, end = 257, first = 258, most = 4096;
        var (starts, lengths) = (new int[most], new int[most]);
        var (free, width, held, bits, filled) = (first, 9, 0, 0, 0);
        var (start, length) = (0, 0); // of the code before
        foreach (var next in packed)
        {
            (held, bits) = ((held << 8) | next, bits + 8);
            if (bits < width)
                continue;
            bits -= width;
            var code = held >> bits;
            held &= (1 << bits) - 1;
            if (code == end || filled == into.Length)
                break;
            if (code == clear)
            {
                (free, width, length) = (first, 9, 0);
                continue;
            }

            if (length > 0 && free < most)
                (starts[free], lengths[free++]) = (start, length + 1);
            if (code >= free)
                break;
            var (from, count) = code < clear ? (-1, 1) : (starts[code], lengths[code]);
            (start, length) = (filled, count);
            for (var i = 0; i < count && filled < into.Length; i++)
                into[filled++] = from < 0 ? (byte)code : into[from + i];
            width = free switch { >= 2047 => 12, >= 1023 => 11, >= 511 => 10, _ => 9 };
        }

        return filled;
    }

    private long[] Field(int tag) => _fields.GetValueOrDefault(tag) ?? throw NotWhole();

    private long Number(int tag) => Field(tag) is [var first, ..] ? first : throw NotWhole();

    private long Number(int tag, long otherwise) => _fields.GetValueOrDefault(tag) is [var first, ..] ? first : otherwise;

    private long Short(long at)
    {
        Demand(at, 2);
        var bytes = _file.AsSpan((int)at, 2);
        return _isLittleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }

    private long Long(long at)
    {
        Demand(at, 4);
        var bytes = _file.AsSpan((int)at, 4);
        return _isLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    private void Demand(long at, long length)
    {
        if (at + length > _file.Length)
            throw NotWhole();
    }

    private static InvalidDataException NotWhole() => new("is truncated or damaged: a TIFF picture that is incomplete. Download or copy it again.");

    private static InvalidDataException NotRead(string kind) =>
        new($"is a TIFF picture {kind}, which is not supported: {PictureFile.SaveAsPng}");
}
