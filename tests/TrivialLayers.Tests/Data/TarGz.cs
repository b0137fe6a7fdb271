using System.Formats.Tar;
using System.IO.Compression;

namespace TrivialLayers.Tests;

/// <summary>Makes archives, the malicious ones too.</summary>
internal static class TarGz
{
    public static byte[] Of(params TarEntry[] entries)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            foreach (var entry in entries)
                tar.WriteEntry(entry);
        }

        return memory.ToArray();
    }

    public static TarEntry File(string name, byte[] contents) => new UstarTarEntry(TarEntryType.RegularFile, name)
    {
        DataStream = new MemoryStream(contents),
        ModificationTime = DateTimeOffset.UnixEpoch,
    };

    public static TarEntry Link(TarEntryType type, string name, string to) => new UstarTarEntry(type, name) { LinkName = to };
}
