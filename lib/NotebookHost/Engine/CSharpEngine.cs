using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace NotebookHost.Engine;

/// <summary>
/// Runs the cells of one C# notebook, one after another, in this process. Cells are C# scripts: each sees what those before it declared.
/// While it lives it owns <see cref="Console"/>, so one engine at a time can live in a process.
/// </summary>
internal sealed class CSharpEngine : IDisposable
{
    /// <summary>Under this name <see cref="AppContext"/> holds the running cell's <see cref="CancellationToken"/>, for libraries that know nothing of this host.</summary>
    public const string CancellationTokenName = "Notebook.CancellationToken";

    private readonly Lock _emitting = new();
    private readonly NotebookLoadContext _context = new();
    private readonly CellReferences _references;
    private readonly CellCompiler _compiler;
    private readonly ConsoleCapture _console;
    private readonly Dictionary<string, SourceText> _sources = [];
    private object?[] _submissions = new object?[2];
    private Action<CellEvent> _observer = static _ => { };

    /// <param name="notebookFolder">Where relative <c>#r</c> and <c>#load</c> paths start.</param>
    public CSharpEngine(string notebookFolder)
    {
        var sources = new CellSources(Path.GetFullPath(notebookFolder));
        _references = new CellReferences(_context, sources, new PackageRestore());
        _compiler = new CellCompiler(sources, _references);
        _console = new ConsoleCapture(Emit);
    }

    /// <summary>The number of cells executed so far.</summary>
    public int ExecutionCount { get; private set; }

    /// <summary>The assemblies that the notebook referenced, as files.</summary>
    public IEnumerable<string> ReferencedAssemblies => _references.Referenced;

    /// <summary>Runs one cell to its end.</summary>
    /// <param name="code">The cell's text.</param>
    /// <param name="observer">Receives what the cell gives out, one event at a time, in order, from any thread; also what threads it left behind give out until the next cell.</param>
    /// <param name="cancellationToken">Asks the cell to end. Code that does not look at its token runs on.</param>
    public async Task<CellResult> ExecuteAsync(string code, Action<CellEvent> observer, CancellationToken cancellationToken = default)
    {
        lock (_emitting)
            _observer = observer;
        ExecutionCount++;
        AppContext.SetData(CancellationTokenName, cancellationToken);
        try
        {
            var result = await Task.Run(() => Run(code, cancellationToken), CancellationToken.None).ConfigureAwait(false);
            if (result.Error is { } error)
                Emit(error);
            return result;
        }
        finally
        {
            AppContext.SetData(CancellationTokenName, null);
        }
    }

    public void Dispose() => _console.Dispose();

    /// <summary>Gives an event to the observer of the running cell.</summary>
    internal void Emit(CellEvent happened)
    {
        lock (_emitting)
            _observer(happened);
    }

    private async Task<CellResult> Run(string code, CancellationToken cancellationToken)
    {
        CellFunctions.Enter(this);
        var name = $"cell {ExecutionCount}";
        var text = _sources[name] = SourceText.From(code, Encoding.UTF8);
        try
        {
            var compiled = await _compiler.Compile(text, name, cancellationToken).ConfigureAwait(false);
            if (compiled.EntryPoint(_context) is { } entryPoint)
            {
                Array.Resize(ref _submissions, compiled.Slots + 1);
                var value = await entryPoint(_submissions).ConfigureAwait(false);
                if (compiled.HasResult)
                    Emit(new ResultProduced(MimeBundle.Of(value)));
            }
            return CellResult.Success;
        }
        catch (CellErrorException e)
        {
            return new CellResult(CellStatus.DidNotCompile, new CellFailed(CellFailed.DidNotCompile, e.Message, e.Lines));
        }
        catch (Exception e)
        {
            var interrupted = e is OperationCanceledException && cancellationToken.IsCancellationRequested;
            var error = new CellFailed(e.GetType().FullName!, e.Message, ErrorText.OfException(e, _sources.GetValueOrDefault));
            return new CellResult(interrupted ? CellStatus.Interrupted : CellStatus.Threw, error);
        }
    }
}
