namespace NotebookHost.Running;

/// <summary>The process that ran a notebook ended on its own.</summary>
internal sealed class NotebookCrashException(string message) : Exception(message)
{
    /// <summary>On Unix a process that a signal ended has the exit code 128 + the signal's number.</summary>
    private static readonly Dictionary<int, string> Signals = new()
    {
        [4] = "SIGILL, an illegal instruction",
        [6] = "SIGABRT, native code aborted",
        [7] = "SIGBUS, a bad memory access",
        [8] = "SIGFPE, a bad arithmetic operation",
        [9] = "SIGKILL; the system often ends a process this way when memory runs out",
        [11] = "SIGSEGV, a bad memory access",
        [15] = "SIGTERM",
    };

    /// <summary>Says what an exit code means.</summary>
    public static NotebookCrashException FromExit(int exitCode) => new(
        !OperatingSystem.IsWindows() && exitCode > 128
            ? $"The notebook's process was ended by signal {exitCode - 128}{(Signals.TryGetValue(exitCode - 128, out var meaning) ? $" ({meaning})" : "")}."
            : $"The notebook's process ended with exit code {exitCode}.");
}
