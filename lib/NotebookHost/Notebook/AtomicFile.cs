using System.Runtime.InteropServices;
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
        Write(target, Of(text), temporary =>
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
        Write(target, Of(text), temporary => isWritten = TryName(temporary, target));
        return isWritten;
    }

    /// <summary>Copies a file in the same way, with its permissions, in place of one that is there.</summary>
    /// <exception cref="IOException">The disk refused; what was at <paramref name="path"/> is untouched.</exception>
    public static void Copy(string source, string path)
    {
        var target = Path.GetFullPath(path);
        Write(target, temporary => File.Copy(source, temporary), temporary => File.Move(temporary, target, overwrite: true));
    }

    /// <summary>Gives a file a name that no other has. Where the system can, by a second name, which it refuses when there is a first: outside Windows .NET's move looks whether one is there, and then replaces it.</summary>
    private static bool TryName(string file, string name)
    {
        if (!OperatingSystem.IsWindows() && Link(file, name) == 0)
            return true;
        try
        {
            File.Move(file, name, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(name))
        {
            return false; // another's
        }
    }

    [DllImport("libc", EntryPoint = "link")]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string file, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    private static Action<string> Of(string text) => temporary =>
    {
        using var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write);
        stream.Write(Utf8.GetBytes(text));
    };

    private static void Write(string target, Action<string> make, Action<string> place)
    {
        var temporary = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{Guid.NewGuid():n}.tmp");
        try
        {
            make(temporary);
            using (var stream = new FileStream(temporary, FileMode.Open, FileAccess.Write))
                stream.Flush(flushToDisk: true);
            place(temporary);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
