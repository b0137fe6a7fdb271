namespace TrivialLayers;

/// <summary>Writes a file so that it is either there as a whole or as it was before.</summary>
internal static class AtomicFile
{
    /// <summary>Writes to a temporary name in the same folder, flushes to the disk and renames over the target. A failure leaves the target as it was and no temporary file.</summary>
    /// <param name="path">The file to make or replace; its folder must exist.</param>
    /// <param name="write">Writes the contents.</param>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        var target = Path.GetFullPath(path);
        var temporary = $"{target}.{Environment.ProcessId}-{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Deletes the temporary files of processes that were killed while they wrote. Only for whoever alone may write these files now.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="target">The name of the file written, or a pattern.</param>
    internal static void DeleteLeftovers(string folder, string target)
    {
        foreach (var temporary in Directory.GetFiles(folder, target + ".*.tmp"))
            File.Delete(temporary);
    }

    /// <summary>The first of <c>path-1</c>, <c>path-2</c> … that is not there.</summary>
    internal static string FreeName(string path) =>
        Enumerable.Range(1, int.MaxValue).Select(i => $"{path}-{i}").First(name => !Path.Exists(name));

    /// <summary>Writes text in UTF-8 without a byte order mark; see <see cref="Write"/>.</summary>
    public static void WriteText(string path, string text) => Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        writer.Write(text);
    });
}
