using System.Text.Json.Nodes;
using System.Threading.Channels;
using NotebookHost.Assistance;
using NotebookHost.Engine;

namespace NotebookHost.Jupyter;

/// <summary>Serves one notebook: answers the messages of front ends until one of them asks it to shut down.</summary>
internal sealed class NotebookKernel : IDisposable
{
    private readonly string _session = Guid.NewGuid().ToString("N");
    private readonly Channel<Arrival> _shell = Channel.CreateUnbounded<Arrival>();
    private readonly Channel<Arrival> _control = Channel.CreateUnbounded<Arrival>();
    private readonly TaskCompletionSource _shutdown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly KernelLog _log;
    private readonly KernelSockets _sockets;
    private readonly CSharpEngine _engine;
    private readonly CrashMarker _marker;
    private readonly FrontEndInput _input;
    private readonly InputHistory _history = new();
    private readonly CellWorkspace _workspace;
    private readonly CodeInspection _inspection;
    private readonly CellExecution _execution;
    private Task<bool>? _warmUp;
    private long _arrived;
    private long _abortUpTo;

    private sealed record Arrival(KernelChannel Channel, KernelMessage Message, long Number);

    /// <param name="connectionFile">Where and how to listen, written by the front end.</param>
    /// <param name="notebookFolder">Where relative <c>#r</c> and <c>#load</c> paths start.</param>
    /// <param name="log">Hears what no front end does.</param>
    /// <exception cref="KernelException">The file cannot be used.</exception>
    public NotebookKernel(string connectionFile, string notebookFolder, KernelLog log)
    {
        _log = log;
        _sockets = new KernelSockets(ConnectionFile.Load(connectionFile), Receive, log);
        _marker = new CrashMarker(connectionFile);
        _engine = new CSharpEngine(notebookFolder);
        _workspace = new CellWorkspace(_engine);
        _inspection = new CodeInspection(_workspace);
        _input = new FrontEndInput(_sockets, _session);
        _execution = new CellExecution(_engine, _inspection, _input, _history, _marker);
    }

    /// <summary>Serves until the kernel is shut down; cells may still run then.</summary>
    public async Task Serve()
    {
        _sockets.Start();
        new KernelBroadcast(_sockets, _session, null).Status("starting");
        _engine.WarmUp();
        _ = Answer(_shell.Reader);
        _ = Answer(_control.Reader);
        await _shutdown.Task.ConfigureAwait(false);
        _marker.End();
        await _sockets.Flush().ConfigureAwait(false);
    }

    /// <summary>Interrupts the running cell, if one runs.</summary>
    public void Interrupt() => _execution.Interrupt();

    /// <summary>Ends the kernel.</summary>
    public void Stop() => _shutdown.TrySetResult();

    public void Dispose()
    {
        _sockets.Dispose();
        _engine.Dispose();
        _workspace.Dispose();
        _input.Dispose();
    }

    private void Receive(KernelChannel channel, KernelMessage message)
    {
        if (channel == KernelChannel.Stdin)
        {
            if (message.Type == "input_reply")
                _input.Answer(message.Text("value"));
            return;
        }
        var arrival = new Arrival(channel, message, Interlocked.Increment(ref _arrived));
        (channel == KernelChannel.Control ? _control : _shell).Writer.TryWrite(arrival);
    }

    private async Task Answer(ChannelReader<Arrival> requests)
    {
        await foreach (var request in requests.ReadAllAsync().ConfigureAwait(false))
            await Answer(request).ConfigureAwait(false);
    }

    private async Task Answer(Arrival arrival)
    {
        var request = arrival.Message;
        var broadcast = new KernelBroadcast(_sockets, _session, request);
        broadcast.Status("busy");
        try
        {
            if (await Reply(arrival, broadcast).ConfigureAwait(false) is { } content)
                Send(arrival, content);
        }
        catch (Exception e)
        {
            // One request that cannot be answered must not end the kernel.
            _log.Write($"{request.Type}: {e}");
            var content = CellOutputs.ErrorContent(new CellFailed(e.GetType().FullName!, e.Message, [e.Message]));
            content["status"] = "error";
            Send(arrival, content);
        }
        broadcast.Status("idle");
        if (request.Type == "shutdown_request")
            Stop();
    }

