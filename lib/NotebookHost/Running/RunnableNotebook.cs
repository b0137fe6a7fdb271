using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using NotebookHost.Engine;
using NotebookHost.Notebook;

namespace NotebookHost.Running;

/// <summary>A notebook that was read to be run, with the parameters that it declares.</summary>
internal sealed class RunnableNotebook
{
    /// <summary>What a run notes is kept under this name in the notebook's metadata.</summary>
    public const string RunKey = "notebook_host";

    private RunnableNotebook(string path, NotebookDocument document, string? refusal) =>
        (Source, Document, Parameters, Refusal) = (path, document, new NotebookParameters(document), refusal);

    /// <summary>The file.</summary>
    public string Source { get; }

    /// <summary>The file's name without ending.</summary>
    public string Name => Path.GetFileNameWithoutExtension(Source);

    /// <summary>The folder that the cells work in.</summary>
    public string Folder => Path.GetDirectoryName(Source)!;

    public NotebookDocument Document { get; }

    public NotebookParameters Parameters { get; }

    /// <summary>Why it cannot be run, in a sentence; else null.</summary>
    public string? Refusal { get; }

    /// <summary>Reads a notebook. A file that cannot be read, or holds what this host does not run, is refused, not an exception.</summary>
    public static RunnableNotebook Open(string path)
    {
        try
        {
            var document = NotebookDocument.LoadToRun(path);
            return new RunnableNotebook(path, document, LanguageRefusal(path, document));
        }
        catch (Exception e) when (e is NotebookFormatException or IOException or UnauthorizedAccessException)
        {
            return new RunnableNotebook(path, new NotebookDocument(), e.Message);
        }
    }

    /// <summary>Runs the notebook, notes in its metadata how, and writes it with everything that ran.</summary>
    /// <param name="target">The file to write.</param>
    /// <param name="given">Parameters: name → value as typed.</param>
    /// <param name="progress">Hears how far the run is, but not of its end.</param>
    /// <param name="inPlace">Whether the target is the notebook itself, whose cells and defaults stay as they are.</param>
    /// <param name="timeout">How long the run may take, or null.</param>
    /// <param name="environment">Environment variables for the notebook's process, on top of this one's.</param>
    /// <param name="interrupt">Asks the running cell to end and runs no other.</param>
    /// <returns>How the run ended and how long it took.</returns>
    public async Task<(NotebookOutcome Outcome, TimeSpan Duration)> Run(
        string target,
        IReadOnlyDictionary<string, string> given,
        IRunProgress progress,
        bool inPlace = false,
        TimeSpan? timeout = null,
        IReadOnlyDictionary<string, string>? environment = null,
        CancellationToken interrupt = default)
    {
        var parameters = Parameters.Inject(given);
        var runner = new NotebookRunner(Document, Folder, progress, uncounted: inPlace ? Parameters.Injected : null, environment);
        var started = DateTime.UtcNow;
        var clock = Stopwatch.StartNew();
        var outcome = await runner.Run(timeout, interrupt).ConfigureAwait(false);

        if (inPlace && outcome.Status == NotebookStatus.Succeeded)
            Parameters.Withdraw(); // in place a notebook gets outputs and keeps its own cells and defaults
        Document.Metadata[RunKey] = new JsonObject
        {
            ["started"] = started.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["duration_seconds"] = Math.Round(clock.Elapsed.TotalSeconds, 1),
            ["machine"] = MachineDescription.Here(),
            ["versions"] = Versions(runner.Versions),
            ["parameters"] = parameters,
            ["status"] = outcome.Status.ToString().ToLowerInvariant(),
            ["error"] = outcome.Status == NotebookStatus.Succeeded ? null : outcome.Error,
            ["code_sha256"] = Document.CodeFingerprint,
        };
        Document.Save(target);
        return (outcome, clock.Elapsed);
    }

    /// <summary>Runs the notebook up to one of its cells and writes nothing; the document is cut off there.</summary>
    /// <param name="last">The cell.</param>
    /// <param name="given">Parameters: name → value as typed.</param>
    /// <param name="progress">Hears how far the run is.</param>
    /// <param name="environment">Environment variables for the notebook's process, on top of this one's.</param>
    /// <param name="interrupt">Asks the running cell to end and runs no other.</param>
    public async Task<NotebookOutcome> RunUpTo(CodeCell last, IReadOnlyDictionary<string, string> given, IRunProgress progress, IReadOnlyDictionary<string, string> environment, CancellationToken interrupt)
    {
        var kept = Document.Cells.IndexOf(last) + 1;
        Document.Cells.RemoveRange(kept, Document.Cells.Count - kept);
        Parameters.Inject(given);
        var clock = Stopwatch.StartNew();
        var outcome = await new NotebookRunner(Document, Folder, progress, Parameters.Injected, environment).Run(null, interrupt).ConfigureAwait(false);
        progress.End(outcome, clock.Elapsed);
        return outcome;
    }

    /// <summary>Says which cell this host does not run, or <c>null</c>.</summary>
    private static string? LanguageRefusal(string path, NotebookDocument document)
    {
        var (unmarked, unknownKernel) = (NotebookCells.LanguageOf(document), NotebookCells.UnknownKernel(document));
        var cells = NotebookCells.ToRun(document).ToList();
        var foreign = cells.Select((cell, index) => ForeignIn(cell, $"cell {index + 1}", unmarked, unknownKernel)).OfType<string>().ToList();
        if (foreign.Count == 0)
            return null;
        if (foreign.Count < cells.Count || CellLanguage.IsServed(unmarked))
            return $"{path}: {foreign[0]}";
        return unmarked is null
            ? $"{path}: this host runs C#; the notebook is for the kernel {unknownKernel}. If its code is C#, add \"language\": \"C#\" to its kernelspec."
            : $"{path} is a notebook in {unmarked}; this host runs C# (kernelspec .net-csharp, language C#).";
    }

    private static string? ForeignIn(CodeCell cell, string name, string? unmarked, string? unknownKernel)
    {
        try
        {
            return CellText.Parse(cell.Source, name, NotebookCells.LanguageOf(cell, unmarked)).Parts.OfType<ForeignPart>().FirstOrDefault()?.Sentence(name, unknownKernel);
        }
        catch (CellErrorException)
        {
            return null; // an error of that cell, when its turn comes
        }
    }

    private static JsonObject Versions(IReadOnlyDictionary<string, string> referenced)
    {
        var own = typeof(RunnableNotebook).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
        var versions = new JsonObject { [".NET"] = Environment.Version.ToString(), ["NotebookHost"] = own };
        foreach (var (name, version) in referenced.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            versions[name] = version;
        return versions;
    }
}
