
namespace TrivialLayers;

/// <summary>
/// Downloads a data set into a data folder. All is gathered and checked in <c>.downloads</c> there, as a load would check it, and only then renamed to its place; an interrupted
/// download leaves the bytes that came in <c>.downloads</c>, for the next call.
/// </summary>
internal sealed class DatasetFetch(DatasetEntry entry, string data, Download download, Action<string> report)
{
    private readonly string _downloads = Path.Combine(data, ".downloads");

    private string Staging => Path.Combine(_downloads, entry.Name);

    /// <exception cref="InvalidDataException">A server or an archive gave something else than expected.</exception>
    /// <exception cref="IOException">The network or the disk failed.</exception>
    public async Task Run(IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        cancellationToken = progress.Link(cancellationToken);
        using var turn = await Task.Run(
            () => Turn.Take(Path.Combine(_downloads, entry.Name + ".lock"), $"The data set \"{entry.Name}\" is being downloaded", report, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        if (IsWhole(Path.Combine(data, entry.Folder)))
            return;
        if (Directory.Exists(Staging))
            Directory.Delete(Staging, recursive: true); // of a process that was killed here
        try
        {
            var before = 0L;
            var total = entry.Downloads.Sum(file => file.Bytes);
            foreach (var file in entry.Downloads)
            {
                var done = before;
                await download.Get(
                    file, PartOf(file),
                    (bytes, note) => progress?.Report(new ProgressReport($"download {entry.Name}", (done + bytes) / 1000, total / 1000, "kB", note)),
                    cancellationToken).ConfigureAwait(false);
                before += file.Bytes;
            }

            foreach (var file in entry.Downloads)
                Stage(file, cancellationToken);
            new DatasetFolder(entry, Path.Combine(Staging, entry.Folder)).Check();
            Publish();
            foreach (var file in entry.Downloads)
                File.Delete(PartOf(file));
        }
        finally
        {
            if (Directory.Exists(Staging))
                Directory.Delete(Staging, recursive: true);
        }
    }

    /// <summary>Where a file lies until it is whole; the checksum in its name keeps the bytes of another version apart.</summary>
    private string PartOf(DatasetDownload file) => Path.Combine(_downloads, $"{file.Sha256[..12]}-{file.FileName}");

    private bool IsWhole(string folder)
    {
        var files = new DatasetFolder(entry, folder);
        if (files.Missing().Count > 0)
            return false;
        try
        {
            files.Check();
            return true;
        }
        catch (InvalidDataException error)
        {
            report($"Downloading \"{entry.Name}\" again: {error.Message}");
            return false;
        }
    }

    private void Stage(DatasetDownload file, CancellationToken cancellationToken)
    {
        if (file.IsArchive)
        {
            DatasetArchive.Unpack(entry, PartOf(file), Staging, cancellationToken);
            return;
        }

        Directory.CreateDirectory(Path.Combine(Staging, entry.Folder));
        File.Copy(PartOf(file), Path.Combine(Staging, entry.Folder, file.FileName));
    }

    /// <summary>One rename for the folder where there is none, else one for each file.</summary>
    private void Publish()
    {
        var (from, to) = (Path.Combine(Staging, entry.Folder), Path.Combine(data, entry.Folder));
        if (!Directory.Exists(to))
        {
            Directory.Move(from, to);
            return;
        }

        foreach (var path in Directory.GetFiles(from))
        {
            var target = Path.Combine(to, Path.GetFileName(path));
            var unpacked = Path.ChangeExtension(target, null);
            if (target.EndsWith(".gz", StringComparison.Ordinal) && File.Exists(unpacked))
                File.Move(unpacked, AtomicFile.FreeName(unpacked + ".damaged")); // it would be taken before the whole one
            File.Move(path, target, overwrite: true);
        }
    }
}