    private void Send(Arrival arrival, JsonObject content)
    {
        var request = arrival.Message;
        var type = request.Type.Replace("_request", "_reply", StringComparison.Ordinal);
        _sockets.Send(arrival.Channel, KernelMessage.Create(type, _session, request.Identities, request.Header.DeepClone().AsObject(), content));
    }

    private async Task<JsonObject?> Reply(Arrival arrival, KernelBroadcast broadcast)
    {
        var request = arrival.Message;
        switch (request.Type)
        {
            case "kernel_info_request":
                return KernelInfo.Reply();
            case "execute_request":
                return await Execute(arrival, broadcast).ConfigureAwait(false);
            case "complete_request":
                return await Complete(request).ConfigureAwait(false);
            case "inspect_request":
                return await Inspect(request).ConfigureAwait(false);
            case "is_complete_request":
                return CodeCompleteness.Of(request.Text("code"));
            case "history_request":
                return _history.Answer(request);
            case "comm_info_request":
                return new JsonObject { ["status"] = "ok", ["comms"] = new JsonObject() };
            case "comm_open":
                broadcast.Send("comm_close", new JsonObject { ["comm_id"] = request.Content["comm_id"]?.DeepClone(), ["data"] = new JsonObject() });
                return null;
            case "comm_msg" or "comm_close":
                return null; // there are no comms
            case "interrupt_request":
                Interrupt();
                return new JsonObject { ["status"] = "ok" };
            case "shutdown_request":
                var reply = new JsonObject { ["status"] = "ok", ["restart"] = request.Flag("restart", false) };
                broadcast.Send("shutdown_reply", reply.DeepClone().AsObject());
                return reply;
            default:
                _log.Write($"Ignored a request of an unknown type: {request.Type}.");
                return null;
        }
    }

    /// <summary>After an error, the cells that were sent before it are not run: the user ran them together.</summary>
    private async Task<JsonObject> Execute(Arrival arrival, KernelBroadcast broadcast)
    {
        if (arrival.Number <= _abortUpTo)
            return new JsonObject { ["status"] = "aborted" };
        var reply = await _execution.Execute(arrival.Message, broadcast).ConfigureAwait(false);
        var failed = (string?)reply["status"] == "error";
        if (!failed && (_warmUp is null or { IsCompleted: true, Result: false }))
            _warmUp = Task.Run(WarmUp);
        if (failed && arrival.Message.Flag("stop_on_error", true))
            _abortUpTo = Interlocked.Read(ref _arrived);
        return reply;
    }

    /// <summary>Editors give up a completion after two seconds, and the first would take longer. It comes after a cell that ran, with what that cell referred to.</summary>
    /// <returns>Whether it succeeded; else the next cell begins it again.</returns>
    private async Task<bool> WarmUp()
    {
        try
        {
            await _inspection.WarmUp().ConfigureAwait(false);
            return true;
        }
        catch (Exception e)
        {
            _log.Write($"Warming up completion failed: {e}");
            return false;
        }
    }

    private async Task<JsonObject> Complete(KernelMessage request)
    {
        var code = request.Text("code");
        var found = await _workspace.Complete(code, CodePoints.ToIndex(code, request.Number("cursor_pos", int.MaxValue))).ConfigureAwait(false);
        var (start, end) = (CodePoints.FromIndex(code, found.Start), CodePoints.FromIndex(code, found.End));
        return new JsonObject
        {
            ["status"] = "ok",
            ["matches"] = new JsonArray([.. found.Matches.Select(match => (JsonNode)match.Text)]),
            ["cursor_start"] = start,
            ["cursor_end"] = end,
            // What JupyterLab shows beside each name.
            ["metadata"] = new JsonObject
            {
                ["_jupyter_types_experimental"] = new JsonArray([.. found.Matches.Select(match =>
                    (JsonNode)new JsonObject { ["start"] = start, ["end"] = end, ["text"] = match.Text, ["type"] = match.Kind })]),
            },
        };
    }

    private async Task<JsonObject> Inspect(KernelMessage request)
    {
        var code = request.Text("code");
        var text = await _inspection.Describe(code, CodePoints.ToIndex(code, request.Number("cursor_pos", int.MaxValue))).ConfigureAwait(false);
        return new JsonObject
        {
            ["status"] = "ok",
            ["found"] = text is not null,
            ["data"] = text is null ? new JsonObject() : new JsonObject { ["text/plain"] = text },
            ["metadata"] = new JsonObject(),
        };
    }
}
