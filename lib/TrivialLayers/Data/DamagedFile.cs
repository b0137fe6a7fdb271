using System.Security.Cryptography;

namespace TrivialLayers;

/// <summary>The one way in which a data file is refused: which file, where in it, what was expected and what was found.</summary>
internal static class DamagedFile
{
    public static InvalidDataException Error(string path, string where, string expected, string found, Exception? inner = null) =>
        new($"{path}, {where}: expected {expected}, found {found}. The file is damaged or not the official one; nothing was loaded. Replace it with the official file.", inner);

    /// <summary>Refuses a file of another length, before anything is allocated for it.</summary>
    public static void CheckLength(string path, long expected, long found)
    {
        if (found < expected)
            throw Error(path, "end of file", $"{expected} bytes", $"{found} bytes (truncated)");
        if (found > expected)
            throw Error(path, $"offset {expected}", $"the end of the file after {expected} bytes", $"{found - expected} more bytes");
    }

    /// <summary>Refuses contents with another SHA-256; no checksum known, nothing checked.</summary>
    public static void CheckSum(string path, string? sha256, ReadOnlySpan<byte> contents)
    {
        if (sha256 is null)
            return;
        var found = Convert.ToHexStringLower(SHA256.HashData(contents));
        if (!string.Equals(found, sha256, StringComparison.OrdinalIgnoreCase))
            throw Error(path, "contents", $"SHA-256 {sha256}", found);
    }

    /// <summary>The whole of a file that must have exactly <paramref name="length"/> bytes.</summary>
    public static byte[] ReadExactly(string path, int length)
    {
        using var file = File.OpenRead(path);
        CheckLength(path, length, file.Length);
        var contents = GC.AllocateUninitializedArray<byte>(length);
        NativeMemory.PreferLargePages(contents);
        var read = file.ReadAtLeast(contents, length, throwOnEndOfStream: false);
        CheckLength(path, length, read);
        return contents;
    }
}
