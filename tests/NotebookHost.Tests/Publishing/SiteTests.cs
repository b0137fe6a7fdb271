using NotebookHost.Publishing;
using NotebookHost.Tests.Running;
using static NotebookHost.Tests.Publishing.Executed;

namespace NotebookHost.Tests.Publishing;

/// <summary>Pages in a folder, while their notebooks run.</summary>
public sealed class SiteTests : IDisposable
{
    private readonly NotebookFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_index_is_there_from_the_beginning_and_fills()
    {
        var site = new NotebookSite(_folder.Out, ["a", "b", "c"]);
        site.WriteIndex();
        Assert.Equal(["a: to come", "b: to come", "c: to come", "read again"], Index());

        site.Write("a", Document(Markdown("# Alpha"), Code("1")));
        Assert.Equal(["Alpha: ran", "b: to come", "c: to come", "read again"], Index());

        site.Leave("b", Document(Markdown("# Beta")), "the run was stopped before this notebook");
        Assert.Equal(["Alpha: ran", "Beta: not run · the run was stopped before this notebook", "c: to come", "read again"], Index());

        site.Write("c", Document(Markdown("# Gamma"), Code("1")));
        Assert.Equal(["Alpha: ran", "Gamma: ran", "Beta: not run · the run was stopped before this notebook"], Index());
    }

    [Fact]
    public void A_page_that_takes_too_long_is_given_up_and_its_place_says_so()
    {
        var site = new NotebookSite(_folder.Out, ["slow", "b"]);
        site.WriteIndex();
        var slow = Document([.. Enumerable.Repeat(0, 2_000).Select(_ => Markdown("words " + new string('*', 500)))]);
        Assert.Equal("making its page took longer than 0 s and was abandoned", site.Write("slow", slow, limit: TimeSpan.Zero));
        Assert.Null(site.Write("b", Document(Code("1"))));
        Assert.Contains("took longer than 0 s", _folder.Page("slow"), StringComparison.Ordinal);
        Assert.Equal(["b: ran", "slow: not run · making its page took longer than 0 s and was abandoned"], Index());
    }

    [Fact]
    public void A_notebook_called_index_has_a_page_beside_the_index()
    {
        var site = new NotebookSite(_folder.Out, ["a", "Index"]);
        site.WriteIndex();
        site.Write("a", Document(Markdown("# Alpha\n\nSee [the other](Index.ipynb#two) and [a third](parts/index.ipynb)."), Code("1")));
        site.Write("Index", Document(Markdown("# Contents"), Code("1")));
        Assert.Equal(["Alpha: ran", "Contents: ran"], Index());
        Assert.Equal("Contents", Read(_folder.Page("Index-notebook")).QuerySelector("h1")!.TextContent);
        Assert.Equal(["Index-notebook.html#two", "parts/index-notebook.html"], Read(_folder.Page("a")).QuerySelectorAll("main p a").Select(link => link.GetAttribute("href")));
    }

    /// <summary>The entries of the index, and whether a browser reads it again by itself.</summary>
    private string[] Index()
    {
        var page = Read(_folder.Page("index"));
        var entries = page.QuerySelectorAll(".entry").Select(entry => $"{entry.QuerySelector("h2")!.TextContent}: {entry.QuerySelector(".run")!.TextContent}");
        return [.. entries, .. page.QuerySelectorAll("meta[http-equiv=refresh]").Select(_ => "read again")];
    }
}
