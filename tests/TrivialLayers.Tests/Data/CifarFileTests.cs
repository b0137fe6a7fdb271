using System.Security.Cryptography;

namespace TrivialLayers.Tests;

public sealed class CifarFileTests : IDisposable
{
    private const int Images = 4;
    private static readonly int[] Cifar10 = [10], Cifar100 = [20, 100];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Labels_and_pixels_are_taken_from_their_records()
    {
        var contents = Records(1);
        (contents[0], contents[3073], contents[3074], contents[3073 + 3072]) = (7, 9, 11, 13);
        var raw = new RawImages(3, 32, 32);
        raw.Add(CifarFile.Read(_folder.Write("batch.bin", contents), Images, Cifar10, Sum(contents)));

        Assert.Equal([7, 9, 0, 0], raw.Labels());
        var pixels = new byte[3072];
        raw.CopyTo(pixels, [1]);
        Assert.Equal((11, 13), (pixels[0], pixels[^1]));
    }

    [Fact]
    public void Cifar100_uses_the_second_label_the_fine_one()
    {
        var contents = Records(2);
        (contents[0], contents[1], contents[2]) = (19, 99, 5);
        var raw = new RawImages(3, 32, 32);
        raw.Add(CifarFile.Read(_folder.Write("train.bin", contents), Images, Cifar100, null));

        Assert.Equal([99, 0, 0, 0], raw.Labels());
        var pixels = new byte[3072];
        raw.CopyTo(pixels, [0]);
        Assert.Equal(5, pixels[0]);
    }

    [Theory]
    [InlineData(1, 3073, 10, "record 1 (offset 3073): expected a label from 0 to 9, found 10")]
    [InlineData(2, 3074, 20, "record 1 (offset 3074): expected a label from 0 to 19, found 20")]
    [InlineData(2, 3075, 100, "record 1 (offset 3075): expected a label from 0 to 99, found 100")]
    public void A_label_without_a_class_is_named_with_its_record(int labelBytes, int offset, byte label, string message)
    {
        var contents = Records(labelBytes);
        contents[offset] = label;
        Refused(contents, labelBytes, null, message);
    }

    [Fact]
    public void A_file_of_another_length_or_checksum_is_refused()
    {
        var contents = Records(1);
        var sum = Sum(contents);
        Refused(contents[..^1], 1, sum, "end of file: expected 12292 bytes, found 12291 bytes (truncated)");
        Refused([.. contents, 1], 1, sum, "offset 12292: expected the end of the file after 12292 bytes, found 1 more bytes");
        contents[5000] ^= 1;
        Refused(contents, 1, sum, $"contents: expected SHA-256 {sum}");
    }

    private static byte[] Records(int labelBytes) => new byte[Images * (labelBytes + 3072)];

    private static string Sum(byte[] contents) => Convert.ToHexStringLower(SHA256.HashData(contents));

    private void Refused(byte[] contents, int labelBytes, string? sum, string message)
    {
        var path = _folder.Write("batch.bin", contents);
        var error = Assert.Throws<InvalidDataException>(() => CifarFile.Read(path, Images, labelBytes == 1 ? Cifar10 : Cifar100, sum));
        Assert.Contains($"{path}, {message}", error.Message);
    }
}
