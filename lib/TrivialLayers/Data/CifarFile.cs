namespace TrivialLayers;

/// <summary>
/// The binary layout of CIFAR-10 and CIFAR-100 (https://www.cs.toronto.edu/~kriz/cifar.html): records of one label byte
/// (CIFAR-100: coarse, then fine label) and 3,072 pixel bytes, red, green and blue plane of 32 rows each.
/// </summary>
internal static class CifarFile
{
    public const int Channels = 3, Side = 32;
    private const int PixelsPerImage = Channels * Side * Side;

    /// <summary>Reads and checks one file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="images">How many records it must have.</param>
    /// <param name="labelLimits">For each label byte of a record the number of classes; the last is the label used.</param>
    /// <param name="sha256">The checksum of the file, or null where none is known.</param>
    /// <exception cref="InvalidDataException">The file has another length, a label out of range or another checksum.</exception>
    public static RawImages.Block Read(string path, int images, ReadOnlySpan<int> labelLimits, string? sha256)
    {
        var record = labelLimits.Length + PixelsPerImage;
        var contents = DamagedFile.ReadExactly(path, checked(images * record));
        for (var i = 0; i < images; i++)
            for (var k = 0; k < labelLimits.Length; k++)
            {
                var offset = i * record + k;
                if (contents[offset] >= labelLimits[k])
                    throw DamagedFile.Error(path, $"record {i} (offset {offset})", $"a label from 0 to {labelLimits[k] - 1}", $"{contents[offset]}");
            }
        DamagedFile.CheckSum(path, sha256, contents);
        return new RawImages.Block(images, contents, labelLimits.Length, record, contents, labelLimits.Length - 1, record);
    }
}
