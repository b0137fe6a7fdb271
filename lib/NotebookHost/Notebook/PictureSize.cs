using System.Buffers.Binary;
using System.Text.Json.Nodes;

namespace NotebookHost.Notebook;

/// <summary>
/// The size at which a PNG picture wants to be shown, from the density it states (its <c>pHYs</c> chunk; W3C Recommendation <i>Portable Network Graphics</i>, third edition). Front ends
/// show a pixel as a pixel, so that a picture drawn for sharp screens would fill the page; Jupyter's metadata <c>width</c> and <c>height</c> tell those that read it better.
/// </summary>
internal static class PictureSize
{
    private const string PngType = "image/png";
    private const double MetresPerInch = 0.0254;
    private const double UsualDensity = 96 / MetresPerInch;
    private const int Beginning = 4096;

    private static readonly byte[] s_signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The metadata of a bundle: width and height in pixels of a usual screen (96 an inch) for a picture that is finer than that; else empty.</summary>
    public static JsonObject Of(JsonObject data) => MultilineText.TryJoin(data[PngType]) is { } base64 && Size(base64) is { } size
        ? new() { [PngType] = new JsonObject { ["width"] = size.Width, ["height"] = size.Height } }
        : [];

    private static (int Width, int Height)? Size(string base64)
    {
        var bytes = new byte[Beginning];
        if (!Convert.TryFromBase64Chars(base64.AsSpan(0, Math.Min(base64.Length, Beginning) & ~3), bytes, out var length))
            return null;
        var png = bytes.AsSpan(0, length);
        if (!png.StartsWith(s_signature) || png.Length < 24)
            return null;
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(png[16..]), BinaryPrimitives.ReadInt32BigEndian(png[20..]));
        if (PixelsPerMetre(png[8..]) is not { } density || density <= 1.02 * UsualDensity)
            return null;
        var (wide, high) = ((int)Math.Round(width * UsualDensity / density), (int)Math.Round(height * UsualDensity / density));
        return wide > 0 && high > 0 ? (wide, high) : null;
    }

    /// <summary>What the chunks before the pixels say: a chunk is its length, its type, its content and a checksum.</summary>
    private static int? PixelsPerMetre(ReadOnlySpan<byte> chunks)
    {
        while (chunks.Length >= 12)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(chunks);
            var type = chunks.Slice(4, 4);
            if (length < 0 || length > chunks.Length - 12 || type.SequenceEqual("IDAT"u8))
                return null;
            if (type.SequenceEqual("pHYs"u8))
                return length == 9 && chunks[16] == 1 ? BinaryPrimitives.ReadInt32BigEndian(chunks[8..]) : null;
            chunks = chunks[(12 + length)..];
        }

        return null;
    }
}
