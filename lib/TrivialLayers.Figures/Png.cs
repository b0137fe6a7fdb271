using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using ICSharpCode.SharpZipLib.Checksum;

namespace TrivialLayers;

/// <summary>Writes 8-bit PNG pictures: W3C Recommendation <i>Portable Network Graphics</i>, third edition. Lines are not filtered: that helps photographs, not charts or tiny pictures.</summary>
internal static class Png
{
    /// <summary>Encodes a picture.</summary>
    /// <param name="pixels">Interleaved, <c>[height, width, channels]</c>, from 0 to 255; with a palette, the numbers of its colours.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="channels">1 for grey or the numbers of colours, 3 for red, green and blue.</param>
    /// <param name="palette">Red, green and blue of at most 256 colours, <c>[colours, 3]</c>, or null.</param>
    /// <param name="density">Pixels of the picture for one of a usual screen, of which there are 96 in an inch.</param>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height, int channels, byte[]? palette = null, int density = 1)
    {
        if (channels is not (1 or 3) || pixels.Length != width * height * channels)
            throw new ArgumentException($"A picture of {height} x {width} pixels with {channels} channels (1 or 3) has {width * height * channels} values; {pixels.Length} were given.", nameof(pixels));
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);

        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8;
        header[9] = (byte)(channels == 3 ? 2 : palette is null ? 0 : 3);
        WriteChunk(png, "IHDR", header);
        if (density != 1)
            WriteChunk(png, "pHYs", PixelsPerMetre((int)Math.Round(density * 96 / 0.0254)));
        if (palette is not null)
            WriteChunk(png, "PLTE", palette);
        WriteChunk(png, "IDAT", Compressed(pixels, width * channels));
        WriteChunk(png, "IEND", []);
        return png.ToArray();
    }

    private static byte[] Compressed(ReadOnlySpan<byte> pixels, int row)
    {
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (var start = 0; start < pixels.Length; start += row)
            {
                zlib.WriteByte(0);
                zlib.Write(pixels.Slice(start, row));
            }
        }

        return data.ToArray();
    }

    private static byte[] PixelsPerMetre(int number)
    {
        var chunk = new byte[9];
        BinaryPrimitives.WriteInt32BigEndian(chunk, number);
        BinaryPrimitives.WriteInt32BigEndian(chunk.AsSpan(4), number);
        chunk[8] = 1;
        return chunk;
    }

    private static void WriteChunk(MemoryStream png, string type, ReadOnlySpan<byte> content)
    {
        var chunk = new byte[content.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        content.CopyTo(chunk.AsSpan(8));
        var sum = new Crc32();
        sum.Update(new ArraySegment<byte>(chunk, 4, content.Length + 4));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(content.Length + 8), (uint)sum.Value);
        png.Write(chunk);
    }
}
