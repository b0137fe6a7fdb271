using System.Formats.Tar;
using System.IO.Compression;

namespace TrivialLayers;

/// <summary>Takes a data set's files out of a tar.gz archive and refuses one that holds anything an archive of data files has no need of.</summary>
internal static class DatasetArchive
{
    private const int LargestOtherFiles = 1 << 20, MostEntries = 100;

    /// <summary>Writes the files that the catalogue lists, flushed, to <c>folder/entry.Folder</c>; other files of the archive's folder are left out.</summary>
    /// <exception cref="InvalidDataException">
    /// The archive is damaged, has an entry outside its folder, a link or a device, more data than the data set, or lacks a file. Files written before that are for the caller to delete.
    /// </exception>
    public static void Unpack(DatasetEntry entry, string archive, string folder, CancellationToken cancellationToken)
    {
        var wanted = entry.Files.ToDictionary(file => $"{entry.Folder}/{file.Name}", StringComparer.Ordinal);
        var most = entry.Files.Sum(LongestOf) + LargestOtherFiles;
        Directory.CreateDirectory(Path.Combine(folder, entry.Folder));
        try
        {
            using var file = File.OpenRead(archive);
            using var gzip = new GZipStream(file, CompressionMode.Decompress);
            using var bounded = new BoundedStream(gzip, most, archive);
            using var tar = new TarReader(bounded);
            var entries = 0;
            while (tar.GetNextEntry() is { } item)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (++entries > MostEntries)
                    throw Refused(archive, $"it has more than {MostEntries} entries");
                Check(entry, archive, item);
                if (item.EntryType is not TarEntryType.Directory && wanted.Remove(item.Name, out var known))
                    Write(item, Path.Combine(folder, entry.Folder, known.Name), LongestOf(known), archive);
            }
        }
        catch (Exception error) when (error is EndOfStreamException or FormatException or ArgumentException or NotSupportedException || (error is InvalidDataException && !error.Message.StartsWith(archive, StringComparison.Ordinal)))
        {
            throw Refused(archive, $"it is not a complete tar.gz file ({error.Message})", error);
        }

        if (wanted.Values.FirstOrDefault(known => known.Part != "none") is { } missing)
            throw Refused(archive, $"it lacks {entry.Folder}/{missing.Name}");

        long LongestOf(DatasetFile known) => known.Images == 0 ? LargestOtherFiles / 2 : known.Images * (entry.Shape.Aggregate(1L, (product, size) => product * size) + 2);
    }

    private static void Check(DatasetEntry entry, string archive, TarEntry item)
    {
        var name = item.Name.EndsWith('/') ? item.Name[..^1] : item.Name;
        var inside = name == entry.Folder || name.StartsWith(entry.Folder + "/", StringComparison.Ordinal);
        if (!inside || name.Contains('\\') || name.Contains(':') || name.Split('/').Any(part => part is "" or "." or ".."))
            throw Refused(archive, $"its entry \"{item.Name}\" leaves the folder {entry.Folder}");
        if (item.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.Directory))
            throw Refused(archive, $"its entry \"{item.Name}\" is not a file but a {item.EntryType}");
    }

    private static void Write(TarEntry item, string path, long longest, string archive)
    {
        if (item.Length > longest)
            throw Refused(archive, $"its entry \"{item.Name}\" has {item.Length} bytes; expected at most {longest}");
        using var target = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        item.DataStream?.CopyTo(target);
        target.Flush(flushToDisk: true);
    }

    private static InvalidDataException Refused(string archive, string why, Exception? inner = null) =>
        new($"{archive} is refused: {why}. Nothing was kept.", inner);

    /// <summary>Reads no more than some bytes, whatever a few compressed ones promise.</summary>
    private sealed class BoundedStream(Stream inner, long most, string archive) : Stream
    {
        private long _read;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => _read; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            return (_read += read) <= most ? read : throw Refused(archive, $"it unpacks to more than {most} bytes");
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
