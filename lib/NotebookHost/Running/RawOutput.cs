using System.Text;

namespace NotebookHost.Running;

/// <summary>Passes on what a process writes to one of its own streams, without the marks that say a cell has ended.</summary>
internal sealed class RawOutput
{
    private readonly Lock _lock = new();
    private readonly Action<string> _receiver;
    private readonly StringBuilder _held = new();
    private string _mark = "";
    private TaskCompletionSource _reached = new();

    public RawOutput(TextReader reader, Action<string> receiver)
    {
        _receiver = receiver;
        Ended = Task.Run(() => ReadAll(reader));
    }

    /// <summary>Completes when the stream has ended.</summary>
    public Task Ended { get; }

    /// <summary>A task that completes when the mark has been read; everything written before it has been passed on then.</summary>
    public Task Expect(string mark)
    {
        lock (_lock)
        {
            _mark = mark;
            _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _reached.Task;
        }
    }

    private async Task ReadAll(TextReader reader)
    {
        var buffer = new char[4096];
        for (int read; (read = await reader.ReadAsync(buffer).ConfigureAwait(false)) > 0;)
        {
            lock (_lock)
                Take(buffer.AsSpan(0, read));
        }
        lock (_lock)
            Pass(_held.Length);
    }

    private void Take(ReadOnlySpan<char> text)
    {
        _held.Append(text);
        var held = _held.ToString();
        var at = _mark.Length == 0 ? -1 : held.IndexOf(_mark, StringComparison.Ordinal);
        if (at >= 0)
        {
            Pass(at);
            _held.Remove(0, _mark.Length);
            _reached.TrySetResult();
            held = _held.ToString();
        }
        var perhapsMark = held.LastIndexOf('\u0001');
        Pass(perhapsMark >= 0 && _mark.StartsWith(held[perhapsMark..], StringComparison.Ordinal) ? perhapsMark : held.Length);
    }

    private void Pass(int length)
    {
        if (length == 0)
            return;
        _receiver(_held.ToString(0, length));
        _held.Remove(0, length);
    }
}
