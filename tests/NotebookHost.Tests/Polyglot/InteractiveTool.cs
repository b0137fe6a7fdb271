using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace NotebookHost.Tests.Polyglot;

/// <summary>
/// The released .NET Interactive, spoken to as the Polyglot extension of VS Code does: a JSON object a line, commands on its standard input, events on its standard output. The variable
/// <c>DOTNET_INTERACTIVE</c> names the program. It runs in German, where a comma begins the decimals.
/// </summary>
internal sealed class InteractiveTool : IAsyncDisposable
{
    public const string Variable = "DOTNET_INTERACTIVE";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly Channel<JsonObject> _events = Channel.CreateUnbounded<JsonObject>();
    private readonly StringBuilder _stray = new();

    private InteractiveTool(Process process) => _process = process;

    /// <summary>Whether there is one to run.</summary>
    public static string? Program => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } program ? program : null;

    /// <summary>Starts it in a folder, waits until it takes commands, and sees that it is in German.</summary>
    /// <param name="folder">Where relative paths of cells start.</param>
    /// <param name="variables">Environment variables for the cells.</param>
    public static async Task<InteractiveTool> Start(string folder, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(Program!, ["[vscode]", "stdio", "--working-dir", folder])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var (name, value) in ((string, string)[])[("LC_ALL", "de_DE.UTF-8"), ("LANG", "de_DE.UTF-8"), ("DOTNET_INTERACTIVE_CLI_TELEMETRY_OPTOUT", "1"), ("DOTNET_INTERACTIVE_SKIP_FIRST_TIME_EXPERIENCE", "1"), .. variables])
            start.Environment[name] = value;
        start.Environment.Remove("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"); // it knows no German
        var tool = new InteractiveTool(Process.Start(start)!);
        tool.Listen();
        await tool.Until(happened => Type(happened) == "KernelReady");
        Assert.Contains(await tool.Submit("Console.Write(1.5);"), happened => Type(happened) == "StandardOutputValueProduced" && (string?)happened["event"]?["formattedValues"]?[0]?["value"] == "1,5");
        return tool;
    }

    /// <summary>The name of an event.</summary>
    public static string Type(JsonObject happened) => (string)happened["eventType"]!;

    /// <summary>Runs a cell to its end; its events, the last of which says how it ended.</summary>
    public async Task<IReadOnlyList<JsonObject>> Submit(string code) => await End(Send("SubmitCode", new JsonObject { ["code"] = code, ["targetKernelName"] = "csharp" }));

    /// <summary>Runs a cell and presses <i>Stop</i> when it has written something.</summary>
    public async Task<IReadOnlyList<JsonObject>> SubmitAndStop(string code)
    {
        var cell = Send("SubmitCode", new JsonObject { ["code"] = code, ["targetKernelName"] = "csharp" });
        await Until(happened => Type(happened) == "StandardOutputValueProduced");
        Send("Cancel", new JsonObject { ["targetKernelName"] = "csharp" });
        return await End(cell);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private string Send(string type, JsonObject command)
    {
        var token = Guid.NewGuid().ToString("N");
        var line = new JsonObject { ["commandType"] = type, ["token"] = token, ["command"] = command, ["routingSlip"] = new JsonArray() };
        _process.StandardInput.WriteLine(line.ToJsonString());
        _process.StandardInput.Flush();
        return token;
    }

    private Task<List<JsonObject>> End(string command) => Until(happened => Type(happened) is "CommandSucceeded" or "CommandFailed" && (string?)happened["command"]?["token"] == command);

    private async Task<List<JsonObject>> Until(Func<JsonObject, bool> last)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(s_patience);
        var events = new List<JsonObject>();
        try
        {
            do
                events.Add(await _events.Reader.ReadAsync(limit.Token));
            while (!last(events[^1]));
            return events;
        }
        catch (Exception e) when (e is ChannelClosedException or OperationCanceledException)
        {
            throw new InvalidOperationException($".NET Interactive gave no answer. It wrote: {_stray}", e);
        }
    }

    private void Listen()
    {
        _process.ErrorDataReceived += (_, line) => Stray(line.Data);
        _process.BeginErrorReadLine();
        _ = Task.Run(async () =>
        {
            while (await _process.StandardOutput.ReadLineAsync() is { } line)
            {
                if (TryParse(line) is { } happened)
                    _events.Writer.TryWrite(happened);
                else
                    Stray(line);
            }

            _events.Writer.Complete();
        });
    }

    private void Stray(string? line)
    {
        lock (_stray)
            _stray.AppendLine(line);
    }

    private static JsonObject? TryParse(string line)
    {
        try
        {
            return JsonNode.Parse(line) is JsonObject happened && happened.ContainsKey("eventType") ? happened : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
