using System.Text.Json.Nodes;
using NotebookHost.Tests.Publishing;

namespace TrivialLayers.Tests;

/// <summary>Charts as an editor shows them, which draws what the notebook holds with plotly.js and knows nothing else.</summary>
[Trait("Category", "Browser")]
public sealed class ChartsInEditorsTests(Chromium browser) : IClassFixture<Chromium>
{
    public static TheoryData<string> Names => [.. SweepFigureTests.All(HandMadeSweep.Small()).Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_whole_caption_stands_below_the_axis(string name)
    {
        var figure = SweepFigureTests.All(HandMadeSweep.Small())[name];
        await using var visit = await Draw(figure, width: 700);

        Assert.Empty(visit.Messages);
        var caption = visit.Page.Locator(".annotation-text").Last;
        Assert.Equal(figure.Caption, string.Join(' ', await caption.Locator("tspan.line").AllTextContentsAsync()));
        var (chart, text) = ((await visit.Page.Locator(".main-svg").First.BoundingBoxAsync())!, (await caption.BoundingBoxAsync())!);
        Assert.InRange(text.X, chart.X, chart.X + 30);
        Assert.True(text.X + text.Width <= chart.X + chart.Width, $"{text.X} + {text.Width}");
        Assert.True(text.Y + text.Height <= chart.Y + chart.Height, $"{text.Y} + {text.Height} in {chart.Y} + {chart.Height}");
        foreach (var label in await visit.Page.Locator(".xtick text, .x2tick text, .xtitle, .x2title").AllAsync())
        {
            var box = (await label.BoundingBoxAsync())!;
            Assert.True(box.Y + box.Height <= text.Y + 1, $"'{await label.TextContentAsync()}' ends at {box.Y + box.Height}, the caption begins at {text.Y}.");
        }
    }

    [Fact]
    public async Task A_chart_follows_the_width_of_the_window()
    {
        await using var visit = await Draw(SweepFigures.ByLayer(HandMadeSweep.Small()), width: 1000);
        var wide = (await visit.Page.Locator(".main-svg").First.BoundingBoxAsync())!.Width;
        await visit.Page.SetViewportSizeAsync(700, 900);
        await visit.Page.WaitForTimeoutAsync(500);

        var narrow = (await visit.Page.Locator(".main-svg").First.BoundingBoxAsync())!.Width;
        Assert.InRange(wide, 900, 1000);
        Assert.InRange(narrow, 600, 700);
    }

    [Fact]
    public void What_looks_like_a_tag_in_a_caption_is_text()
    {
        var chart = new Chart("t", "accuracy < 5 % & <b>more</b>", 720, [new PointPanel("", new("x", 0, 1), new("y", 0, 1), [], [])]);
        var annotation = JsonNode.Parse(Figure.Of(chart, new()).PlotlyJson!)!["layout"]!["annotations"]!.AsArray().Single(shown => (string?)shown!["name"] == "caption")!;

        Assert.Equal("accuracy &lt; 5 % &amp; &lt;b>more&lt;/b>", (string?)annotation["text"]);
    }

    private async Task<Chromium.Visit> Draw(Figure figure, int width)
    {
        var plotly = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "lib", "NotebookHost", "Publishing", "Assets", "plotly-cartesian.min.js"), TestContext.Current.CancellationToken);
        return await browser.Open(
            $$"""<!DOCTYPE html><meta charset="utf-8"><title>chart</title><div id="chart"></div><script>{{plotly}}</script><script>const f = {{figure.PlotlyJson!.Replace("<", "\\u003c", StringComparison.Ordinal)}}; Plotly.newPlot('chart', f.data, f.layout, f.config);</script>""",
            width);
    }
}
