using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TrivialLayers.Tests;

/// <summary>Pictures of many kinds, made and read by Pillow: <c>pillow/pictures.py</c> has recorded them.</summary>
public sealed class PictureFileTests : IDisposable
{
    private static readonly Dictionary<string, (string Colour, string Grey, byte[] File)> s_pictures = File
        .ReadLines(Path.Combine(RepositoryRoot.Path, "tests", "TrivialLayers.Tests", "Data", "pillow", "pictures.tsv"))
        .Select(line => line.Split('\t'))
        .ToDictionary(parts => parts[0], parts => (parts[1], parts[2], Convert.FromBase64String(parts[3])));

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names => [.. s_pictures.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_picture_has_the_pixels_that_Pillow_reads_in_colour_and_in_grey(string name)
    {
        var (colour, grey, file) = s_pictures[name];
        var path = _folder.Write("picture", file);
        Assert.Equal(colour, Convert.ToHexStringLower(SHA256.HashData(PictureFile.Read(path, 3).Pixels)));
        Assert.Equal(grey, Convert.ToHexStringLower(SHA256.HashData(PictureFile.Read(path, 1).Pixels)));
    }

    /// <summary>A plain PPM or PGM ends with a number, and a shorter number is one too.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_picture_cut_short_anywhere_is_refused_by_name(string name)
    {
        var file = s_pictures[name].File;
        var whole = name.EndsWith("plain", StringComparison.Ordinal) ? file.Length - 4 : file.Length;
        for (var length = 0; length < whole; length++)
            Refused(file.AsSpan(0, length), "");
        if (name.StartsWith("jpeg", StringComparison.Ordinal) || name.StartsWith("png", StringComparison.Ordinal))
            Refused([.. file[..(file.Length / 2)], .. new byte[file.Length / 2]], ""); // a download that was given its length at once
    }

    [Fact]
    public void A_damaged_picture_of_any_kind_is_refused_or_read_and_nothing_else()
    {
        var random = new Random(1);
        foreach (var (_, _, file) in s_pictures.Values)
        {
            for (var i = 0; i < 100; i++)
            {
                var damaged = file.ToArray();
                for (var n = random.Next(1, 4); n > 0; n--)
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                if (random.Next(3) == 0)
                    damaged = [.. damaged[..random.Next(damaged.Length)], .. damaged[random.Next(damaged.Length)..]];
                var path = _folder.Write("picture", damaged);
                try
                {
                    var picture = PictureFile.Read(path, 1);
                    Assert.Equal(picture.Height * picture.Width, picture.Pixels.Length);
                }
                catch (InvalidDataException error)
                {
                    AssertNames(path, error);
                }
            }
        }
    }

    [Fact]
    public void What_follows_the_end_of_a_picture_does_not_matter()
    {
        foreach (var name in new[] { "jpeg-420", "png-colour", "webp", "bmp-colour", "gif", "ppm-raw", "pbm-raw" })
            Assert.Equal(19, PictureFile.Read(_folder.Write("picture", [.. s_pictures[name].File, 0, 1, 2, 3]), 3).Width);
    }

    [Fact]
    public void What_is_not_read_is_refused_by_its_kind_and_what_to_do()
    {
        Refused([], "is empty.");
        Refused("no picture, but text"u8, "is not a JPEG");
        Refused("GIF8"u8, "is ");
        Refused("II+\0        "u8, "is a BigTIFF picture, which is not supported: save it as PNG");
        Refused("MM\0*        "u8, "is truncated or damaged: a TIFF picture that is incomplete. Download or copy it again.");
        Refused([0, 0, 2, 2, 0xFF, 0xFF], "is not a JPEG"); // Skia takes it for a WBMP, which nothing marks
        Refused("P6 65535 65535 255\n"u8, "claims to have 65535 × 65535 pixels");
        Refused("P3 9999 9999 255\n1 2 3"u8, "is truncated: 9999 × 9999 pixels need at least 599880005 bytes; it has 5.");
        Refused("P5 2 2 65535\n01234567"u8, "has a maximum of 65535; supported are 1 to 255");
        Refused("P2 2 1 9\n3 10"u8, "its header gives a maximum of 9, but it contains 10");
        Refused("P2 0 1 9\n"u8, "claims to have 0 × 1 pixels");
        Refused("P1 2 1\n12"u8, "a pixel, 0 or 1, is missing");

        var grey = s_pictures["png-colour-16-bits"].File.ToArray();
        grey[25] = 0;
        Refused(grey, "is a grey PNG picture of 16 bits");
        var bmp = s_pictures["bmp-colour"].File.ToArray();
        BinaryPrimitives.WriteUInt16LittleEndian(bmp.AsSpan(28), 16);
        Refused(bmp, "is a BMP picture of 16 bits per pixel");
        var gif = s_pictures["gif"].File.ToArray();
        gif[6]++; // the screen's width; Pillow fills the rest with a colour of the palette, other programs with none
        Refused(gif, "is a GIF picture whose first frame is not as large as the picture, which is not supported: save it as PNG");
    }

    /// <summary>A field of a grey TIFF picture gets another tag, type or value.</summary>
    [Theory]
    [InlineData(266, 266, 3, 3, "with fill order 3")]
    [InlineData(266, 317, 3, 3, "with predictor 3")]
    [InlineData(266, 339, 3, 2, "with samples that are not unsigned whole numbers")]
    [InlineData(266, 338, 3, 1, "with colours multiplied by their transparency")]
    [InlineData(266, 338, 3, 3, "with extra samples of an unknown meaning")]
    [InlineData(266, 274, 3, 6, "turned by its orientation")]
    [InlineData(266, 322, 3, 16, "in tiles")]
    [InlineData(284, 284, 3, 2, "with one plane per sample")]
    [InlineData(262, 262, 3, 5, "in CMYK")]
    [InlineData(262, 262, 3, 32803, "with 1 samples a pixel of kind 32803")]
    [InlineData(266, 266, 8, 2, "is a TIFF picture whose field 266 has the type 8, which is not supported")]
    public void A_field_that_changes_the_pixels_of_a_TIFF_picture_is_refused_where_it_is_not_followed(int field, int tag, int type, int value, string reason)
    {
        var file = s_pictures["tiff-lowest-bit-first"].File.ToArray();
        byte[] entry = [(byte)field, (byte)(field >> 8), 3, 0];
        var at = file.AsSpan().IndexOf(entry);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), (ushort)tag);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at + 2), (ushort)type);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at + 8), (ushort)value);
        Refused(file, reason);
    }

    [Fact]
    public void A_TIFF_picture_whose_strips_together_claim_more_bytes_than_the_file_has_is_refused()
    {
        const int rows = 1000; // in a file of 8110 bytes
        Assert.Equal(Enumerable.Repeat((byte)'I', rows), PictureFile.Read(_folder.Write("picture", OverlappingStrips(rows, bytesEach: 8)), 1).Pixels);
        Refused(OverlappingStrips(rows, bytesEach: 9), "is truncated or damaged: a TIFF picture that is incomplete.");
    }

    [Fact]
    public void Without_the_native_library_the_package_that_brings_it_is_named()
    {
        var error = Assert.Throws<DllNotFoundException>(() => SkiaLibrary.Load([_folder.Path], "libSkiaSharpThatIsNowhere"));
        Assert.Contains("add the package SkiaSharp.NativeAssets.", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A grey TIFF picture one pixel wide, with a strip for each row; every strip is the beginning of the file.</summary>
    private static byte[] OverlappingStrips(int rows, int bytesEach)
    {
        (int Tag, int Count, int Value)[] fields =
        [
            (256, 1, 1), (257, 1, rows), (258, 1, 8), (259, 1, 1), (262, 1, 1), (273, rows, 110), (278, 1, 1), (279, rows, 110 + (4 * rows)),
        ];
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write("II*\0"u8);
        writer.Write(8);
        writer.Write((short)fields.Length);
        foreach (var (tag, count, value) in fields)
        {
            writer.Write((short)tag);
            writer.Write((short)4); // whole numbers of four bytes
            writer.Write(count);
            writer.Write(value);
        }

        writer.Write(0); // there is no other picture
        for (var row = 0; row < rows; row++)
            writer.Write(0);
        for (var row = 0; row < rows; row++)
            writer.Write(bytesEach);
        writer.Flush();
        return file.ToArray();
    }

    private void Refused(ReadOnlySpan<byte> file, string reason)
    {
        var path = _folder.Write("picture", file);
        var error = Assert.Throws<InvalidDataException>(() => PictureFile.Read(path, 3));
        AssertNames(path, error);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private static void AssertNames(string path, InvalidDataException error)
    {
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }
}
