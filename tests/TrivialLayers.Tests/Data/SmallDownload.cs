using System.Security.Cryptography;

namespace TrivialLayers.Tests;

/// <summary>A data set of 30 CIFAR-100 records, as an archive to download.</summary>
internal static class SmallDownload
{
    public static readonly byte[] Train = Records(20), Test = Records(10);

    public static readonly byte[] Archive = TarGz.Of(
        TarGz.File("small/readme.html", "read me"u8.ToArray()), TarGz.File("small/train.bin", Train), TarGz.File("small/test.bin", Test));

    public static DatasetEntry Entry(string address, byte[]? archive = null, long? bytes = null, string name = "small")
    {
        archive ??= Archive;
        var entry = new DatasetEntry(
            name, "Small", "cifar-100", "small", "", null, "", "", [3, 32, 32], ["a", "b"],
            [new DatasetDownload(address + "small.tar.gz", bytes ?? archive.Length, Sum(archive), ".")],
            [new("train.bin", "train", "both", 20, Sum(Train)), new("test.bin", "test", "both", 10, Sum(Test))]);
        entry.Check();
        return entry;
    }

    public static string Sum(byte[] contents) => Convert.ToHexStringLower(SHA256.HashData(contents));

    private static byte[] Records(int count)
    {
        var records = new byte[count * 3074];
        var random = new SplitMix64(count);
        for (var i = 0; i < records.Length; i++)
            records[i] = i % 3074 < 2 ? (byte)(i % 2) : (byte)random.Below(256);
        return records;
    }
}
