using System.Net;
using System.Text;

namespace NotebookHost.Publishing;

/// <summary>The page over all notebooks: what each asked and found, how it was run, and once for all with what.</summary>
internal static class IndexPage
{
    /// <summary>The name of the page's file.</summary>
    public const string FileName = "index.html";

    /// <summary>The page's text.</summary>
    /// <param name="pages">The notebooks in order.</param>
    /// <param name="left">The titles of notebooks that were to run and did not, with the reasons.</param>
    public static string ToHtml(IReadOnlyList<NotebookPage> pages, IReadOnlyList<(string Title, string Reason)> left) => PageFrame.Around("Notebooks", $"""
        <main class="index">
        <h1>Notebooks</h1>
        {Summary(pages, left)}
        {string.Concat(pages.Select(Entry))}{string.Concat(left.Select(NotBegun))}{HowRun(pages)}</main>
        """);

    private static string Summary(IReadOnlyList<NotebookPage> pages, IReadOnlyList<(string Title, string Reason)> left)
    {
        var counts = pages.Select(page => page.Run.Status).Concat(left.Select(_ => RunRecord.NotRun)).GroupBy(status => status).OrderByDescending(group => group.Key == RunRecord.Ran).ToList();
        var total = pages.Aggregate(TimeSpan.Zero, (sum, page) => sum + (page.Run.Duration ?? TimeSpan.Zero));
        return PageFrame.Facts(
        [
            .. counts.Select(group => RunRecord.StatusHtml(group.Key, $"{(counts.Count == 1 && group.Count() > 1 ? "all " : "")}{group.Count()} {group.Key}")),
            pages.Select(page => page.Run.Started).Max() is { } latest ? RunRecord.DateText(latest) : null,
            total > TimeSpan.Zero ? $"{RunRecord.TimeText(total)} in all" : null,
        ]);
    }

    private static string Entry(NotebookPage page)
    {
        var words = page.AbstractHtml is { Length: > 0 } paragraph ? $"<p class=\"abstract\">{paragraph}</p>\n" : "";
        var verdict = page.VerdictHtml is { Length: > 0 } outputs ? $"<div class=\"verdict\">\n{outputs}</div>\n" : "";
        return $"""
            <article class="entry">
            <h2><a href="{WebUtility.HtmlEncode(page.Address)}">{WebUtility.HtmlEncode(page.Title)}</a></h2>
            {PageFrame.Facts(RunRecord.StatusHtml(page.Run.Status, page.Run.Status), page.Run.DurationText, page.Run.CodeChangedText)}
            {page.Run.ErrorHtml(page.Address)}{words}{verdict}</article>

            """;
    }

    private static string NotBegun((string Title, string Reason) left) => $"""
        <article class="entry">
        <h2>{WebUtility.HtmlEncode(left.Title)}</h2>
        {PageFrame.Facts(RunRecord.StatusHtml(RunRecord.NotRun, RunRecord.NotRun), WebUtility.HtmlEncode(left.Reason))}
        </article>

        """;

    /// <summary>What the notebooks have in common stands once; where they differ, all values stand side by side.</summary>
    private static string HowRun(IReadOnlyList<NotebookPage> pages)
    {
        var rows = new StringBuilder();
        foreach (var (section, heading) in (ReadOnlySpan<(string, string)>)[("machine", "Machine"), ("versions", "Versions"), ("parameters", "Parameters")])
        {
            var entries = pages.SelectMany(page => page.Run.Entries(section)).GroupBy(entry => entry.Name, entry => entry.Value).ToList();
            if (entries.Count == 0)
                continue;
            rows.Append($"<tr><th colspan=\"2\">{heading}</th></tr>\n");
            foreach (var entry in entries)
                rows.Append($"<tr><td>{WebUtility.HtmlEncode(entry.Key.Replace('_', ' '))}</td><td>{WebUtility.HtmlEncode(string.Join(", ", entry.Distinct()))}</td></tr>\n");
        }

        return rows.Length == 0 ? "" : $"<section class=\"how\">\n<h2>How they were run</h2>\n<div class=\"table\"><table>\n{rows}</table></div>\n</section>\n";
    }
}
