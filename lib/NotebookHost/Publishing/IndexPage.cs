using System.Net;
using System.Text;

namespace NotebookHost.Publishing;

/// <summary>The page over all notebooks: what each asked and found, how it was run, and once for all with what.</summary>
internal static class IndexPage
{
    /// <summary>The name of the page's file.</summary>
    public const string FileName = "index.html";

    /// <summary>Notebooks say with a parameter of this name with how much they were run.</summary>
    private const string Profile = "profile";

    /// <summary>Notebooks say with a parameter of this name that a run only tried the way, so that its numbers mean nothing.</summary>
    private const string Smoke = "smoke";

    /// <summary>Seconds after which a browser reads the page again while notebooks are to come.</summary>
    private const int Refresh = 5;

    /// <summary>The page's text.</summary>
    /// <param name="pages">The notebooks in order.</param>
    /// <param name="left">The titles of notebooks that were to have a page and have none, with the reasons.</param>
    /// <param name="waiting">Names of notebooks that are still to come.</param>
    public static string ToHtml(IReadOnlyList<NotebookPage> pages, IReadOnlyList<(string Title, string Reason)> left, IReadOnlyList<string> waiting)
    {
        var body = $"""
            <main class="index">
            <h1>Notebooks</h1>
            {Summary(pages, left.Count, waiting.Count)}
            {Found(pages)}
            {string.Concat(pages.Select(Entry))}{string.Concat(left.Select(page => Entry(page.Title, RunRecord.NotRun, page.Reason)))}{string.Concat(waiting.Select(name => Entry(name, RunRecord.ToCome)))}{HowRun(pages)}</main>
            """;
        return PageFrame.Around("Notebooks", body, waiting.Count > 0 ? Refresh : null);
    }

    private static string Summary(IReadOnlyList<NotebookPage> pages, int left, int waiting)
    {
        var counts = pages.Select(page => page.Run.Status).Concat(Enumerable.Repeat(RunRecord.NotRun, left)).Concat(Enumerable.Repeat(RunRecord.ToCome, waiting))
            .GroupBy(status => status).OrderByDescending(group => group.Key == RunRecord.Ran).ToList();
        var total = pages.Aggregate(TimeSpan.Zero, (sum, page) => sum + (page.Run.Duration ?? TimeSpan.Zero));
        return PageFrame.Facts(
        [
            .. counts.Select(group => RunRecord.StatusHtml(group.Key, $"{(counts.Count == 1 && group.Count() > 1 ? "all " : "")}{group.Count()} {group.Key}")),
            pages.Select(page => page.Run.Started).Max() is { } latest ? RunRecord.DateText(latest) : null,
            total > TimeSpan.Zero ? $"{RunRecord.TimeText(total)} in all" : null,
        ]);
    }

    /// <summary>The table of what was found, for outputs that bring a finding as such; the words of others stand in their notebooks' entries.</summary>
    private static string Found(IReadOnlyList<NotebookPage> pages)
    {
        var rows = (from page in pages
                    from finding in page.Findings
                    where finding.Subject is not null
                    orderby finding.Subject
                    select (Page: page, Finding: finding)).ToList();
        if (rows.Count == 0)
            return "";
        var html = new StringBuilder();
        foreach (var (page, finding) in rows)
        {
            html.Append($"<tr><td><a href=\"{WebUtility.HtmlEncode(page.Address)}\">{WebUtility.HtmlEncode(finding.Subject)}</a></td><td><span class=\"outcome\">{WebUtility.HtmlEncode(finding.Outcome)}</span>{Reservations(page.Run)}</td>")
                .Append($"<td>{WebUtility.HtmlEncode(finding.Statement)}</td><td>{WebUtility.HtmlEncode(finding.Measured)}</td></tr>\n");
        }

        return $"<div class=\"table found\"><table>\n<thead><tr><th>claim</th><th>verdict</th><th>sentence</th><th>measured</th></tr></thead>\n<tbody>\n{html}</tbody></table></div>\n";
    }

    /// <summary>What a verdict is to be read with: a run that did not end well, code that is another now, and the run's size.</summary>
    private static string Reservations(RunRecord run)
    {
        var size = run.Entries("parameters").Where(parameter => parameter is { Name: Profile } or { Name: Smoke, Value: "true" });
        string?[] facts =
        [
            run.Status == RunRecord.Ran ? null : RunRecord.StatusHtml(run.Status, run.Status),
            run.CodeChangedText,
            .. size.Select(parameter => WebUtility.HtmlEncode(parameter.Name == Smoke ? "smoke run" : $"{Profile} {parameter.Value}")),
        ];
        return facts.Any(fact => fact is not null) ? PageFrame.Facts(facts) : "";
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

    private static string Entry(string title, string status, string? reason = null) => $"""
        <article class="entry">
        <h2>{WebUtility.HtmlEncode(title)}</h2>
        {PageFrame.Facts(RunRecord.StatusHtml(status, status), reason is null ? null : WebUtility.HtmlEncode(reason))}
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
