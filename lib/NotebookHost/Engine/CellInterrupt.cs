namespace NotebookHost.Engine;

/// <summary>
/// How one running cell is interrupted: first it is asked through its token, so that a training ends at its next batch with its run saved;
/// when it does not end in time, or is interrupted again, it is stopped.
/// </summary>
internal sealed class CellInterrupt : IDisposable
{
    /// <summary>How long a cell that was asked to end may take.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>After this time a cell has ended, or its process cannot end it.</summary>
    public static TimeSpan LongestEnd { get; } = Grace + CellThreads.LongestEnd + TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _asked = new();
    private readonly CancellationTokenSource _stop = new();

    /// <summary>The cell's token: asks it to end.</summary>
    public CancellationToken Asked => _asked.Token;

    /// <summary>Ends the cell.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Interrupts the cell.</summary>
    public void Raise()
    {
        if (_asked.IsCancellationRequested)
        {
            _stop.Cancel();
            return;
        }
        _stop.CancelAfter(Grace);
        _ = _asked.CancelAsync(); // what hears of it may take its time
    }

    public void Dispose()
    {
        _asked.Dispose();
        _stop.Dispose();
    }
}
