namespace TrivialLayers;

/// <summary>
/// GIF pictures, as Pillow reads them: the first frame, in which also transparent pixels have a colour. Skia drops that colour, so it gets the file without the mark of transparency.
/// <see href="https://www.w3.org/Graphics/GIF/spec-gif89a.txt">GIF89a</see>.
/// </summary>
internal static class GifFile
{
    private const byte Extension = 0x21, GraphicControl = 0xF9, Frame = 0x2C, Trailer = 0x3B;

    private const int Screen = 6, ScreenFlags = 10, Blocks = 13;

    /// <summary>Whether a file begins as one.</summary>
    public static bool Is(ReadOnlySpan<byte> file) => file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8);

    /// <summary>A copy of a file in which its first frame has no transparent pixels. All blocks are gone through; what follows the last does not matter.</summary>
    /// <exception cref="InvalidDataException">It is not whole, or its first frame is not as large as the picture.</exception>
    public static byte[] Opaque(ReadOnlySpan<byte> file)
    {
        var opaque = file.ToArray();
        var at = Blocks + ColoursAt(file, ScreenFlags);
        for (var isFirst = true; ByteAt(file, at) != Trailer;)
        {
            switch (file[at++])
            {
                case Extension:
                    var (label, size) = (ByteAt(file, at), ByteAt(file, at + 1));
                    var flags = at + 2;
                    at = AfterBlocks(file, at + 1);
                    if (isFirst && label == GraphicControl && size >= 4)
                        opaque[flags] &= 0xFE;
                    break;
                case Frame:
                    var pixels = at + 9 + ColoursAt(file, at + 8); // behind place, size and flags
                    if (isFirst && !(file.Slice(at, 4).SequenceEqual("\0\0\0\0"u8) && file.Slice(at + 4, 4).SequenceEqual(file.Slice(Screen, 4))))
                        throw new InvalidDataException($"is a GIF picture whose first frame is not as large as the picture, which is not supported: {PictureFile.SaveAsPng}");
                    isFirst = false;
                    at = AfterBlocks(file, pixels + 1);
                    break;
            }
        }

        return opaque;
    }

    /// <summary>The bytes of the table of colours that flags announce.</summary>
    private static int ColoursAt(ReadOnlySpan<byte> file, int flags) => ByteAt(file, flags) is var bits && (bits & 0x80) != 0 ? 3 << ((bits & 7) + 1) : 0;

    /// <summary>The place after blocks that each begin with their length, the last with 0.</summary>
    private static int AfterBlocks(ReadOnlySpan<byte> file, int at)
    {
        while (ByteAt(file, at) is var length and > 0)
            at += 1 + length;
        return at + 1;
    }

    private static byte ByteAt(ReadOnlySpan<byte> file, int at) =>
        at < file.Length ? file[at] : throw new InvalidDataException("is truncated or damaged: a GIF picture that is incomplete. Download or copy it again.");
}
