namespace TrivialLayers.Tests;

/// <summary>A progress display that asks the work to end after some steps.</summary>
internal sealed class StopAfter(int steps) : ICancellableProgress, IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private int _seen;

    public CancellationToken Token => _source.Token;

    public void Dispose() => _source.Dispose();

    public void Report(ProgressReport value)
    {
        if (++_seen == steps)
            _source.Cancel();
    }
}
