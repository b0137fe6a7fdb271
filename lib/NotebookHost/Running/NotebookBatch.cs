using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using NotebookHost.Engine;
using NotebookHost.Notebook;
using NotebookHost.Publishing;

namespace NotebookHost.Running;

/// <summary>Runs several notebooks one after another; one that fails does not end the others.</summary>
internal sealed class NotebookBatch
{
    private readonly RunRequest _request;
    private readonly List<Entry> _entries;
    private readonly NotebookSite? _site;

    private sealed record Entry(string Source, string Target, NotebookDocument Document, NotebookParameters Parameters, string? Refusal = null)
    {
        public string Name => Path.GetFileNameWithoutExtension(Source);
    }

    /// <summary>Reads all notebooks and checks what can be checked before a cell runs. A file that cannot be run does not keep others from it.</summary>
    /// <exception cref="RunException">Something asked for cannot be done, or no file can be run.</exception>
    public NotebookBatch(RunRequest request)
    {
        _request = request;
        _entries = [.. NotebookFiles.Find(request.FilesOrFolders).Select(Open)];
        if (_entries.TrueForAll(entry => entry.Refusal is not null))
            throw new RunException(string.Join('\n', _entries.Select(entry => entry.Refusal)));
        CheckParameterNames();
        _site = request.Out is null ? null : new NotebookSite(request.Out, _entries.Select(entry => entry.Name));
    }

    /// <summary>The executed notebooks that <see cref="Run"/> writes.</summary>
    public IReadOnlyList<string> Targets => [.. _entries.Select(entry => entry.Target)];

    /// <summary>What the notebooks that have run found.</summary>
    public IReadOnlyList<Finding> Findings => [.. _entries.SelectMany(entry => Finding.In(entry.Name, entry.Document))];

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
            if (entry.Refusal is { } reason)
            {
                outcomes[entry.Target] = NotebookOutcome.Refusal(reason);
                Leave(entry, reason.Replace(entry.Source, Path.GetFileName(entry.Source), StringComparison.Ordinal), interrupt);
            }
            else if (interrupt.IsCancellationRequested)
                Leave(entry, "the run was stopped before it", interrupt);
            else
                outcomes[entry.Target] = await RunOne(entry, progressOf(entry.Name), interrupt).ConfigureAwait(false);
        }
        return outcomes;
    }

    private async Task<NotebookOutcome> RunOne(Entry entry, IRunProgress progress, CancellationToken interrupt)
    {
        var inPlace = _request.Out is null;
        var parameters = entry.Parameters.Inject(_request.Parameters);
        var runner = new NotebookRunner(entry.Document, Path.GetDirectoryName(entry.Source)!, progress, uncounted: inPlace ? entry.Parameters.Injected : null);
        var started = DateTime.UtcNow;
        var clock = Stopwatch.StartNew();
        var outcome = await runner.Run(_request.Timeout, interrupt).ConfigureAwait(false);

        if (inPlace && outcome.Status == NotebookStatus.Succeeded)
            entry.Parameters.Withdraw(); // in place a notebook gets outputs and keeps its own cells and defaults
        entry.Document.Metadata["notebook_host"] = new JsonObject
        {
            ["started"] = started.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["duration_seconds"] = Math.Round(clock.Elapsed.TotalSeconds, 1),
            ["machine"] = MachineDescription.Here(),
            ["versions"] = Versions(runner.Versions),
            ["parameters"] = parameters,
            ["status"] = outcome.Status.ToString().ToLowerInvariant(),
            ["error"] = outcome.Status == NotebookStatus.Succeeded ? null : outcome.Error,
            ["code_sha256"] = entry.Document.CodeFingerprint,
        };
        entry.Document.Save(entry.Target);
        WritePage(entry, interrupt);
        progress.End(outcome, clock.Elapsed);
        return outcome;
    }

    /// <summary>Writes a notebook's page. What ran is shown, also after an interrupt, if that does not take long.</summary>
    private void WritePage(Entry entry, CancellationToken interrupt)
    {
        using var giveUp = new CancellationTokenSource();
        using var interrupted = interrupt.Register(() => giveUp.CancelAfter(TimeLimit.AfterInterrupt));
        try
        {
            _site?.Write(entry.Name, entry.Document, Path.GetDirectoryName(entry.Source), interrupt: giveUp.Token);
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            Leave(entry, "the run was stopped before its page was written", interrupt);
        }
    }

    /// <summary>Notes a notebook without a page; after an interrupt under its file's name, since finding its title takes time.</summary>
    private void Leave(Entry entry, string reason, CancellationToken interrupt)
    {
        if (interrupt.IsCancellationRequested)
            _site?.Leave(entry.Name, entry.Name, reason);
        else
            _site?.Leave(entry.Name, entry.Document, reason);
    }

    private Entry Open(string path)
    {
        var source = RealPath.Of(path);
        var target = _request.Out is null ? source : Path.Combine(RealPath.Of(_request.Out), Path.GetFileName(path));
        if (_request.Out is not null && target.Equals(source, RealPath.Comparison))
            throw new RunException($"{path} would be overwritten by its executed copy. Choose another folder with --out, or say --in-place.");
        try
        {
            var document = NotebookDocument.LoadToRun(path);
            return new Entry(path, target, document, new NotebookParameters(document), LanguageRefusal(path, document));
        }
        catch (Exception e) when (e is NotebookFormatException or IOException or UnauthorizedAccessException)
        {
            var nothing = new NotebookDocument();
            return new Entry(path, target, nothing, new NotebookParameters(nothing), e.Message);
        }
    }

    /// <summary>Says which cell this host does not run, or <c>null</c>.</summary>
    private static string? LanguageRefusal(string path, NotebookDocument document)
    {
        var unmarked = NotebookCells.LanguageOf(document);
        var cells = NotebookCells.ToRun(document).ToList();
        var foreign = cells.Select((cell, index) => ForeignIn(cell, $"cell {index + 1}", unmarked)).OfType<string>().ToList();
        return foreign.Count == 0
            ? null
            : foreign.Count == cells.Count && !CellLanguage.IsServed(unmarked)
                ? $"{path} is a notebook in {unmarked}; this host runs C# (kernelspec .net-csharp, language C#)."
                : $"{path}: {foreign[0]}";
    }

    private static string? ForeignIn(CodeCell cell, string name, string unmarked)
    {
        try
        {
            return CellText.Parse(cell.Source, name, NotebookCells.LanguageOf(cell, unmarked)).Parts.OfType<ForeignPart>().FirstOrDefault()?.Sentence(name);
        }
        catch (CellErrorException)
        {
            return null; // an error of that cell, when its turn comes
        }
    }

    private void CheckParameterNames()
    {
        var known = _entries.SelectMany(entry => entry.Parameters.Names).Distinct().Order(StringComparer.Ordinal).ToList();
        foreach (var name in _request.Parameters.Keys.Where(name => !known.Contains(name)))
        {
            throw new RunException(known.Count == 0
                ? $"There is no parameter {name}: the notebooks given declare none (in a cell tagged 'parameters')."
                : $"There is no parameter {name}. The notebooks given declare: {string.Join(", ", known)}.");
        }
        foreach (var entry in _entries)
            entry.Parameters.Check(_request.Parameters);
    }

    private static JsonObject Versions(IReadOnlyDictionary<string, string> referenced)
    {
        var own = typeof(NotebookBatch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
        var versions = new JsonObject { [".NET"] = Environment.Version.ToString(), ["NotebookHost"] = own };
        foreach (var (name, version) in referenced.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            versions[name] = version;
        return versions;
    }
}
