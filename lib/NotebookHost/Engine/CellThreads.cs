using System.Runtime;

namespace NotebookHost.Engine;

/// <summary>
/// Runs the code of one cell on pool threads from which it can be taken away: as the cell's synchronization context it receives what runs after each <c>await</c> too.
/// A loop of the cell ends at its next pass, one in a library is aborted, a sleeping or waiting thread is woken with an exception, and a task that the cell awaits is abandoned.
/// </summary>
/// <remarks>Code that the cell gave to other threads (<c>Task.Run</c>, <c>new Thread</c>) runs on: it can look at the cell's token.</remarks>
internal sealed class CellThreads : SynchronizationContext
{
    /// <summary>
    /// How long a thread has to end by itself: woken from its sleep, at its next output or the next pass of a loop. Aborting is the last means, since it may hit a
    /// thread that holds a lock of the runtime.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    /// <summary>A thread in native code can be aborted only when it comes back; the cell counts as ended after this time.</summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(2);

    /// <summary>The time after which a stopped cell counts as ended in any case.</summary>
    public static TimeSpan LongestEnd => Patience + LongestStop;

    [ThreadStatic]
    private static CellThreads? t_here;

    private readonly Lock _lock = new();
    private readonly Dictionary<Thread, CancellationTokenSource> _running = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;

    /// <summary>Runs a cell's code to its end.</summary>
    /// <exception cref="OperationCanceledException"><see cref="Stop"/> was called; the code's threads have left it, or are stuck in native code.</exception>
    public async Task Run(Func<Task> code)
    {
        var started = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(_ => started.SetResult(code()), null);
        var ended = started.Task.Unwrap();
        if (await Task.WhenAny(ended, _stopped.Task).ConfigureAwait(false) != ended)
            throw new OperationCanceledException();
        await ended.ConfigureAwait(false);
    }

    /// <summary>Takes the threads away from the code, wherever they are.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            if (_stopping)
                return;
            _stopping = true;
            foreach (var thread in _running.Keys)
                thread.Interrupt();
            if (_running.Count == 0)
                _stopped.TrySetResult();
        }
        _ = AbortLater();
    }

    /// <summary>Called where a cell's code comes by anyway: ends it there when the cell is being stopped. On other threads it does nothing.</summary>
    public static void ThrowIfStopping()
    {
        if (t_here is { _stopping: true })
            throw new OperationCanceledException();
    }

    public override SynchronizationContext CreateCopy() => this;

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    public override void Post(SendOrPostCallback d, object? state) => ThreadPool.UnsafeQueueUserWorkItem(_ => RunHere(d, state), null);

    private async Task AbortLater()
    {
        await Task.Delay(Patience).ConfigureAwait(false);
        lock (_lock)
        {
            foreach (var abort in _running.Values)
                _ = Task.Run(abort.Cancel); // returns when the thread has been aborted
        }
        await Task.Delay(LongestStop).ConfigureAwait(false);
        _stopped.TrySetResult();
    }

    private void RunHere(SendOrPostCallback callback, object? state)
    {
        var abort = new CancellationTokenSource(); // disposed by nobody: Stop may still be cancelling it
        lock (_lock)
        {
            if (_stopping)
                return;
            _running.Add(Thread.CurrentThread, abort);
        }
        var outer = Current;
        SetSynchronizationContext(this);
        t_here = this;
        try
        {
#pragma warning disable SYSLIB0046 // Aborting can leave a cell's data half-written; the user asked for it, and the other way is to lose all variables.
            ControlledExecution.Run(() => callback(state), abort.Token);
#pragma warning restore SYSLIB0046
        }
        catch (Exception e) when (_stopping && e is OperationCanceledException or ThreadInterruptedException)
        {
            // That was the purpose.
        }
        finally
        {
            t_here = null;
            SetSynchronizationContext(outer);
            Leave();
        }
    }

    /// <summary>Gives the thread back to the pool without an interrupt that has not reached it yet.</summary>
    private void Leave()
    {
        for (var left = false; !left;)
        {
            try
            {
                lock (_lock)
                {
                    _running.Remove(Thread.CurrentThread);
                    left = true;
                    if (_stopping && _running.Count == 0)
                        _stopped.TrySetResult();
                }
                if (_stopping)
                    Thread.Sleep(1);
            }
            catch (ThreadInterruptedException)
            {
                // Now it has reached it.
            }
        }
    }
}
