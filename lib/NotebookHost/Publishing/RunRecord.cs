using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using NotebookHost.Engine;
using NotebookHost.Notebook;

namespace NotebookHost.Publishing;

/// <summary>How a notebook was run: what this host noted in its metadata, or what its cells show when another host ran it.</summary>
internal sealed class RunRecord
{
    /// <summary>The status of a notebook whose cells all ran.</summary>
    public const string Ran = "ran";

    /// <summary>The status of a notebook none of whose cells ran.</summary>
    public const string NotRun = "not run";

    /// <summary>The status of a notebook that others are run before.</summary>
    public const string ToCome = "to come";

    private readonly JsonObject _noted;

    public RunRecord(NotebookDocument document)
    {
        _noted = document.Metadata["notebook_host"] as JsonObject ?? [];
        FailedCell = document.Cells.OfType<CodeCell>().FirstOrDefault(cell => cell.Outputs.OfType<ErrorOutput>().Any() && !NotebookCells.MayFail(cell));
        CodeChanged = Text("code_sha256") is { } code && code != document.CodeFingerprint;
        WasRun = document.Cells.OfType<CodeCell>().Any(cell => cell.ExecutionCount is not null);
    }

    /// <summary>Whether any cell was executed.</summary>
    public bool WasRun { get; }

    /// <summary>Whether cells were changed, added or taken out after the run that is noted here: its time, machine and parameters may not be those of all outputs.</summary>
    public bool CodeChanged { get; }

    /// <summary><see cref="CodeChanged"/> in words, or null.</summary>
    public string? CodeChangedText => CodeChanged ? "its code was changed since" : null;

    /// <summary>The cell with an error, or null.</summary>
    public CodeCell? FailedCell { get; }

    /// <summary>What stopped the notebook, as place, kind and message; null when all cells ran.</summary>
    public string? Error => Text("error") ?? (FailedCell is null ? null : $"cell {FailedCell.ExecutionCount}: {ErrorOf(FailedCell)}");

    /// <summary>When the run began, UTC, or null when nobody noted it.</summary>
    public DateTime? Started =>
        DateTime.TryParse(Text("started"), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var started) ? started : null;

    /// <summary>How long the run took, or null when nobody noted it.</summary>
    public TimeSpan? Duration =>
        _noted["duration_seconds"] is JsonValue value && value.TryGetValue(out double seconds) && seconds is >= 0 and < 1e9 ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>The entries of <c>machine</c>, <c>versions</c> or <c>parameters</c> as text.</summary>
    public IEnumerable<(string Name, string Value)> Entries(string section) =>
        (_noted[section] as JsonObject ?? []).Select(entry => (entry.Key, JupyterJson.Text(entry.Value) ?? entry.Value?.ToJsonString() ?? ""));

    /// <summary>How the run ended, in a word or two.</summary>
    public string Status => (Error, Text("status")) switch
    {
        (null, _) => WasRun ? Ran : NotRun,
        (_, "crashed") => "crashed",
        (_, "timedout") => "timed out",
        (_, "interrupted") => "stopped",
        _ => "failed",
    };

    /// <summary>When the run began, as an HTML element, or null when nobody noted it.</summary>
    public string? StartedHtml => Started is { } started ? FormattableString.Invariant($"<time datetime=\"{started:yyyy-MM-ddTHH:mm:ssZ}\">{DateText(started)}</time>") : null;

    /// <summary>How long the run took, or null when nobody noted it.</summary>
    public string? DurationText => Duration is { } duration ? TimeText(duration) : null;

    /// <summary>What stopped the notebook as HTML, or an empty text.</summary>
    /// <param name="page">The page that the link to the failing cell leads into; empty for its own.</param>
    public string ErrorHtml(string page)
    {
        if (Error is null)
            return "";
        var words = WebUtility.HtmlEncode(Error);
        return $"<p class=\"failure\">Stopped at {(FailedCell is null ? words : $"<a href=\"{WebUtility.HtmlEncode(page)}#cell-{FailedCell.Id}\">{words}</a>")}</p>\n";
    }

    /// <summary>A status, or how many notebooks have it, as an HTML element that shows whether it is good or bad.</summary>
    public static string StatusHtml(string status, string words) =>
        $"<span class=\"status{status switch { Ran => " good", NotRun or ToCome => "", _ => " bad" }}\">{words}</span>";

    /// <summary>A date as people write it, to the minute.</summary>
    public static string DateText(DateTime utc) => utc.ToString("d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A duration in the two units that matter.</summary>
    public static string TimeText(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours} h {time.Minutes} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
    };

    private static string ErrorOf(CodeCell cell)
    {
        var error = cell.Outputs.OfType<ErrorOutput>().First();
        return $"{error.Name}: {error.Value.Split('\n')[0]}";
    }

    private string? Text(string name) => JupyterJson.Text(_noted[name]);
}
