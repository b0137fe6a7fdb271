using System.Globalization;
using System.Text.Json.Nodes;
using NotebookHost.Assistance;
using NotebookHost.Engine;
using NotebookHost.Notebook;

namespace NotebookHost.Jupyter;

/// <summary>Answers <c>execute_request</c>, one at a time.</summary>
/// <param name="engine">Runs the cells.</param>
/// <param name="help">Answers a cell that asks for help.</param>
/// <param name="input">The console's input.</param>
/// <param name="history">Keeps what was run.</param>
/// <param name="marker">Says after a crash which cell it was.</param>
internal sealed class CellExecution(CSharpEngine engine, CodeInspection help, FrontEndInput input, InputHistory history, CrashMarker marker)
{
    private readonly Lock _lock = new();
    private string? _crash = marker.TakeMessage();
    private Action? _interrupt;
    private int _uncounted;

    /// <summary>Interrupts the running cell, if one runs.</summary>
    public void Interrupt()
    {
        lock (_lock)
            _interrupt?.Invoke();
    }

    /// <summary>Runs the cell of a request.</summary>
    /// <returns>The content of the reply.</returns>
    public async Task<JsonObject> Execute(KernelMessage request, KernelBroadcast broadcast)
    {
        var code = request.Text("code");
        var silent = request.Flag("silent", false);
        var counted = !silent && request.Flag("store_history", true);
        var number = engine.ExecutionCount + (counted ? 1 : 0);
        if (!silent)
        {
            broadcast.Send("execute_input", new JsonObject { ["code"] = code, ["execution_count"] = number });
            TellOfCrash(broadcast);
            if (HelpRequest.Subject(code) is { } subject)
                return Reply(number, [await Page(subject).ConfigureAwait(false)], []);
        }

        var outputs = new CellOutputs(broadcast, number);
        string? result = null;
        using var interrupt = new CellInterrupt();
        input.Serve(request.Flag("allow_stdin", true) ? request : null, outputs.Flush, interrupt.Asked);
        OnInterrupt(interrupt.Raise);
        try
        {
            marker.Begin(number, code);
            var ended = await engine.ExecuteAsync(code, Observe, counted ? null : NextUncounted(), interrupt.Asked, interrupt.Stop).ConfigureAwait(false);
            outputs.Flush();
            if (counted)
                history.Add(number, code, result);
            if (ended.Error is { } error)
                return Failure(number, error);
            return Reply(number, [], await Evaluate(request.Content["user_expressions"] as JsonObject ?? [], interrupt).ConfigureAwait(false));
        }
        finally
        {
            marker.End();
            OnInterrupt(null);
            input.Serve(null, static () => { }, CancellationToken.None);
        }

        void Observe(CellEvent happened)
        {
            if (happened is ResultProduced produced)
                result = JupyterJson.Text(produced.Data["text/plain"]);
            if (!silent)
                outputs.Take(happened);
        }
    }

    private string NextUncounted() => string.Create(CultureInfo.InvariantCulture, $"uncounted cell {++_uncounted}");

    private void OnInterrupt(Action? act)
    {
        lock (_lock)
            _interrupt = act;
    }

    private void TellOfCrash(KernelBroadcast broadcast)
    {
        if (_crash is null)
            return;
        broadcast.Send("stream", new JsonObject { ["name"] = StreamWritten.StandardError, ["text"] = _crash });
        _crash = null;
    }

    /// <summary>Values that the front end wants to know after the cell.</summary>
    private async Task<JsonObject> Evaluate(JsonObject expressions, CellInterrupt interrupt)
    {
        var values = new JsonObject();
        foreach (var (name, expression) in expressions)
        {
            JsonObject? data = null;
            var ended = await engine.ExecuteAsync(
                JupyterJson.Text(expression) ?? "", happened => data = (happened as ResultProduced)?.Data ?? data, NextUncounted(), interrupt.Asked, interrupt.Stop).ConfigureAwait(false);
            values[name] = ended.Error is { } error
                ? Status("error", CellOutputs.ErrorContent(error))
                : Status("ok", new JsonObject { ["data"] = data?.DeepClone() ?? new JsonObject(), ["metadata"] = new JsonObject() });
        }
        return values;
    }

    /// <summary>Help is shown beside the notebook, not in it.</summary>
    private async Task<JsonNode> Page(string subject) => new JsonObject
    {
        ["source"] = "page",
        ["data"] = new JsonObject { ["text/plain"] = await help.Describe(subject, subject.Length).ConfigureAwait(false) ?? $"There is no {subject} here." },
        ["start"] = 0,
    };

    private static JsonObject Reply(int number, JsonArray payload, JsonObject userExpressions) =>
        new() { ["status"] = "ok", ["execution_count"] = number, ["payload"] = payload, ["user_expressions"] = userExpressions };

    private static JsonObject Failure(int number, CellFailed error)
    {
        var reply = Status("error", CellOutputs.ErrorContent(error));
        reply["execution_count"] = number;
        return reply;
    }

    private static JsonObject Status(string status, JsonObject content)
    {
        content["status"] = status;
        return content;
    }
}
