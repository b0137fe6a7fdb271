using System.Globalization;

namespace NotebookHost.Jupyter;

/// <summary>The kernel's own words, for whoever started it: lines on the process's error output, at most one a second, so that a flood of bad messages is none of words.</summary>
internal sealed class KernelLog(TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private long? _last;
    private int _unsaid;

    /// <summary>Writes a line, or counts it when the one before was just now.</summary>
    public void Write(string line)
    {
        lock (_lock)
        {
            if (_last is { } last && time.GetElapsedTime(last) < Pause)
            {
                _unsaid++;
                return;
            }
            output.WriteLine(_unsaid == 0 ? $"[kernel] {line}" : string.Create(CultureInfo.InvariantCulture, $"[kernel] ({_unsaid} lines omitted) {line}"));
            (_last, _unsaid) = (time.GetTimestamp(), 0);
        }
    }
}
