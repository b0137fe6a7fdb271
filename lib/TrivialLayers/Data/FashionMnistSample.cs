using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using ICSharpCode.SharpZipLib.Checksum;

namespace TrivialLayers;

/// <summary>How the embedded sample is made from the four official files of Fashion-MNIST.</summary>
internal static class FashionMnistSample
{
    private const int TrainingImages = 12_000;
    private const long Seed = 0;

    /// <summary>The sample's contents by file name, not compressed: a stratified part of the training files, and the test files as they are.</summary>
    /// <exception cref="FileNotFoundException">An official file is not in the folder.</exception>
    /// <exception cref="InvalidDataException">An official file is damaged.</exception>
    public static IReadOnlyList<(string Name, byte[] Contents)> Contents(string officialFolder)
    {
        var entry = DatasetCatalog.Default.Datasets.Single(known => known.Name == "fashion-mnist");
        var folder = new DatasetFolder(entry, officialFolder);
        if (folder.Missing() is { Count: > 0 } missing)
            throw new FileNotFoundException($"{officialFolder} lacks {string.Join(", ", missing)}.");

        var training = folder.Read("train");
        var test = folder.Read("test");
        var chosen = Stratified.Choose(training.Labels(), entry.Classes.Count, TrainingImages, Seed);
        int[] all = [.. Enumerable.Range(0, test.Count)];
        return
        [
            ("train-images-idx3-ubyte", Images(training, chosen)), ("train-labels-idx1-ubyte", Labels(training, chosen)),
            ("t10k-images-idx3-ubyte", Images(test, all)), ("t10k-labels-idx1-ubyte", Labels(test, all)),
        ];
    }

    /// <summary>Writes the sample, compressed, and tells of each file its length and the SHA-256 of its contents.</summary>
    public static void Write(string officialFolder, string sampleFolder, TextWriter log)
    {
        foreach (var (name, contents) in Contents(officialFolder))
        {
            var compressed = Gzip(contents);
            AtomicFile.Write(Path.Combine(sampleFolder, name + ".gz"), stream => stream.Write(compressed));
            log.WriteLine($"{name}.gz  {compressed.Length} bytes; contents {contents.Length} bytes, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(contents))}");
        }
    }

    /// <summary>One gzip member (RFC 1952) with no time and no system in its header: its bytes depend on contents and zlib alone.</summary>
    public static byte[] Gzip(byte[] contents)
    {
        const byte deflate = 8, strongest = 2, unknownSystem = 255;
        using var compressed = new MemoryStream();
        compressed.Write([0x1f, 0x8b, deflate, 0, 0, 0, 0, 0, strongest, unknownSystem]);
        using (var stream = new DeflateStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
            stream.Write(contents);
        var sum = new Crc32();
        sum.Update(contents);
        Span<byte> trailer = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, (uint)sum.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], (uint)contents.Length);
        compressed.Write(trailer);
        return compressed.ToArray();
    }

    private static byte[] Images(RawImages raw, int[] chosen)
    {
        var header = IdxFile.Header([chosen.Length, raw.Height, raw.Width]);
        var contents = new byte[header.Length + chosen.Length * raw.PixelsPerImage];
        header.CopyTo(contents, 0);
        raw.CopyTo(contents.AsSpan(header.Length), chosen);
        return contents;
    }

    private static byte[] Labels(RawImages raw, int[] chosen)
    {
        var labels = raw.Labels();
        return [.. IdxFile.Header([chosen.Length]), .. chosen.Select(i => (byte)labels[i])];
    }
}
