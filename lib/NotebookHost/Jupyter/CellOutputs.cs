using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using NotebookHost.Engine;
using NotebookHost.Notebook;

namespace NotebookHost.Jupyter;

/// <summary>
/// Sends what a cell gives out, as it comes. A loop must not flood the front end, which cannot ask for less: text is collected for a moment, and a cell that
/// sends very many messages in a moment waits for the next.
/// </summary>
internal sealed class CellOutputs(KernelBroadcast broadcast, int executionCount)
{
    private const int MostHeld = 1 << 16;
    private const int MostMessages = 40;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private string _stream = "";
    private bool _flushing;
    private long _momentBegan;
    private int _messages;

    /// <summary>Takes the next event of the cell.</summary>
    public void Take(CellEvent happened)
    {
        lock (_lock)
        {
            if (happened is StreamWritten written)
                Hold(written);
            else
                Send(happened);
        }
    }

    /// <summary>Sends the text that is held.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            _flushing = false;
            if (_text.Length == 0)
                return;
            var text = _text.ToString();
            _text.Clear();
            broadcast.Send("stream", new JsonObject { ["name"] = _stream, ["text"] = text });
        }
    }

    private void Hold(StreamWritten written)
    {
        if (written.Name != _stream || _text.Length > MostHeld)
        {
            Flush();
            WaitForTurn();
        }
        _stream = written.Name;
        _text.Append(written.Text);
        if (_flushing)
            return;
        _ = Task.Delay(Moment).ContinueWith(_ => Flush(), TaskScheduler.Default);
        _flushing = true;
    }

    private void Send(CellEvent happened)
    {
        Flush();
        WaitForTurn();
        switch (happened)
        {
            case DataDisplayed displayed:
                broadcast.Send("display_data", Display(displayed.Data, displayed.DisplayId));
                break;
            case DisplayUpdated updated:
                broadcast.Send("update_display_data", Display(updated.Data, updated.DisplayId));
                break;
            case ResultProduced result:
                broadcast.Send("execute_result", new JsonObject { ["execution_count"] = executionCount, ["data"] = result.Data.DeepClone(), ["metadata"] = PictureSize.Of(result.Data) });
                break;
            case OutputCleared cleared:
                broadcast.Send("clear_output", new JsonObject { ["wait"] = cleared.Wait });
                break;
            case CellFailed failed:
                broadcast.Send("error", ErrorContent(failed));
                break;
        }
    }

    private void WaitForTurn()
    {
        if (Stopwatch.GetElapsedTime(_momentBegan) > Moment)
            (_momentBegan, _messages) = (Stopwatch.GetTimestamp(), 0);
        else if (++_messages > MostMessages)
            Thread.Sleep(Moment);
    }

    /// <summary>An error as messages carry it.</summary>
    public static JsonObject ErrorContent(CellFailed failed) => new()
    {
        ["ename"] = failed.Name,
        ["evalue"] = failed.Value,
        ["traceback"] = new JsonArray([.. failed.Traceback.Select(line => (JsonNode)line)]),
    };

    private static JsonObject Display(JsonObject data, string displayId) => new()
    {
        ["data"] = data.DeepClone(),
        ["metadata"] = PictureSize.Of(data),
        ["transient"] = new JsonObject { ["display_id"] = displayId },
    };
}
