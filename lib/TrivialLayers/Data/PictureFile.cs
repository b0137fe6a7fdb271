using System.Buffers.Binary;
using ICSharpCode.SharpZipLib.Checksum;
using SkiaSharp;

namespace TrivialLayers;

/// <summary>
/// One picture in a file, as Pillow reads it, to the byte: <c>convert('RGB')</c> or <c>convert('L')</c>. Colour profiles, transparency and the orientation in
/// EXIF change nothing, there as here. What the file holds decides how it is read, not its name. A file that is not whole is an error: networks would learn its
/// missing rows.
/// </summary>
/// <param name="Pixels"><c>[Height, Width, channels]</c>, 0 to 255.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
internal sealed record PictureFile(byte[] Pixels, int Height, int Width)
{
    /// <summary>Pixels of a picture that is opened, at most: a small file can claim to be a huge picture.</summary>
    public const long MostPixels = 200_000_000;

    /// <summary>What to do with a picture that is not read, as the end of a sentence.</summary>
    public const string SaveAsPng = "save it as PNG, for instance with Pillow: Image.open(…).convert('RGB').save('….png').";

    private static readonly SKEncodedImageFormat[] s_formats =
        [SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp, SKEncodedImageFormat.Bmp, SKEncodedImageFormat.Gif];

    /// <summary>Reads a picture.</summary>
    /// <param name="path">The file.</param>
    /// <param name="channels">1 for grey, 3 for colour.</param>
    /// <exception cref="InvalidDataException">It is not a picture, is incomplete, or of a kind that is not supported; the message names it.</exception>
    /// <exception cref="DllNotFoundException">Skia's native library is not there.</exception>
    public static PictureFile Read(string path, int channels)
    {
        var file = File.ReadAllBytes(path);
        try
        {
            return PortableMap.Is(file) ? FromColours(PortableMap.Read(file), channels)
                : TiffFile.Is(file) ? FromColours(TiffFile.Read(file), channels)
                : Decoded(GifFile.Is(file) ? GifFile.Opaque(file) : file, channels);
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException($"{path} {error.Message}", error);
        }
    }

    /// <summary>Refuses a picture that would take too much memory, or none.</summary>
    public static void CheckSize(long width, long height)
    {
        if (width < 1 || height < 1 || width * height > MostPixels)
            throw new InvalidDataException(FormattableString.Invariant($"claims to have {width} × {height} pixels; supported are 1 to {MostPixels:N0} in all."));
    }

    private static PictureFile Decoded(byte[] file, int channels)
    {
        if (OtherKind(file) is { } other)
            throw new InvalidDataException(other);
        SkiaLibrary.Demand();
        using var stream = new SKMemoryStream(file); // a .NET stream would throw through Skia, and end the process, where a file claims too much
        using var codec = SKCodec.Create(stream, out var result);
        if (codec is null && result == SKCodecResult.IncompleteInput)
            throw new InvalidDataException("is truncated: even its header is incomplete.");
        if (codec is null || !s_formats.Contains(codec.EncodedFormat))
            throw new InvalidDataException("is not a JPEG, PNG, WebP, BMP, GIF, TIFF, PPM, PGM or PBM picture, or its beginning is damaged.");
        var (width, height, format) = (codec.Info.Width, codec.Info.Height, codec.EncodedFormat);
        CheckSize(width, height);
        var pixels = Array.Empty<byte>();
        var wanted = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        if (!IsWhole(file, format) || codec.GetPixels(wanted, out pixels) != SKCodecResult.Success)
            throw new InvalidDataException($"is truncated or damaged: a {format} picture of {width} × {height} pixels that is incomplete. Download or copy it again.");
        var colours = new byte[width * height * 3];
        for (var pixel = 0; pixel < width * height; pixel++)
            pixels.AsSpan(4 * pixel, 3).CopyTo(colours.AsSpan(3 * pixel));
        return FromColours(new PictureFile(colours, height, width), channels);
    }

    /// <summary>Red, green and blue, or grey as Pillow makes it of them (ITU-R 601-2 in whole numbers, rounded).</summary>
    private static PictureFile FromColours(PictureFile colours, int channels)
    {
        if (channels == 3)
            return colours;
        var grey = new byte[colours.Height * colours.Width];
        for (var pixel = 0; pixel < grey.Length; pixel++)
        {
            var rgb = colours.Pixels.AsSpan(3 * pixel, 3);
            grey[pixel] = (byte)(((19595 * rgb[0]) + (38470 * rgb[1]) + (7471 * rgb[2]) + 0x8000) >> 16);
        }

        return colours with { Pixels = grey };
    }

    /// <summary>What to do with a picture of a kind that is not read; else null. Where Pillow's own versions differ, no reading is the right one.</summary>
    private static string? OtherKind(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith("II+\0"u8) || file.StartsWith("MM\0+"u8))
            return $"is a BigTIFF picture, which is not supported: {SaveAsPng}";
        if (file.Length > 25 && file[1..4].SequenceEqual("PNG"u8) && file[24] == 16 && file[25] == 0)
            return "is a grey PNG picture of 16 bits, which different versions of Pillow convert to 8 bits differently: save it with 8 bits.";
        if (file.StartsWith("BM"u8) && file.Length > 29 && file[14] >= 40 && BinaryPrimitives.ReadUInt16LittleEndian(file[28..]) == 16)
            return "is a BMP picture of 16 bits per pixel, which is not supported: save it with 24 bits, or as PNG.";
        return file.Length == 0 ? "is empty." : null;
    }

    /// <summary>Whether a file has the end that its format asks for. Decoders stop at the last pixel, or fill with grey what is missing.</summary>
    private static bool IsWhole(byte[] file, SKEncodedImageFormat format) => format switch
    {
        SKEncodedImageFormat.Jpeg => JpegEnds(file),
        SKEncodedImageFormat.Png => PngEnds(file),
        SKEncodedImageFormat.Webp => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(4)) + 8L <= file.Length,
        _ => true, // a GIF's blocks were gone through; a BMP's size is in its header, and Skia says when pixels are missing
    };

    /// <summary>Goes from marker to marker up to the end of the image: ITU-T T.81, annex B.</summary>
    private static bool JpegEnds(ReadOnlySpan<byte> file)
    {
        const byte endOfImage = 0xD9;
        var at = 2;
        while (at + 1 < file.Length)
        {
            // What is no marker is compressed data, or is skipped as decoders do: 00 is a data byte FF, FF fills.
            var marker = file[at + 1];
            if (file[at] != 0xFF || marker is 0x00 or 0xFF)
                at++;
            else if (marker == endOfImage)
                return true;
            else if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
                at += 2;
            else if (at + 3 < file.Length)
                at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            else
                return false;
        }

        return false;
    }

    /// <summary>Goes from chunk to chunk, each with its checksum, up to the last: W3C Recommendation <i>Portable Network Graphics</i>.</summary>
    private static bool PngEnds(byte[] file)
    {
        var at = 8;
        while (at + 12 <= file.Length)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (at + 12 + (long)length > file.Length)
                return false;
            var end = at + 8 + (int)length;
            var sum = new Crc32();
            sum.Update(new ArraySegment<byte>(file, at + 4, end - at - 4));
            if ((uint)sum.Value != BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(end)))
                return false;
            if (file.AsSpan(at + 4, 4).SequenceEqual("IEND"u8))
                return true;
            at = end + 4;
        }

        return false;
    }
}
