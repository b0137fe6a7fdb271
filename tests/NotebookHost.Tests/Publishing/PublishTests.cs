using NotebookHost.Tests.Running;
using static NotebookHost.Tests.Publishing.Executed;

namespace NotebookHost.Tests.Publishing;

/// <summary>The command <c>publish</c> as its users start it.</summary>
[Trait("Category", "Slow")]
public sealed class PublishTests : IDisposable
{
    private readonly NotebookFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Executed_notebooks_become_pages_without_running_and_stay_as_they_were()
    {
        var first = Path.Combine(_folder.Path, "a.ipynb");
        var second = Path.Combine(_folder.Path, "b.ipynb");
        File.WriteAllText(first, Json(null, Markdown("# Alpha"), Code("throw new Exception();", Stream("stdout", "from before"))));
        File.WriteAllText(second, Json(null, Markdown("# Beta")));
        var (before, written) = (File.ReadAllText(first), File.GetLastWriteTimeUtc(first));

        var (exit, output, error) = await NotebookFolder.Host("publish", _folder.Path, "--out", _folder.Out);
        Assert.Equal((0, ""), (exit, error));
        Assert.Equal($"Reports: {Path.Combine(_folder.Out, "index.html")}", output.Trim());
        Assert.Contains("from before", _folder.Page("a"), StringComparison.Ordinal);
        Assert.Equal(["Alpha", "Beta"], Read(_folder.Page("index")).QuerySelectorAll("h2 a").Select(link => link.TextContent));
        Assert.Equal((before, written), (File.ReadAllText(first), File.GetLastWriteTimeUtc(first)));
        Assert.Equal(["a.html", "b.html", "index.html"], Directory.GetFileSystemEntries(_folder.Out).Select(Path.GetFileName).Order());
        Assert.Equal(["a.ipynb", "b.ipynb", "out"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order());

        var page = _folder.Page("a");
        await NotebookFolder.Host("publish", first, "--out", _folder.Out);
        Assert.Equal(page, _folder.Page("a"));
    }

    [Fact]
    public async Task What_cannot_be_published_is_said()
    {
        var path = Path.Combine(_folder.Path, "a.ipynb");
        File.WriteAllText(path, "{}");
        var (exit, _, error) = await NotebookFolder.Host("publish", path, "--out", _folder.Out);
        Assert.Equal(2, exit);
        Assert.Contains("is not a notebook", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.Out));
    }

    [Fact]
    public async Task One_notebook_that_cannot_be_read_does_not_keep_the_others_from_their_pages()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "a.ipynb"), "{}");
        File.WriteAllText(Path.Combine(_folder.Path, "b.ipynb"), Json(null, Markdown("# Beta\n\n![plot](plot.png)\n\n```json\n[\"conv1\", \"layer1.0.conv1 and layer1.0.conv2\"]\n```")));
        File.WriteAllBytes(Path.Combine(_folder.Path, "plot.png"), [0x89, (byte)'P', (byte)'N', (byte)'G']);
        var (exit, _, error) = await NotebookFolder.Host("publish", _folder.Path, "--out", _folder.Out);
        Assert.Equal(1, exit);
        Assert.Contains("a.ipynb is not a notebook", error, StringComparison.Ordinal);
        Assert.Equal("data:image/png;base64,iVBORw==", Read(_folder.Page("b")).QuerySelector("section img")!.GetAttribute("src"));
        var index = Read(_folder.Page("index"));
        Assert.Equal(["Beta", "a"], index.QuerySelectorAll(".entry h2").Select(title => title.TextContent));
        Assert.StartsWith("not run · a.ipynb is not a notebook", index.QuerySelectorAll(".entry .run")[^1].TextContent, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task An_interrupt_ends_it_in_the_middle_of_a_page_and_leaves_no_part_of_one()
    {
        Interrupt.SkipUnlessPossible();
        File.WriteAllText(Path.Combine(_folder.Path, "a.ipynb"), Json(null, Markdown("# Alpha")));
        File.WriteAllText(Path.Combine(_folder.Path, "b.ipynb"), Json(null, [.. Enumerable.Range(0, 100).Select(_ => Markdown(SlowTable()))]));
        File.WriteAllText(Path.Combine(_folder.Path, "c.ipynb"), Json(null, Markdown("# Gamma")));

        var (exit, output, error) = await NotebookFolder.Host(
            async process =>
            {
                while (!File.Exists(Path.Combine(_folder.Out, "a.html")))
                    await Task.Delay(20, TestContext.Current.CancellationToken);
                await Task.Delay(500, TestContext.Current.CancellationToken);
                Interrupt.Send(process);
            },
            "publish", _folder.Path, "--out", _folder.Out, "--timeout", "3600");

        Assert.Equal((130, "Stopped: 1 of 3 pages were written."), (exit, error.Trim()));
        Assert.Equal($"Reports: {Path.Combine(_folder.Out, "index.html")}", output.Trim());
        Assert.Equal(["a.html", "index.html"], Directory.GetFileSystemEntries(_folder.Out).Select(Path.GetFileName).Order());
        var index = Read(_folder.Page("index"));
        const string reason = "not run · publishing was stopped before its page was written";
        Assert.Equal(["Alpha: not run", $"b: {reason}", $"c: {reason}"], index.QuerySelectorAll(".entry").Select(entry => $"{entry.QuerySelector("h2")!.TextContent}: {entry.QuerySelector(".run")!.TextContent}"));
        Assert.Empty(index.QuerySelectorAll("meta[http-equiv=refresh]"));
    }

    [Fact]
    public async Task A_time_limit_that_is_none_is_refused()
    {
        _folder.Write("a", "1");
        var (exit, _, error) = await NotebookFolder.Host("publish", _folder.Path, "--out", _folder.Out, "--timeout", "0");
        Assert.Equal((2, "--timeout must be a number of seconds above 0 and below 25 days; got 0."), (exit, error.Trim()));
    }
}
