namespace TrivialLayers;

/// <summary>
/// The right to do a piece of work that only one process may do at a time: an open file that no other can open. The operating system closes it when the process ends,
/// however it ends, so that nobody waits for the dead. The empty file stays: deleting it would let two in.
/// </summary>
internal sealed class Turn : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    // What "another has it open" is called: EAGAIN on Linux and on macOS, and the sharing and lock violations of Windows.
    private static readonly int[] Taken = [11, 35, unchecked((int)0x80070020), unchecked((int)0x80070021)];

    private readonly FileStream _file;

    private Turn(FileStream file) => _file = file;

    /// <summary>Waits until no other process, and no other thread of this one, has the turn, then takes it.</summary>
    /// <param name="path">The file that stands for the work; made with its folder where it is not there.</param>
    /// <param name="work">What others may be doing, as in "run 9f86 is being trained".</param>
    /// <param name="report">Told once, in a sentence, when there is somebody to wait for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public static Turn Take(string path, string work, Action<string> report, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        for (var told = false; ; told = true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return new Turn(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException error) when (Taken.Contains(error.HResult))
            {
                if (!told)
                    report($"{work} by another process; waiting for it to finish (lock: {path}).");
            }

            cancellationToken.WaitHandle.WaitOne(Pause);
        }
    }

    /// <summary>Lets the next one in.</summary>
    public void Dispose() => _file.Dispose();
}
