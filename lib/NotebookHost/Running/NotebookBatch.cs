using NotebookHost.Publishing;

namespace NotebookHost.Running;

/// <summary>Runs several notebooks one after another; one that fails does not end the others.</summary>
internal sealed class NotebookBatch
{
    private readonly RunRequest _request;
    private readonly List<Entry> _entries;
    private readonly NotebookSite? _site;
    private readonly TimeSpan? _pageLimit;

    private sealed record Entry(RunnableNotebook Notebook, string Target)
    {
        public string Name => Notebook.Name;
    }

    /// <summary>Reads all notebooks and checks what can be checked before a cell runs. A file that cannot be run does not keep others from it.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="pageLimit">How long a page may take to make; <see cref="TimeLimit.OfPage"/> when null.</param>
    /// <exception cref="RunException">Something asked for cannot be done, or no file can be run.</exception>
    public NotebookBatch(RunRequest request, TimeSpan? pageLimit = null)
    {
        (_request, _pageLimit) = (request, pageLimit);
        _entries = [.. NotebookFiles.Find(request.FilesOrFolders).Select(Open)];
        if (_entries.TrueForAll(entry => entry.Notebook.Refusal is not null))
            throw new RunException(string.Join('\n', _entries.Select(entry => entry.Notebook.Refusal)));
        CheckParameterNames();
        _site = request.Out is null ? null : new NotebookSite(request.Out, _entries.Select(entry => entry.Name));
    }

    /// <summary>The executed notebooks that <see cref="Run"/> writes.</summary>
    public IReadOnlyList<string> Targets => [.. _entries.Select(entry => entry.Target)];

    /// <summary>What the notebooks that have run found.</summary>
    public IReadOnlyList<Finding> Findings => [.. _entries.SelectMany(entry => Finding.In(entry.Name, entry.Notebook.Document))];

    /// <summary>The page that leads to all others, or null when none are written: notebooks run in place have no pages.</summary>
    public string? Index => _site?.Index;

    /// <summary>Runs the notebooks. Each file and its page are written when its notebook has ended, with everything that ran until then; the index is there from the beginning.</summary>
    /// <param name="progressOf">Makes the display for the notebook of that name.</param>
    /// <param name="interrupt">Stops the running notebook and begins no other.</param>
    /// <returns>File written → how its run ended; notebooks that an interrupt kept from beginning are missing.</returns>
    public async Task<IReadOnlyDictionary<string, NotebookOutcome>> Run(Func<string, IRunProgress> progressOf, CancellationToken interrupt)
    {
        var outcomes = new Dictionary<string, NotebookOutcome>();
        _site?.WriteIndex();
        foreach (var entry in _entries)
        {
            if (entry.Notebook.Refusal is { } reason)
            {
                outcomes[entry.Target] = NotebookOutcome.Refusal(reason);
                Leave(entry, reason.Replace(entry.Notebook.Source, Path.GetFileName(entry.Notebook.Source), StringComparison.Ordinal), interrupt);
            }
            else if (interrupt.IsCancellationRequested)
                Leave(entry, "the run was stopped before this notebook", interrupt);
            else
                outcomes[entry.Target] = await RunOne(entry, progressOf(entry.Name), interrupt).ConfigureAwait(false);
        }
        return outcomes;
    }

    private async Task<NotebookOutcome> RunOne(Entry entry, IRunProgress progress, CancellationToken interrupt)
    {
        var (outcome, duration) = await entry.Notebook.Run(entry.Target, _request.Parameters, progress, inPlace: _request.Out is null, _request.Timeout, interrupt: interrupt).ConfigureAwait(false);
        if (WritePage(entry, interrupt) is { } reason && outcome.Status == NotebookStatus.Succeeded)
            outcome = new NotebookOutcome(NotebookStatus.Failed, ErrorValue: reason);
        progress.End(outcome, duration);
        return outcome;
    }

    /// <summary>Writes a notebook's page. What ran is shown, also after an interrupt, if that does not take long.</summary>
    /// <returns>Null, or why the page only says that it could not be made.</returns>
    private string? WritePage(Entry entry, CancellationToken interrupt)
    {
        using var giveUp = new CancellationTokenSource();
        using var interrupted = interrupt.Register(() => giveUp.CancelAfter(TimeLimit.AfterInterrupt));
        try
        {
            return _site?.Write(entry.Name, entry.Notebook.Document, entry.Notebook.Folder, _pageLimit, giveUp.Token);
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            Leave(entry, "the run was stopped before its page was written", interrupt);
            return null;
        }
    }

    /// <summary>Notes a notebook without a page; after an interrupt under its file's name, since finding its title takes time.</summary>
    private void Leave(Entry entry, string reason, CancellationToken interrupt)
    {
        if (interrupt.IsCancellationRequested)
            _site?.Leave(entry.Name, entry.Name, reason);
        else
            _site?.Leave(entry.Name, entry.Notebook.Document, reason);
    }

    private Entry Open(string path)
    {
        var source = RealPath.Of(path);
        var target = _request.Out is null ? source : Path.Combine(RealPath.Of(_request.Out), Path.GetFileName(path));
        if (_request.Out is not null && target.Equals(source, RealPath.Comparison))
            throw new RunException($"{path} would be overwritten by its executed copy. Choose another folder with --out, or use --in-place.");
        return new Entry(RunnableNotebook.Open(path), target);
    }

    private void CheckParameterNames()
    {
        if (NotebookParameters.Unknown(_request.Parameters.Keys, _entries.SelectMany(entry => entry.Notebook.Parameters.Names), "the notebooks given") is { } problem)
            throw new RunException(problem);
        foreach (var entry in _entries)
            entry.Notebook.Parameters.Check(_request.Parameters);
    }
}
