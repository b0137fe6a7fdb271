using System.Text;

namespace NotebookHost.Notebook;

/// <summary>Writes a file so that at any moment there is the old one or the new one, never a part.</summary>
internal static class AtomicFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes <paramref name="text"/> as UTF-8 to a temporary name beside <paramref name="path"/>, flushes it to the disk and renames it.</summary>
    /// <remarks>A link is replaced, not followed, so that nothing is written outside the folder; an existing file keeps its permissions.</remarks>
    /// <exception cref="IOException">The disk refused; what was at <paramref name="path"/> is untouched.</exception>
    public static void WriteText(string path, string text)
    {
        var target = Path.GetFullPath(path);
        Write(target, text, temporary =>
        {
            if (!OperatingSystem.IsWindows() && File.Exists(target))
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
            File.Move(temporary, target, overwrite: true);
        });
    }

    /// <summary>The same for a file that nobody wrote yet: one that is there by then, made by whoever was faster, stays.</summary>
    /// <returns>Whether it was written.</returns>
    /// <exception cref="IOException">The disk refused.</exception>
    public static bool TryWriteNewText(string path, string text)
    {
        var target = Path.GetFullPath(path);
        var isWritten = false;
        Write(target, text, temporary =>
        {
            try
            {
                File.Move(temporary, target, overwrite: false);
                isWritten = true;
            }
            catch (IOException) when (File.Exists(target))
            {
                // Another's.
            }
        });
        return isWritten;
    }

    private static void Write(string target, string text, Action<string> place)
    {
        var temporary = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{Guid.NewGuid():n}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(Utf8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

            place(temporary);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
