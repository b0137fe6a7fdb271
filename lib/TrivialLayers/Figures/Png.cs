using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using TrivialLayers.Data;

namespace TrivialLayers.Figures;

/// <summary>Writes 8-bit PNG pictures: W3C Recommendation <i>Portable Network Graphics</i>, third edition. Lines are not filtered, as our pictures are small.</summary>
internal static class Png
{
    /// <summary>Encodes a picture.</summary>
    /// <param name="pixels">Interleaved, <c>[height, width, channels]</c>, from 0 to 255.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="channels">1 for grey, 3 for red, green and blue.</param>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height, int channels)
    {
        if (channels is not (1 or 3) || pixels.Length != width * height * channels)
            throw new ArgumentException($"A picture of {height} x {width} pixels with {channels} channels (1 or 3) has {width * height * channels} values; {pixels.Length} were given.", nameof(pixels));
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);

        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8;
        header[9] = (byte)(channels == 1 ? 0 : 2);
        WriteChunk(png, "IHDR", header);

        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (var row = 0; row < height; row++)
            {
                zlib.WriteByte(0);
                zlib.Write(pixels.Slice(row * width * channels, width * channels));
            }
        }

        WriteChunk(png, "IDAT", data.GetBuffer().AsSpan(0, (int)data.Length));
        WriteChunk(png, "IEND", []);
        return png.ToArray();
    }

    private static void WriteChunk(MemoryStream png, string type, ReadOnlySpan<byte> content)
    {
        var chunk = new byte[content.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        content.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(content.Length + 8), Crc32.Of(chunk.AsSpan(4, content.Length + 4)));
        png.Write(chunk);
    }
}
