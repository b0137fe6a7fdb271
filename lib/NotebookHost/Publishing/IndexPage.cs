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
    /// <param name="left">Titles of notebooks that were to run and did not, because the run was stopped.</param>
    public static string ToHtml(IReadOnlyList<NotebookPage> pages, IReadOnlyList<string> left) => PageFrame.Around("Notebooks", $"""
        <main class="index">
        <h1>Notebooks</h1>
        <p class="run">{Summary(pages, left)}</p>
        {string.Concat(pages.Select(Entry))}{string.Concat(left.Select(NotBegun))}{HowRun(pages)}</main>
        """);

    private static string Summary(IReadOnlyList<NotebookPage> pages, IReadOnlyList<string> left)
    {
        var failed = pages.Count(page => page.Run.Error is not null);
        var notRun = pages.Count(page => page.Run.Error is null && !page.Run.WasRun) + left.Count;
        var total = pages.Aggregate(TimeSpan.Zero, (sum, page) => sum + (page.Run.Duration ?? TimeSpan.Zero));
        string?[] parts =
        [
            failed + notRun == 0 ? $"<span class=\"status good\">all {pages.Count} ran</span>" : $"<span class=\"status good\">{pages.Count + left.Count - failed - notRun} ran</span>",
            failed > 0 ? $"<span class=\"status bad\">{failed} failed</span>" : null,
            notRun > 0 ? $"<span class=\"status\">{notRun} not run</span>" : null,
            pages.Select(page => page.Run.Started).Max() is { } latest ? RunRecord.DateText(latest) : null,
            total > TimeSpan.Zero ? $"{RunRecord.DurationText(total)} in all" : null,
        ];
        return string.Join(" · ", parts.OfType<string>());
    }

    private static string Entry(NotebookPage page) => $"""
        <article class="entry">
        <h2><a href="{WebUtility.HtmlEncode(Uri.EscapeDataString(page.FileName))}">{WebUtility.HtmlEncode(page.Title)}</a></h2>
        <p class="run">{string.Join(" · ", new[] { page.Run.StatusHtml, page.Run.Duration is { } time ? RunRecord.DurationText(time) : "" }.Where(part => part.Length > 0))}</p>
        {page.Run.ErrorHtml(Uri.EscapeDataString(page.FileName))}{(page.AbstractHtml is { Length: > 0 } words ? $"<p class=\"abstract\">{words}</p>\n" : "")}{(page.VerdictHtml is { Length: > 0 } verdict ? $"<div class=\"verdict\">\n{verdict}</div>\n" : "")}</article>

        """;

    private static string NotBegun(string title) => $"""
        <article class="entry">
        <h2>{WebUtility.HtmlEncode(title)}</h2>
        <p class="run"><span class="status">not run</span> · the run was stopped before it</p>
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
