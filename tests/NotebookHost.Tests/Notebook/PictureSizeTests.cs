using System.Buffers.Binary;
using System.Text.Json.Nodes;
using NotebookHost.Notebook;

namespace NotebookHost.Tests.Notebook;

public sealed class PictureSizeTests
{
    private const int PerMetre96 = 3780;

    [Fact]
    public void A_picture_of_twice_the_density_wants_half_its_pixels()
    {
        Assert.Equal("""{"image/png":{"width":720,"height":410}}""", Of(Png(1440, 820, 2 * PerMetre96)).ToJsonString());
        Assert.Equal("""{"image/png":{"width":960,"height":547}}""", Of(Png(1440, 820, (int)(1.5 * PerMetre96), before: 40)).ToJsonString());
    }

    [Fact]
    public void A_picture_that_is_no_finer_than_a_screen_or_does_not_say_stays_as_it_is()
    {
        Assert.Empty(Of(Png(1440, 820, PerMetre96)));
        Assert.Empty(Of(Png(1440, 820, 2835)));
        Assert.Empty(Of(Png(1440, 820, null)));
        Assert.Empty(Of(Png(1440, 820, int.MaxValue)));
        Assert.Empty(Of(Png(-1440, 820, 2 * PerMetre96)));
        Assert.Empty(PictureSize.Of(new JsonObject { ["text/plain"] = "p" }));
        Assert.Empty(PictureSize.Of(new JsonObject { ["image/png"] = "no base64!" }));
        Assert.Empty(PictureSize.Of(new JsonObject { ["image/png"] = 3 }));
    }

    [Fact]
    public void A_broken_picture_has_no_size_or_a_possible_one()
    {
        var random = new Random(1);
        var whole = Png(1440, 820, 2 * PerMetre96, before: 10);
        for (var i = 0; i < 20_000; i++)
        {
            var broken = whole[..random.Next(whole.Length + 1)];
            for (var changes = random.Next(4); changes > 0 && broken.Length > 0; changes--)
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
            var size = Of(broken);
            Assert.True(size.Count == 0 || ((int)size["image/png"]!["width"]! > 0 && (int)size["image/png"]!["height"]! > 0), size.ToJsonString());
        }
    }

    private static JsonObject Of(byte[] png) => PictureSize.Of(new JsonObject { ["image/png"] = Convert.ToBase64String(png) });

    /// <summary>The beginning of a PNG file, of which nobody here looks at the checksums.</summary>
    private static byte[] Png(int width, int height, int? perMetre, int before = 0)
    {
        var png = new List<byte> { 0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A };
        png.AddRange(Chunk("IHDR"u8, [.. Bytes(width), .. Bytes(height), 8, 2, 0, 0, 0]));
        if (before > 0)
            png.AddRange(Chunk("tEXt"u8, new byte[before]));
        if (perMetre is { } density)
            png.AddRange(Chunk("pHYs"u8, [.. Bytes(density), .. Bytes(density), 1]));
        png.AddRange(Chunk("IDAT"u8, new byte[9000]));
        return [.. png];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] content) => [.. Bytes(content.Length), .. type, .. content, 0, 0, 0, 0];

    private static byte[] Bytes(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
