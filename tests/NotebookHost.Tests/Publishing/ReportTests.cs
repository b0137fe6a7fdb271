using System.Text.Json;
using System.Text.RegularExpressions;
using NotebookHost.Notebook;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Publishing;

/// <summary>The reports of this repository's own notebooks, in the folder that <c>NOTEBOOK_REPORTS</c> names: what a reader gets from the main command.</summary>
[Trait("Category", "Reports")]
public sealed class ReportTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Variable = "NOTEBOOK_REPORTS";

    public static TheoryData<string> Notebooks => [.. Directory.EnumerateFiles(SourceFolder(), "*.ipynb").Select(file => Path.GetFileNameWithoutExtension(file)!).Order()];

    [Theory]
    [MemberData(nameof(Notebooks))]
    public void Each_notebook_ran_to_its_end_and_reached_a_verdict(string name)
    {
        var document = NotebookDocument.Load(InReports(name + ".ipynb"));
        var cells = document.Cells.OfType<CodeCell>().ToList();

        Assert.All(cells, cell => Assert.NotNull(cell.ExecutionCount));
        Assert.DoesNotContain(cells.SelectMany(cell => cell.Outputs), output => output is ErrorOutput or StreamOutput { Name: "stderr" } && !IsOfTheProcessor(output));
        Assert.NotEmpty(Assert.Single(cells, cell => cell.Tags.Contains("verdict")).Outputs);
        Assert.Contains(cells, cell => cell.Tags.Contains("parameters"));
        Assert.Contains(cells, cell => cell.Tags.Contains("tweak"));
    }

    /// <summary>On some machines the library says once that it leaves oneDNN out.</summary>
    private static bool IsOfTheProcessor(CellOutput output) =>
        output is StreamOutput told && told.Text.StartsWith("oneDNN, the library with which libtorch convolves on this CPU, is disabled", StringComparison.Ordinal) && told.Text.Trim().Split('\n').Length == 1;

    [Theory]
    [MemberData(nameof(Notebooks))]
    public async Task Each_page_is_quiet_and_its_charts_show_every_row_of_their_tables(string name)
    {
        await using var visit = await chromium.Open(await File.ReadAllTextAsync(InReports(name + ".html")));
        Assert.Empty(visit.Messages);
        Assert.Empty(visit.RequestsElsewhere);

        var sources = await visit.Page.Locator("script.chart-data").CountAsync();
        var charts = await visit.Page.EvaluateAsync<JsonElement>(
            """
            () => [...document.querySelectorAll('.js-plotly-plot')].map(chart => ({
              title: chart.layout.title.text,
              rows: chart.layout.meta.rows,
              table: chart.closest('figure').querySelectorAll('details tbody tr').length,
              marks: chart.querySelectorAll('.scatterlayer .point').length
                + chart.data.filter(trace => trace.type === 'heatmap').reduce((sum, trace) => sum + trace.z.length * trace.z[0].length, 0)
            }))
            """);

        Assert.Equal(sources, charts.GetArrayLength());
        Assert.All(charts.EnumerateArray(), chart =>
        {
            var rows = chart.GetProperty("rows").GetInt32();
            Assert.True(rows > 0 && rows == chart.GetProperty("marks").GetInt32() && rows == chart.GetProperty("table").GetInt32(), chart.ToString());
        });
    }

    [Theory]
    [InlineData("03-zero-each-layer")]
    [InlineData("04-connections")]
    [InlineData("05-deeper-and-wider")]
    [InlineData("06-regular")]
    [InlineData("11-networks-of-others")]
    public async Task Accuracy_and_verdicts_of_a_summary_are_seen_without_scrolling(string name)
    {
        await using var visit = await chromium.Open(await File.ReadAllTextAsync(InReports(name + ".html")), width: 1200);
        var beyond = await visit.Page.EvaluateAsync<double[]>(
            """
            () => [...document.querySelectorAll('.table')]
              .map(box => [box, [...box.querySelectorAll('th')].find(heading => heading.textContent === 'Undecided')])
              .filter(([box, last]) => last && box.checkVisibility())
              .map(([box, last]) => last.getBoundingClientRect().right - box.getBoundingClientRect().right)
            """);
        Assert.NotEmpty(beyond);
        Assert.All(beyond, pixels => Assert.True(pixels <= 0, $"Undecided, the last column of the verdicts, ends {pixels} pixels beyond the table's box."));
    }

    /// <summary>What is wider scrolls in a box of its own, never the page.</summary>
    [Theory]
    [MemberData(nameof(Notebooks))]
    [InlineData("index")]
    public async Task A_page_fits_a_phone(string name)
    {
        await using var visit = await chromium.Open(await File.ReadAllTextAsync(InReports(name + ".html")), width: 390);
        Assert.Equal(390, await visit.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
    }

    /// <summary>In what the cells print, a regular expression finds what was computed by hand and what the library gives.</summary>
    [Theory]
    [InlineData("01-train", @"(\d+) of (\d+) tensors are equal, bit for bit")]
    [InlineData("03-zero-each-layer", @"by hand +(\d+), by the sweep +(\d+) of")]
    [InlineData("06-regular", @"seed 1 and seed 3: (\S+)[\s\S]*?the library: (\S+),")]
    [InlineData("07-joint-zeroing", @"(\S+) +\d+ of \d+ right[\s\S]*?the library's first step: (\S+)")]
    public void What_is_done_by_hand_gives_what_the_library_gives(string name, string pair)
    {
        var printed = string.Concat(NotebookDocument.Load(InReports(name + ".ipynb")).Cells.OfType<CodeCell>().SelectMany(cell => cell.Outputs).OfType<StreamOutput>().Select(output => output.Text));
        var found = Regex.Matches(printed, pair);
        Assert.NotEmpty(found);
        Assert.All(found, match => Assert.Equal(match.Groups[1].Value, match.Groups[2].Value));
    }

    [Fact]
    public async Task The_index_links_to_every_page_and_shows_every_verdict()
    {
        await using var visit = await chromium.Open(await File.ReadAllTextAsync(InReports("index.html")));
        foreach (var name in Directory.EnumerateFiles(SourceFolder(), "*.ipynb").Select(Path.GetFileNameWithoutExtension))
            Assert.True(await visit.Page.Locator($"a[href='{name}.html']").CountAsync() > 0, name);
        Assert.Empty(visit.Messages);
        Assert.Empty(visit.RequestsElsewhere);
        Assert.DoesNotContain("failed", await visit.Page.Locator("main").InnerTextAsync(), StringComparison.OrdinalIgnoreCase);
    }

    private static string InReports(string file)
    {
        var folder = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipUnless(folder is { Length: > 0 }, $"{Variable} names no folder with reports.");
        return Path.Combine(folder!, file);
    }

    private static string SourceFolder() => Path.Combine(RepositoryRoot.Path, "notebooks");
}
