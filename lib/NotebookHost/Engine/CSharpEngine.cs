using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
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
    private readonly CellSources _files;
    private readonly CellReferences _references;
    private readonly CellCompiler _compiler;
    private readonly ConsoleCapture _console;
    private readonly Dictionary<string, SourceText> _sources = [];
    private object?[] _submissions = new object?[2];
    private Task _ready = Task.CompletedTask;
    private Action<CellEvent> _observer = static _ => { };

    /// <param name="notebookFolder">Where relative <c>#r</c> and <c>#load</c> paths start.</param>
    public CSharpEngine(string notebookFolder)
    {
        _files = new CellSources(Path.GetFullPath(notebookFolder));
        _references = new CellReferences(_context, _files, new PackageRestore());
        _compiler = new CellCompiler(_files, _references);
        _console = new ConsoleCapture(Emit);
    }

    /// <summary>The number of cells counted so far.</summary>
    public int ExecutionCount { get; private set; }

    /// <summary>The assemblies that the notebook referenced, as files.</summary>
    public IEnumerable<string> ReferencedAssemblies => _references.Referenced;

    /// <summary>The last cell that compiled, with those before it; <c>null</c> before the first.</summary>
    public CSharpCompilation? LastCompiled => _compiler.Last;

    /// <summary>How a cell after <see cref="LastCompiled"/> would be compiled.</summary>
    public CellSettings NextCell => _compiler.NextCell;

    /// <summary>Begins what makes the first cell slow: reading the framework and getting the compiler going. A cell that comes meanwhile waits for it. To be called before the first cell.</summary>
    public void WarmUp() => _ready = Task.Run(() =>
    {
        _compiler.WarmUp();
        MimeBundle.Of(2);
    });

    /// <summary>Runs one cell to its end.</summary>
    /// <param name="code">The cell's text.</param>
    /// <param name="observer">Receives what the cell gives out, one event at a time, in order, from any thread; also what threads it left behind give out until the next cell.</param>
    /// <param name="cancellationToken">Asks the cell to end. Code that does not look at its token runs on.</param>
    public Task<CellResult> ExecuteAsync(string code, Action<CellEvent> observer, CancellationToken cancellationToken = default) =>
        ExecuteAsync(code, observer, ownName: null, cancellationToken, CancellationToken.None);

    /// <summary>Runs one cell to its end, or until it is stopped.</summary>
    /// <param name="code">The cell's text.</param>
    /// <param name="observer">Receives what the cell gives out, as above.</param>
    /// <param name="ownName">What errors call a cell that has no number because it is not the notebook's; <c>null</c> for one that is counted.</param>
    /// <param name="cancellationToken">Asks the cell to end.</param>
    /// <param name="stop">Ends the cell, whatever it does; see <see cref="CellThreads"/>.</param>
    /// <param name="language">The language that it is marked with; <c>null</c> for one that is not known.</param>
    public async Task<CellResult> ExecuteAsync(
        string code, Action<CellEvent> observer, string? ownName,
        CancellationToken cancellationToken, CancellationToken stop, string? language = CellLanguage.CSharp)
    {
        lock (_emitting)
            _observer = observer;
        var name = ownName ?? $"cell {++ExecutionCount}";
        AppContext.SetData(CancellationTokenName, cancellationToken);
        try
        {
            var result = await Task.Run(() => Run(code, language, name, cancellationToken, stop), CancellationToken.None).ConfigureAwait(false);
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
    /// <exception cref="OperationCanceledException">The caller is code of a cell that is being stopped.</exception>
    internal void Emit(CellEvent happened)
    {
        CellThreads.ThrowIfStopping();
        lock (_emitting)
            _observer(happened);
    }

    private async Task<CellResult> Run(string code, string? language, string name, CancellationToken cancellationToken, CancellationToken stop)
    {
        var threads = new CellThreads();
        await using var stopping = stop.UnsafeRegister(_ => threads.Stop(), null).ConfigureAwait(false);
        try
        {
            await _ready.ConfigureAwait(false);
            var begun = Stopwatch.GetTimestamp();
            var text = CellText.Parse(code, name, language);
            await Run(new ImportedCode(name, code, text), [], threads, cancellationToken).ConfigureAwait(false);
            if (text.IsTimed)
                Show(MimeBundle.Of(string.Create(CultureInfo.InvariantCulture, $"Wall time: {Stopwatch.GetElapsedTime(begun).TotalMilliseconds:0.####}ms")));
            return CellResult.Success;
        }
        catch (CellErrorException e)
        {
            return new CellResult(CellStatus.DidNotCompile, new CellFailed(CellFailed.DidNotCompile, e.Message, e.Lines));
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            _console.Renew();
            return new CellResult(CellStatus.Interrupted, new CellFailed(CellFailed.Interrupted, $"{name} was interrupted.", [$"{name} was interrupted. All variables are as it left them."]));
        }
        catch (Exception e)
        {
            return cancellationToken.IsCancellationRequested && CancellationIn(e) is { } cancelled
                ? new CellResult(CellStatus.Interrupted, new CellFailed(cancelled.GetType().FullName!, cancelled.Message, ErrorText.OfInterrupt(name, e, cancelled, _sources.GetValueOrDefault)))
                : new CellResult(CellStatus.Threw, new CellFailed(e.GetType().FullName!, e.Message, ErrorText.OfException(e, _sources.GetValueOrDefault)));
        }
    }

    /// <summary>What says that the code was cancelled, also when <c>Task.Wait</c> or <c>Parallel</c> wrapped it; null when something else went wrong too.</summary>
    private static OperationCanceledException? CancellationIn(Exception thrown) => thrown switch
    {
        OperationCanceledException cancelled => cancelled,
        AggregateException several when several.Flatten().InnerExceptions is var inner && inner.All(each => each is OperationCanceledException) => (OperationCanceledException?)inner.FirstOrDefault(),
        _ => null,
    };

    /// <summary>Runs code with all that it imports.</summary>
    /// <param name="code">A cell, or a file's code.</param>
    /// <param name="importing">The files that are being imported.</param>
    /// <param name="threads">The cell's threads.</param>
    /// <param name="cancellationToken">Asks the cell to end.</param>
    private async Task Run(ImportedCode code, ImmutableList<string> importing, CellThreads threads, CancellationToken cancellationToken)
    {
        _sources[code.Name] = SourceText.From(code.Code);
        foreach (var foreign in code.Text.Parts.OfType<ForeignPart>())
            throw ErrorAt(code, foreign.Line, foreign.Sentence(code.Name, code.UnknownKernel));
        foreach (var (index, part) in code.Text.Parts.Index())
        {
            switch (part)
            {
                case CodePart { Code: var source }:
                    var compiled = await _compiler.Compile(SourceText.From(source, Encoding.UTF8), code.Name, cancellationToken).ConfigureAwait(false);
                    if (compiled.EntryPoint(_context) is not { } entryPoint)
                        break;
                    Array.Resize(ref _submissions, compiled.Slots + 1);
                    var isLast = importing.IsEmpty && index == code.Text.Parts.Count - 1;
                    Action<JsonObject>? result = !compiled.HasResult ? null : isLast ? value => Emit(new ResultProduced(value)) : Show;
                    await threads.Run(() => Run(entryPoint, result)).ConfigureAwait(false);
                    break;
                case ShownPart shown:
                    Show(shown.ToBundle());
                    break;
                case TellingPart { Magic.Name: var magic }:
                    Show(MimeBundle.Of(CellMagic.Answer(magic, _submissions)));
                    break;
                case ImportPart import:
                    foreach (var imported in Import(import, code, importing, out var path))
                        await Run(imported, importing.Add(path), threads, cancellationToken).ConfigureAwait(false);
                    break;
            }
        }
    }

    /// <summary>Reads a file; no part of it that this host does not run comes to light only after others have run.</summary>
    private IReadOnlyList<ImportedCode> Import(ImportPart import, ImportedCode from, ImmutableList<string> importing, out string path)
    {
        try
        {
            path = _files.ResolveReference(import.File, from.Name)
                ?? throw new DirectiveException($"There is no file {Path.GetFullPath(import.File, _files.FolderOf(from.Name))}.");
            if (importing.Contains(path))
                throw new DirectiveException($"{path} imports itself: {string.Join(" → ", importing.Add(path).Select(Path.GetFileName))}.");
            var imported = ImportedFile.Read(path);
            foreach (var code in imported)
            {
                _files.Import(code.Name, Path.GetDirectoryName(path)!);
                if (code.Text.Parts.OfType<ForeignPart>().FirstOrDefault() is { } foreign)
                    throw new DirectiveException(foreign.Sentence(code.Name, code.UnknownKernel));
            }
            return imported;
        }
        catch (Exception e) when (e is DirectiveException or IOException or UnauthorizedAccessException)
        {
            throw ErrorAt(from, import.Line, e.Message);
        }
    }

    private static CellErrorException ErrorAt(ImportedCode code, int line, string message)
    {
        var text = SourceText.From(code.Code);
        return new CellErrorException(ErrorText.OfLine(text, code.Name, text.Lines[line].Span, message));
    }

    private void Show(JsonObject bundle) => Emit(new DataDisplayed(bundle, Guid.NewGuid().ToString("N")));

    /// <summary>The part of a cell that runs its code, formatters included; on the cell's own threads to the end.</summary>
    private async Task Run(Func<object?[], Task<object?>> entryPoint, Action<JsonObject>? result)
    {
        CellFunctions.Enter(this);
        var value = await entryPoint(_submissions).ConfigureAwait(true);
        result?.Invoke(MimeBundle.Of(value));
    }
}
