using System.Text.Json.Nodes;
using NotebookHost.Publishing;
using static NotebookHost.Tests.Publishing.Executed;

namespace NotebookHost.Tests.Publishing;

/// <summary>The page over all notebooks: what each asked and found, and how it was run.</summary>
public sealed class IndexTests
{
    [Fact]
    public void An_entry_has_title_abstract_verdict_time_and_status()
    {
        var page = Index(
            Of("a", Run(192.4, "quick"), Markdown("# First & best\n\nWhat it *asks*, [below](#x).\n\nMore."), Tagged("verdict", "v", Shown(("text/html", "<b>reproduced</b>"))), Code("o", Stream("stdout", "other"))),
            Of("b", Run(2, "full"), Markdown("no title"), Code("1")));
        Assert.Equal(["First & best", "b"], page.QuerySelectorAll(".entry h2 a").Select(link => link.TextContent));
        Assert.Equal(["a.html", "b.html"], page.QuerySelectorAll(".entry h2 a").Select(link => link.GetAttribute("href")));
        var first = page.QuerySelector(".entry")!;
        Assert.Equal("What it asks, below.", first.QuerySelector(".abstract")!.TextContent);
        Assert.Equal("a.html#x", first.QuerySelector(".abstract a")!.GetAttribute("href"));
        Assert.Equal("reproduced", first.QuerySelector(".verdict b")!.TextContent);
        Assert.Equal("ran · 3 min 12 s", first.QuerySelector(".run")!.TextContent);
        Assert.DoesNotContain("other", first.TextContent, StringComparison.Ordinal);
        Assert.Equal("all 2 ran · 24 November 2026, 06:30 UTC · 3 min 14 s in all", page.QuerySelector("h1 + .run")!.TextContent);
    }

    [Fact]
    public void Findings_stand_in_a_table_above_all_entries()
    {
        var page = Index(
            Of("a", null, Tagged("verdict", "v", Shown(Told("C2", "undecided"), ("text/plain", "p"))), Tagged("verdict", "w", Stream("stdout", "words"))),
            Of("b", null, Tagged("verdict", "v", Shown(Told("C1", "<reproduced>"), ("text/plain", "p"))), Code("x", Shown(Told("C3", "of no verdict")))));
        var rows = page.QuerySelectorAll(".found tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent)));
        Assert.Equal(["C1|<reproduced>|It does.|0.5 [0.4, 0.6]", "C2|undecided|It does.|0.5 [0.4, 0.6]"], rows);
        Assert.Equal(["claim", "verdict", "sentence", "measured"], page.QuerySelectorAll(".found th").Select(heading => heading.TextContent));
        Assert.Equal(["b.html", "a.html"], page.QuerySelectorAll(".found a").Select(link => link.GetAttribute("href")));
        Assert.True(page.QuerySelector("h1 + .run")!.NextElementSibling!.ClassList.Contains("found"));
        Assert.Empty(Index(Of("a", null, Tagged("verdict", "w", Stream("stdout", "words")))).QuerySelectorAll(".found"));
    }

    [Fact]
    public void A_verdict_stands_with_what_speaks_against_its_run_and_with_how_much_was_run()
    {
        var (failed, other, smoke) = (Run(1, "full"), Run(1, "quick"), Run(1, "quick"));
        (failed["status"], failed["error"]) = ("failed", "cell 2: My.Exception: no");
        other["code_sha256"] = "of other code";
        (other["parameters"]!["smoke"], smoke["parameters"]!["smoke"]) = (false, true);
        var page = Index(Verdict("a", failed), Verdict("b", other), Verdict("c", smoke), Verdict("d", null));

        Assert.Equal(
            ["failed · profile full", "its code was changed since · profile quick", "profile quick · smoke run", null],
            page.QuerySelectorAll(".found tbody tr").Select(row => row.QuerySelector(".run")?.TextContent));
        Assert.All(page.QuerySelectorAll(".found .outcome"), outcome => Assert.Equal("reproduced", outcome.TextContent));

        static NotebookPage Verdict(string name, JsonObject? run) => Of(name, run, Tagged("verdict", "v", Shown(Told($"claim {name}", "reproduced"))));
    }

    [Fact]
    public void A_failure_is_named_and_leads_to_its_cell()
    {
        var failed = Run(1, "quick");
        failed["error"] = "cell 1: My.Exception: <no>";
        var page = Index(Of("a", failed, Markdown("# A"), Code("x", Error("My.Exception", "<no>", "t"))), Of("b", null, Markdown("# B")));
        var link = page.QuerySelector(".failure a")!;
        Assert.Equal("cell 1: My.Exception: <no>", link.TextContent);
        Assert.StartsWith("a.html#cell-", link.GetAttribute("href"), StringComparison.Ordinal);
        Assert.Equal(["failed", "not run"], page.QuerySelectorAll(".entry .status").Select(status => status.TextContent));
        Assert.StartsWith("1 failed · 1 not run", page.QuerySelector("h1 + .run")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Machine_versions_and_parameters_stand_once_with_all_their_values()
    {
        var page = Index(Of("a", Run(1, "quick"), Code("1")), Of("b", Run(1, "quick"), Code("1")), Of("c", Run(1, "full"), Code("1")));
        var rows = page.QuerySelectorAll(".how tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent)));
        Assert.Equal(["Machine", "processor|P", "logical cores|2", "Versions", ".NET|10.0.0", "Parameters", "profile|quick, full"], rows);
    }

    [Fact]
    public void A_notebook_that_the_stop_kept_from_beginning_is_listed()
    {
        var page = Read(IndexPage.ToHtml([Of("a", Run(1, "quick"), Code("1"))], [("Later", "the run was stopped before this notebook")], []));
        Assert.Equal(["a", "Later"], page.QuerySelectorAll(".entry h2").Select(title => title.TextContent));
        Assert.Null(page.QuerySelectorAll(".entry")[^1].QuerySelector("a"));
        Assert.Equal("not run · the run was stopped before this notebook", page.QuerySelectorAll(".entry .run")[^1].TextContent);
    }

    [Fact]
    public void A_verdict_with_a_chart_is_a_chart_here_too() =>
        Assert.Contains(Index(Of("a", null, Tagged("verdict", "v", Shown(Chart(3))))).Scripts, script => script.Text.Contains("plotly.js (cartesian", StringComparison.Ordinal));

    private static (string, JsonNode) Told(string subject, string outcome) => ("application/vnd.notebook.finding+json", new JsonObject { ["subject"] = subject, ["outcome"] = outcome, ["measured"] = "0.5 [0.4, 0.6]", ["statement"] = "It does." });

    private static AngleSharp.Dom.IDocument Index(params NotebookPage[] pages) => Read(IndexPage.ToHtml(pages, [], []));

    private static NotebookPage Of(string name, JsonObject? run, params JsonObject[] cells) => new(name, Document(run, cells));

    private static JsonObject Run(double seconds, string profile) => new()
    {
        ["started"] = "2026-11-24T06:30:00Z",
        ["duration_seconds"] = seconds,
        ["machine"] = new JsonObject { ["processor"] = "P", ["logical_cores"] = 2 },
        ["versions"] = new JsonObject { [".NET"] = "10.0.0" },
        ["parameters"] = new JsonObject { ["profile"] = profile },
        ["status"] = "succeeded",
        ["error"] = null,
    };
}
