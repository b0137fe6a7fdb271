using System.Text.Json.Nodes;
using NotebookHost.Engine;
using NotebookHost.Notebook;

namespace NotebookHost.Running;

/// <summary>Turns what the cells of a notebook give out into the outputs that its file keeps.</summary>
internal sealed class NotebookOutputs
{
    private readonly Dictionary<string, List<(CodeCell Cell, int At)>> _shown = [];
    private CodeCell? _cell;
    private bool _clearFirst;
    private TerminalText? _text;
    private string? _stream;

    /// <summary>Collects for this cell from now on.</summary>
    public void Begin(CodeCell cell)
    {
        End();
        _cell = cell;
        _clearFirst = false;
    }

    /// <summary>Ends the cell: its last text is complete.</summary>
    public void End() => CloseStream();

    /// <summary>The line that the cell is writing, for a live display; empty after anything else.</summary>
    public string CurrentLine => _text?.CurrentLine ?? "";

    /// <summary>Takes the next event of the cell.</summary>
    public void Add(CellEvent happened)
    {
        if (happened is OutputCleared cleared)
        {
            _clearFirst = true;
            if (!cleared.Wait)
                Clear();
            return;
        }
        if (happened is not DisplayUpdated)
            Clear();

        if (happened is not StreamWritten written)
            CloseStream();
        else if (_stream != written.Name)
            OpenStream(written.Name);

        switch (happened)
        {
            case StreamWritten stream:
                _text!.Append(stream.Text);
                break;
            case DataDisplayed displayed:
                Show(displayed);
                break;
            case DisplayUpdated updated:
                _shown.GetValueOrDefault(updated.DisplayId)?.ForEach(place => place.Cell.Outputs[place.At] = new DisplayDataOutput(Copy(updated.Data), PictureSize.Of(updated.Data)));
                break;
            case ResultProduced result:
                _cell!.Outputs.Add(new ExecuteResultOutput(_cell.ExecutionCount, Copy(result.Data), PictureSize.Of(result.Data)));
                break;
            case CellFailed failed:
                _cell!.Outputs.Add(new ErrorOutput(failed.Name, failed.Value, failed.Traceback));
                break;
        }
    }

    /// <summary>Removes what the cell has shown, when that was asked for.</summary>
    private void Clear()
    {
        if (!_clearFirst)
            return;
        _clearFirst = false;
        (_stream, _text) = (null, null);
        _cell!.Outputs.Clear();
        foreach (var places in _shown.Values)
            places.RemoveAll(place => place.Cell == _cell);
    }

    private void Show(DataDisplayed displayed)
    {
        _cell!.Outputs.Add(new DisplayDataOutput(Copy(displayed.Data), PictureSize.Of(displayed.Data)));
        if (!_shown.TryGetValue(displayed.DisplayId, out var places))
            _shown[displayed.DisplayId] = places = [];
        places.Add((_cell, _cell.Outputs.Count - 1));
    }

    private void OpenStream(string name)
    {
        CloseStream();
        (_stream, _text) = (name, new TerminalText());
    }

    private void CloseStream()
    {
        if (_text?.ToString() is { Length: > 0 } text)
            _cell!.Outputs.Add(new StreamOutput(_stream!, text));
        (_stream, _text) = (null, null);
    }

    private static JsonObject Copy(JsonObject data) => data.DeepClone().AsObject();
}
