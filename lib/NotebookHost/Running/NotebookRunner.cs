using System.Globalization;
using System.Text.Json.Nodes;
using NotebookHost.Engine;
using NotebookHost.Notebook;

namespace NotebookHost.Running;

/// <summary>Executes the code cells of a notebook in a process of its own, until the first that fails, and puts what they give out into the document.</summary>
internal sealed class NotebookRunner
{
    /// <summary>What outcomes and errors call the cell that an injection added.</summary>
    private const string ParametersCell = "the cell that sets the parameters";

    private readonly NotebookDocument _document;
    private readonly string _folder;
    private readonly IRunProgress _progress;
    private readonly NotebookOutputs _outputs = new();
    private readonly string? _unmarked;
    private readonly CodeCell? _uncounted;
    private readonly IReadOnlyDictionary<string, string>? _environment;
    private NotebookProcess? _process;
    private int _begun;
    private int _counted;

    /// <param name="document">The notebook; outputs of an earlier run are removed.</param>
    /// <param name="folder">The folder the cells work in, where their relative paths start.</param>
    /// <param name="progress">Hears how far the run is.</param>
    /// <param name="uncounted">A cell that will be taken out again, and so gets no number; or <c>null</c>.</param>
    /// <param name="environment">Environment variables for the process, on top of this one's; or <c>null</c>.</param>
    public NotebookRunner(NotebookDocument document, string folder, IRunProgress progress, CodeCell? uncounted = null, IReadOnlyDictionary<string, string>? environment = null) =>
        (_document, _folder, _progress, _unmarked, _uncounted, _environment) = (document, folder, progress, NotebookCells.LanguageOf(document), uncounted, environment);

    /// <summary>The assemblies that the notebook referenced: name → version.</summary>
    public IReadOnlyDictionary<string, string> Versions => _process?.Versions ?? new Dictionary<string, string>();

    /// <summary>Runs the notebook; every way to fail is an outcome, none an exception.</summary>
    /// <param name="timeout">How long the whole notebook may take, or <c>null</c> for any time.</param>
    /// <param name="interrupt">Asks the running cell to end and runs no other.</param>
    public async Task<NotebookOutcome> Run(TimeSpan? timeout, CancellationToken interrupt)
    {
        foreach (var cell in _document.Cells.OfType<CodeCell>().Where(cell => !NotebookCells.IsSkipped(cell)))
            Clear(cell);
        var cells = NotebookCells.ToRun(_document).ToList();
        _progress.Begin(cells.Count);

        using var limit = new CancellationTokenSource();
        if (timeout is { } allowed)
            limit.CancelAfter(allowed);
        try
        {
            _process = await NotebookProcess.Start(_folder, _environment, interrupt).ConfigureAwait(false);
            foreach (var cell in cells)
            {
                interrupt.ThrowIfCancellationRequested();
                if (await Run(cell, timeout, interrupt, limit.Token).ConfigureAwait(false) is { } failure)
                    return failure;
            }
            return NotebookOutcome.Success;
        }
        catch (NotebookCrashException e)
        {
            return new NotebookOutcome(NotebookStatus.Crashed, null, nameof(NotebookStatus.Crashed), e.Message);
        }
        catch (OperationCanceledException)
        {
            return new NotebookOutcome(NotebookStatus.Interrupted, null, nameof(NotebookStatus.Interrupted), "The run was stopped.");
        }
        finally
        {
            if (_process is not null)
                await _process.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<NotebookOutcome?> Run(CodeCell cell, TimeSpan? timeout, CancellationToken interrupt, CancellationToken limit)
    {
        var ownName = cell == _uncounted ? ParametersCell : null;
        var name = ownName ?? $"cell {cell.ExecutionCount = ++_counted}";
        CellFailed? error = null;
        _outputs.Begin(cell);
        _progress.CellBegins(++_begun);
        var started = Now();
        try
        {
            var status = await _process!.Execute(cell.Source, NotebookCells.LanguageOf(cell, _unmarked), ownName, Take, interrupt, limit).ConfigureAwait(false);
            if (status == CellStatus.Succeeded || (status != CellStatus.Interrupted && !interrupt.IsCancellationRequested && NotebookCells.MayFail(cell)))
                return null;
            return new NotebookOutcome(status == CellStatus.Interrupted || interrupt.IsCancellationRequested ? NotebookStatus.Interrupted : NotebookStatus.Failed, name, error?.Name, error?.Value);
        }
        catch (NotebookCrashException e)
        {
            var status = limit.IsCancellationRequested ? NotebookStatus.TimedOut : interrupt.IsCancellationRequested ? NotebookStatus.Interrupted : NotebookStatus.Crashed;
            var message = status switch
            {
                NotebookStatus.TimedOut => $"The notebook took longer than the {timeout!.Value.TotalSeconds.ToString(CultureInfo.InvariantCulture)} seconds allowed; its process was ended.",
                NotebookStatus.Interrupted => "The cell did not stop when asked to; its process was ended.",
                _ => e.Message,
            };
            Take(new CellFailed(status.ToString(), message, [$"{name}: {message}"]));
            return new NotebookOutcome(status, name, status.ToString(), message);
        }
        finally
        {
            _outputs.End();
            Stamp(cell, started, Now());
            _progress.CellEnds(_begun);
        }

        void Take(CellEvent happened)
        {
            error = happened as CellFailed ?? error;
            _outputs.Add(happened);
            _progress.Live(_outputs.CurrentLine);
        }
    }

    private static void Clear(CodeCell cell)
    {
        cell.Outputs.Clear();
        cell.ExecutionCount = null;
        cell.Metadata.Remove("execution");
    }

    /// <summary>The times that nbclient records, under its names.</summary>
    private static void Stamp(CodeCell cell, string started, string ended) => cell.Metadata["execution"] = new JsonObject
    {
        ["iopub.execute_input"] = started,
        ["iopub.status.busy"] = started,
        ["iopub.status.idle"] = ended,
        ["shell.execute_reply"] = ended,
    };

    private static string Now() => DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
