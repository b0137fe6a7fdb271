using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>
/// The right to run a point: an open file that no other process can open for writing, on this machine or another that shares the file system. The operating system closes it when the process ends,
/// however it ends, so that nobody waits for the dead. The empty file stays: deleting it would let two in. (The library's stores have the same; this host knows no library.)
/// </summary>
internal sealed class PointClaim : IDisposable
{
    /// <summary>The file's name.</summary>
    public const string FileName = "claim.lock";

    /// <summary>What to do where a grid is another account's, in sentences.</summary>
    public const string HowToShare = "To share a grid with another account, let new files in its folder inherit its group (chgrp GROUP DIR; chmod g+ws DIR), and both set 'umask 002' before you run or submit it; for files that are there already: chmod -R g+w DIR.";

    // What "another has it open" is called: EAGAIN on Linux and on macOS, and the sharing and lock violations of Windows.
    private static readonly int[] Taken = [11, 35, unchecked((int)0x80070020), unchecked((int)0x80070021)];

    private readonly FileStream _file;

    private PointClaim(FileStream file) => _file = file;

    /// <summary>Takes the claim, or gives null when another has it.</summary>
    /// <param name="path">The file that stands for it, in a folder that is there.</param>
    /// <exception cref="RunException">It is another account's, which this one may not write; the message says how two share a grid.</exception>
    public static PointClaim? TryTake(string path)
    {
        try
        {
            return TryOpen(() => new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)) is { } file ? new PointClaim(file) : null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new RunException($"{e.Message} {HowToShare}");
        }
    }

    /// <summary>Whether a process has the claim now; to look takes it from nobody.</summary>
    /// <exception cref="UnauthorizedAccessException">It is another account's, which this one may not read.</exception>
    public static bool IsTaken(string path)
    {
        if (!File.Exists(path))
            return false;
        using var file = TryOpen(() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return file is null;
    }

    /// <summary>Whether a folder's file system keeps a second process out; some network file systems are mounted without locks.</summary>
    public static bool HoldIn(string folder)
    {
        var path = Path.Combine(folder, $".{Guid.NewGuid():n}.lock");
        try
        {
            using var first = TryTake(path);
            using var second = TryTake(path);
            return second is null;
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Lets another in.</summary>
    public void Dispose() => _file.Dispose();

    private static FileStream? TryOpen(Func<FileStream> open)
    {
        try
        {
            return open();
        }
        catch (IOException error) when (Taken.Contains(error.HResult))
        {
            return null;
        }
    }
}
