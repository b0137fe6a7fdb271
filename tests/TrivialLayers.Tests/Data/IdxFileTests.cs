using System.IO.Compression;
using System.Security.Cryptography;

namespace TrivialLayers.Tests;

public sealed class IdxFileTests : IDisposable
{
    private static readonly int[] Sizes = [5, 4, 3];
    private static readonly byte[] Contents = [.. IdxFile.Header(Sizes), .. Enumerable.Range(0, 60).Select(i => (byte)(i * 7))];
    private static readonly string Sum = Convert.ToHexStringLower(SHA256.HashData(Contents));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Plain_and_compressed_files_give_the_same_contents()
    {
        Assert.Equal(Contents, Read("images", Contents));
        Assert.Equal(Contents, Read("images.gz", FashionMnistSample.Gzip(Contents)));
    }

    [Fact]
    public void A_file_compressed_by_another_program_with_a_name_in_its_header_is_read()
    {
        byte[] ours = FashionMnistSample.Gzip(Contents);
        byte[] named = [.. ours[..3], 8, .. ours[4..10], .. "images\0"u8, .. ours[10..]];
        Assert.Equal(Contents, Read("images.gz", named));
    }

    [Theory]
    [InlineData(0, "offset 0: expected the magic number 0x00000803, found 0xff000803")]
    [InlineData(7, "offset 4: expected size 5 of dimension 0, found 255")]
    [InlineData(15, "offset 12: expected size 3 of dimension 2, found 255")]
    [InlineData(40, "contents: expected SHA-256")]
    public void A_changed_byte_is_named(int offset, string message)
    {
        var changed = Contents.ToArray();
        changed[offset] = 255;
        Refused("images", changed, message);
        Refused("images.gz", FashionMnistSample.Gzip(changed), message);
    }

    [Fact]
    public void A_truncated_file_is_refused()
    {
        Refused("images", Contents[..^1], "end of file: expected 76 bytes, found 75 bytes (truncated)");
        Refused("images", [], "found 0 bytes");
        var compressed = FashionMnistSample.Gzip(Contents);
        for (var length = 0; length < compressed.Length; length++)
            Refused("images.gz", compressed[..length], "images.gz");
    }

    [Fact]
    public void A_file_that_is_too_long_is_refused()
    {
        Refused("images", [.. Contents, 0], "offset 76: expected the end of the file after 76 bytes, found 1 more bytes");
        Refused("images.gz", FashionMnistSample.Gzip([.. Contents, 0]), "decompressed offset 76: expected the end of the data");
    }

    [Fact]
    public void Bytes_after_the_compressed_data_are_refused()
    {
        var compressed = FashionMnistSample.Gzip(Contents);
        Refused("images.gz", [.. compressed, 0], "last 8 bytes: expected CRC-32");
        Refused("images.gz", [.. compressed, .. compressed], "decompressed offset 76");
        Refused("images.gz", [.. compressed, .. FashionMnistSample.Gzip([])], "76");
    }

    [Fact]
    public void A_compressed_bomb_is_refused_by_its_header_or_its_first_byte_too_many()
    {
        Refused("images.gz", FashionMnistSample.Gzip(new byte[50_000_000]), "offset 0: expected the magic number");
        Refused("images.gz", FashionMnistSample.Gzip([.. Contents, .. new byte[50_000_000]]), "decompressed offset 76");
        Refused("images.gz", RandomNumberGenerator.GetBytes(1 << 18), "end of file: expected at most");
    }

    [Fact]
    public void Something_that_is_not_gzip_is_refused() => Refused("images.gz", Contents, "offset 0: expected the gzip magic number 1f 8b, found 0000");

    [Fact]
    public void A_label_without_a_class_is_named_with_its_record()
    {
        byte[] labels = [.. IdxFile.Header([4]), 0, 9, 10, 3];
        var error = Assert.Throws<InvalidDataException>(() => IdxFile.CheckLabels("labels", labels, 10));
        Assert.Contains("labels, record 2 (offset 10): expected a label from 0 to 9, found 10", error.Message);
    }

    [Fact]
    public void Gzip_can_be_read_by_the_platforms_own_reader()
    {
        using var gzip = new GZipStream(new MemoryStream(FashionMnistSample.Gzip(Contents)), CompressionMode.Decompress);
        using var read = new MemoryStream();
        gzip.CopyTo(read);
        Assert.Equal(Contents, read.ToArray());
    }

    private byte[] Read(string name, byte[] contents) => IdxFile.Read(_folder.Write(name, contents), Sizes, Sum);

    private void Refused(string name, byte[] contents, string message)
    {
        var error = Assert.Throws<InvalidDataException>(() => Read(name, contents));
        Assert.Contains(Path.Combine(_folder.Path, name), error.Message);
        Assert.Contains(message, error.Message);
    }
}
