namespace NotebookHost.Grid;

/// <summary>Runs the points of a grid on this machine, several at a time.</summary>
/// <param name="grid">The grid.</param>
/// <param name="workers">How many at a time, at least 1.</param>
/// <param name="deadline">When to end, or null.</param>
/// <param name="time">The clock.</param>
internal sealed class GridWorkers(GridFolder grid, int workers, DateTimeOffset? deadline, TimeProvider time)
{
    /// <summary>How often a point is looked at that another process runs.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly PointRun _run = new(grid);
    private readonly List<double> _seconds = [];
    private List<PointState> _open = [];

    /// <summary>Whether points are left because of the deadline.</summary>
    public bool IsPastDeadline { get; private set; }

    /// <summary>
    /// Runs all points that are not done. Those that another process runs are waited for, and run here when it is killed. A failed point does not end the others. At the deadline, and on an interrupt, running notebooks are
    /// asked to end, and keep what they have.
    /// </summary>
    /// <param name="order">Where the points stand, in the order to run them.</param>
    /// <param name="progress">Shows it.</param>
    /// <param name="interrupt">Ends it.</param>
    /// <returns>Where all points stand at the end.</returns>
    /// <exception cref="IOException">The disk refused; what is done is kept.</exception>
    public async Task<IReadOnlyList<PointState>> Run(IReadOnlyList<PointState> order, IGridProgress progress, CancellationToken interrupt)
    {
        _open = [.. order.Where(state => state.Status != PointStatus.Done)];
        _seconds.AddRange(order.Where(state => state.Status == PointStatus.Done).Select(state => state.Result!.Seconds));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupt);
        await using var alarm = deadline is { } end ? time.CreateTimer(_ => Cancel(stop), null, Max(end - time.GetUtcNow(), TimeSpan.Zero), Timeout.InfiniteTimeSpan) : null;
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(() => Work(progress, stop), CancellationToken.None))).ConfigureAwait(false);
        return grid.States();
    }

    private async Task Work(IGridProgress progress, CancellationTokenSource stop)
    {
        try
        {
            while (!stop.IsCancellationRequested && Next() is { } next)
            {
                if (await _run.Run(next.Point, next.Result?.Started, progress.Of(next.Point), stop.Token).ConfigureAwait(false) is not { } state)
                {
                    progress.Elsewhere(next.Point);
                    PutBack(next);
                    await Task.Delay(Look, time, stop.Token).ConfigureAwait(false);
                }
                else
                {
                    Note(state);
                    progress.Ended(state);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // It was only waiting.
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false); // what one worker cannot write, the others cannot either
            throw;
        }
    }

    private PointState? Next()
    {
        lock (_lock)
        {
            if (_open.Count == 0)
                return null;
            if (deadline is { } end && (time.GetUtcNow() >= end || (_seconds.Count > 0 && time.GetUtcNow() + TimeSpan.FromSeconds(_seconds.Average()) > end)))
            {
                IsPastDeadline = true;
                return null;
            }

            var next = _open[0];
            _open.RemoveAt(0);
            return next;
        }
    }

    private void PutBack(PointState state)
    {
        lock (_lock)
            _open.Add(state);
    }

    private void Note(PointState state)
    {
        lock (_lock)
        {
            if (state.Status == PointStatus.Done)
                _seconds.Add(state.Result!.Seconds);
        }
    }

    private void Cancel(CancellationTokenSource stop)
    {
        IsPastDeadline = true;
        stop.Cancel();
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
