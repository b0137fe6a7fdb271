using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using NotebookHost.Engine;

namespace NotebookHost.Jupyter;

/// <summary>The console's input: each line is asked of the front end that runs the cell. Where that has nobody to ask, the input is at its end.</summary>
/// <param name="sockets">Where to ask.</param>
/// <param name="session">The kernel's session.</param>
internal sealed class FrontEndInput(KernelSockets sockets, string session) : TextReader
{
    private readonly BlockingCollection<string> _answers = [];
    private KernelMessage? _request;
    private Action _beforeAsking = static () => { };
    private CancellationToken _asked;
    private string _line = "";
    private int _read;

    /// <summary>Whom to ask from now on.</summary>
    /// <param name="request">The request that a cell runs for, or <c>null</c> when nobody may be asked.</param>
    /// <param name="beforeAsking">Shows what the cell has written so far.</param>
    /// <param name="asked">Gives up waiting.</param>
    public void Serve(KernelMessage? request, Action beforeAsking, CancellationToken asked)
    {
        (_request, _beforeAsking, _asked, _line, _read) = (request, beforeAsking, asked, "", 0);
        Console.SetIn(this); // anew: a thread that was aborted while it read may have left the console's reader locked
    }

    /// <summary>Takes the user's answer.</summary>
    public void Answer(string text) => _answers.Add(text);

    /// <exception cref="OperationCanceledException">The cell was interrupted.</exception>
    public override string? ReadLine()
    {
        if (!Fill())
            return null;
        var rest = _line[_read..].TrimEnd('\n');
        (_line, _read) = ("", 0);
        return rest;
    }

    public override int Peek() => Fill() ? _line[_read] : -1;

    public override int Read() => Fill() ? _line[_read++] : -1;

    private bool Fill()
    {
        if (_read < _line.Length)
            return true;
        if (_request is not { } request)
            return false;
        while (_answers.TryTake(out _))
        {
            // An answer to a question that nobody waits for any more.
        }
        _beforeAsking();
        var question = new JsonObject { ["prompt"] = "", ["password"] = CellFunctions.HidesAnswer };
        sockets.Send(KernelChannel.Stdin, KernelMessage.Create("input_request", session, request.Identities, request.Header.DeepClone().AsObject(), question));
        (_line, _read) = (Take(), 0);
        return true;
    }

    private string Take()
    {
        try
        {
            return _answers.Take(_asked) + '\n';
        }
        catch (OperationCanceledException)
        {
            throw new OperationCanceledException("The cell was interrupted while it waited for input.", _asked);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _answers.Dispose();
        base.Dispose(disposing);
    }
}
