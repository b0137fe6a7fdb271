using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis.CSharp;
using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

/// <summary>Tests that run cells own the console of this process, so they take turns.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class CellsCollection
{
    public const string Name = "Cells";
}

/// <summary>An engine in a folder of its own, with what its cells gave out.</summary>
internal sealed class CellRun : IDisposable
{
    private readonly CSharpEngine _engine;

    public CellRun() => _engine = new CSharpEngine(Folder);

    public string Folder { get; } = Directory.CreateTempSubdirectory("cells-").FullName;

    public List<CellEvent> Events { get; } = [];

    public IEnumerable<string> ReferencedAssemblies => _engine.ReferencedAssemblies;

    public string Output => string.Concat(Events.OfType<StreamWritten>().Where(e => e.Name == "stdout").Select(e => e.Text));

    public string ErrorOutput => string.Concat(Events.OfType<StreamWritten>().Where(e => e.Name == "stderr").Select(e => e.Text));

    public JsonObject? Result => Events.OfType<ResultProduced>().SingleOrDefault()?.Data;

    public string? PlainResult => (string?)Result?["text/plain"];

    public string Traceback => string.Join('\n', Events.OfType<CellFailed>().Single().Traceback);

    public CSharpCompilation? LastCompiled => _engine.LastCompiled;

    public void WarmUp() => _engine.WarmUp();

    /// <summary>Runs a cell; the events are those of this cell.</summary>
    public async Task<CellResult> Try(string code, CancellationToken? cancellationToken = null)
    {
        Events.Clear();
        return await _engine.ExecuteAsync(code, Events.Add, cancellationToken ?? TestContext.Current.CancellationToken);
    }

    /// <summary>Runs a cell of the host's own.</summary>
    public async Task<CellResult> TryUncounted(string ownName, string code)
    {
        Events.Clear();
        return await _engine.ExecuteAsync(code, Events.Add, ownName, TestContext.Current.CancellationToken, CancellationToken.None);
    }

    /// <summary>Runs a cell that is stopped after its first output.</summary>
    public async Task<CellResult> Stop(string code, CancellationToken cancellationToken)
    {
        Events.Clear();
        using var stop = new CancellationTokenSource();
        return await _engine.ExecuteAsync(code, _ => stop.CancelAsync(), ownName: null, cancellationToken, stop.Token);
    }

    /// <summary>Runs cells that must succeed.</summary>
    public async Task<CellRun> Run(params string[] cells)
    {
        foreach (var cell in cells)
        {
            var result = await Try(cell);
            Assert.True(result.Status == CellStatus.Succeeded, result.Error is null ? "" : string.Join('\n', result.Error.Traceback));
        }
        return this;
    }

    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose()
    {
        _engine.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
