using System.Text.Json.Nodes;
using AngleSharp.Html.Parser;
using NotebookHost.Engine;
using NotebookHost.Notebook;

namespace NotebookHost.Running;

/// <summary>
/// What a notebook found, for the page over all notebooks and the end of a run: an output of a cell tagged <c>verdict</c>. An output may bring it in the type <see cref="MimeType"/>, as a JSON object (or a text that is one) with the texts
/// <c>subject</c>, <c>outcome</c>, <c>measured</c>, <c>statement</c> and <c>sources</c>; of one that does not, its words are taken, but not those of a table that does not fit a line.
/// </summary>
/// <param name="Notebook">The name of the notebook's file, without ending.</param>
/// <param name="Subject">What was looked into, in a word; null where the output brings words only.</param>
/// <param name="Outcome">What came of it, in a word or two; of words, all of them in one line.</param>
/// <param name="Measured">The number that decides it, with its interval; may be empty.</param>
/// <param name="Statement">What was looked into, in a sentence; may be empty.</param>
/// <param name="Sources">The addresses of what it was found in, separated by spaces; may be empty.</param>
internal sealed record Finding(string Notebook, string? Subject, string Outcome, string Measured = "", string Statement = "", string Sources = "")
{
    /// <summary>The type in which an output brings a finding.</summary>
    public const string MimeType = "application/vnd.notebook.finding+json";

    /// <summary>Cells with this tag say what their notebook found.</summary>
    public const string VerdictTag = "verdict";

    private const int LongestLine = 100;
    private const int MostLines = 5;

    /// <summary>What a notebook found, in the order of its cells.</summary>
    public static IEnumerable<Finding> In(string notebook, NotebookDocument document) =>
        from cell in OutputsOfVerdicts(document)
        let finding = Of(notebook, cell)
        where finding is not null
        select finding;

    /// <summary>The outputs of the cells tagged <c>verdict</c>.</summary>
    public static IEnumerable<CellOutput> OutputsOfVerdicts(NotebookDocument document) =>
        document.Cells.OfType<CodeCell>().Where(cell => cell.Tags.Contains(VerdictTag)).SelectMany(cell => cell.Outputs);

    /// <summary>Findings in a few short lines: a line for each outcome, with all that came out so, then the words of others.</summary>
    public static IReadOnlyList<string> Summary(IReadOnlyList<Finding> findings)
    {
        var outcomes = findings.Where(finding => finding.Subject is not null).OrderBy(finding => finding.Subject, StringComparer.Ordinal)
            .GroupBy(finding => finding.Outcome, finding => finding.Subject).Select(group => $"{group.Key}: {string.Join(", ", group)}");
        var words = findings.Where(finding => finding.Subject is null).Select(finding => $"{finding.Notebook}: {finding.Outcome}");
        var lines = outcomes.Concat(words).Select(Shortened).ToList();
        return lines.Count <= MostLines ? lines : [.. lines.Take(MostLines - 1), $"and {lines.Count - MostLines + 1} more in the reports"];
    }

    private static Finding? Of(string notebook, CellOutput output) => output switch
    {
        DisplayDataOutput display => Of(notebook, display.Data),
        ExecuteResultOutput result => Of(notebook, result.Data),
        StreamOutput { Name: StreamWritten.StandardOutput } stream => OfWords(notebook, stream.Text),
        _ => null,
    };

    private static Finding? Of(string notebook, JsonObject data)
    {
        if (JupyterJson.ObjectOf(data[MimeType]) is { } told && JupyterJson.Text(told["subject"]) is { } subject && JupyterJson.Text(told["outcome"]) is { } outcome)
            return new Finding(notebook, subject, outcome, JupyterJson.Text(told["measured"]) ?? "", JupyterJson.Text(told["statement"]) ?? "", JupyterJson.Text(told["sources"]) ?? "");
        var (plain, html) = (MultilineText.TryJoin(data["text/plain"]), MultilineText.TryJoin(data["text/html"]));
        var words = OfWords(notebook, html is not null && (plain is null || plain == html) ? new HtmlParser().ParseDocument(html).Body!.TextContent : plain ?? "");
        return words?.Outcome.Length > LongestLine && html?.Contains("<table", StringComparison.OrdinalIgnoreCase) == true ? null : words;
    }

    private static Finding? OfWords(string notebook, string text)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 ? null : new Finding(notebook, null, string.Join(' ', words));
    }

    private static string Shortened(string line) => line.Length <= LongestLine ? line : line[..LongestLine].TrimEnd() + "…";
}
