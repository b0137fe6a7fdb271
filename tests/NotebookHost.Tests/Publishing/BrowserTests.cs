using Microsoft.Playwright;
using NotebookHost.Publishing;
using static NotebookHost.Tests.Publishing.Executed;

namespace NotebookHost.Tests.Publishing;

/// <summary>Pages as a browser shows them.</summary>
[Trait("Category", "Browser")]
public sealed class BrowserTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"860\" height=\"200\" viewBox=\"0 0 860 200\" role=\"img\"><title>five marks</title><path class=\"mark\" d=\"M1 1L9 9\" stroke=\"#111\"/></svg>";

    private static readonly string s_page = Page(
        Markdown("# Title\n\n$x^2$ and\n\n$$\n\\sum_{i=1}^n \\frac{1}{i}\n$$\n\n## Part\n\n" + new string('w', 300)),
        Code("var " + new string('x', 300) + " = 1;", Stream("stdout", new string('o', 300)), Error("E", "m", new string('e', 300))),
        Code("static", Shown(WithCaption(Chart(5)), ("text/html", $"{Svg}<table><tr>{string.Concat(Enumerable.Repeat("<td>a wide column</td>", 30))}</tr></table>"))),
        Code("alone", Shown(Chart(7), ("text/plain", "seven"))),
        Code("svg", Shown(("image/svg+xml", Svg))));

    private static (string, System.Text.Json.Nodes.JsonNode) WithCaption((string Type, System.Text.Json.Nodes.JsonNode Content) chart)
    {
        chart.Content["layout"]!["meta"] = new System.Text.Json.Nodes.JsonObject { ["caption"] = "caption" };
        return chart;
    }

    [Fact]
    public async Task A_page_is_quiet_and_asks_for_nothing()
    {
        await using var visit = await chromium.Open(s_page);
        Assert.Empty(visit.Messages);
        Assert.Empty(visit.RequestsElsewhere);
        Assert.Single(visit.Requests, url => url.StartsWith("file:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Charts_are_drawn_with_every_mark_and_take_the_place_of_the_picture()
    {
        await using var visit = await chromium.Open(s_page);
        Assert.Equal(2, await visit.Page.Locator(".js-plotly-plot").CountAsync());
        Assert.Equal(5, await visit.Page.Locator(".js-plotly-plot").First.Locator(".scatterlayer .point").CountAsync());
        Assert.Equal(7, await visit.Page.Locator(".js-plotly-plot").Last.Locator(".scatterlayer .point").CountAsync());
        Assert.False(await visit.Page.Locator("figure > svg").IsVisibleAsync());
        Assert.True(await visit.Page.Locator("figcaption").IsVisibleAsync());
        Assert.Equal(0, await visit.Page.Locator(".plotlyjsicon").CountAsync());
        Assert.Equal(860, await visit.Page.EvaluateAsync<int>("document.querySelector('.output > img').naturalWidth"));
        var (chart, page) = ((await visit.Page.Locator(".js-plotly-plot").First.BoundingBoxAsync())!, (await visit.Page.Locator("main").BoundingBoxAsync())!);
        Assert.InRange(chart.Width, page.Width * 0.9f, page.Width);
    }

    [Fact]
    public async Task Formulas_are_mathml()
    {
        await using var visit = await chromium.Open(s_page);
        Assert.Equal(2, await visit.Page.Locator("math").CountAsync());
        Assert.Equal(1, await visit.Page.Locator("math[display=block] munderover").CountAsync());
    }

    [Fact]
    public async Task On_a_phone_nothing_but_boxes_scrolls_sideways()
    {
        await using var visit = await chromium.Open(s_page, width: 390);
        Assert.Equal(390, await visit.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await using var index = await chromium.Open(IndexPage.ToHtml([new NotebookPage(new string('n', 100), Document(Tagged("verdict", "x", Shown(("text/html", $"<table><tr>{string.Concat(Enumerable.Repeat("<td>a wide column</td>", 30))}</tr></table>")))))], [], []), width: 390);
        Assert.Equal(390, await index.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }

    [Fact]
    public async Task A_table_of_words_and_numbers_breaks_its_headings_before_it_scrolls()
    {
        static string Cells(string tag, string text) => string.Concat(Enumerable.Repeat($"<{tag}>{text}</{tag}>", 8));
        var table = $"<table><thead><tr>{Cells("th", "a heading of several long words")}</tr></thead><tbody style=\"white-space:nowrap\"><tr>{Cells("td", "12,345")}</tr></tbody></table>";
        await using var visit = await chromium.Open(Page(Code("x", Shown(("text/html", table)))), width: 1200);
        Assert.True(await visit.Page.Locator(".table").EvaluateAsync<bool>("box => box.scrollWidth <= box.clientWidth"));
    }

    [Fact]
    public async Task In_print_charts_are_pictures_and_the_contents_are_gone()
    {
        await using var visit = await chromium.Open(s_page);
        await visit.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        Assert.True(await visit.Page.Locator("figure > svg").IsVisibleAsync());
        Assert.False(await visit.Page.Locator(".js-plotly-plot").First.IsVisibleAsync());
        Assert.False(await visit.Page.Locator("figcaption").IsVisibleAsync()); // the picture has its own
        Assert.False(await visit.Page.Locator(".toc").IsVisibleAsync());
    }

    [Fact]
    public async Task Without_scripts_pictures_words_and_formulas_remain()
    {
        await using var visit = await chromium.Open(s_page, scripts: false);
        Assert.True(await visit.Page.Locator("figure > svg").IsVisibleAsync());
        Assert.False(await visit.Page.Locator("figcaption").IsVisibleAsync());
        Assert.True(await visit.Page.Locator("noscript pre").IsVisibleAsync());
        Assert.Equal(@"\(x^2\)", await visit.Page.Locator("span.math").TextContentAsync());
    }

    [Fact]
    public async Task Text_can_be_read_by_day_and_by_night()
    {
        await using var visit = await chromium.Open(s_page);
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await visit.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });
            foreach (var place in new[] { "main p", ".code pre", ".code .keyword", ".output.error pre", ".toc li a" })
                Assert.True(await Contrast(visit.Page, place) >= 4.5, $"{place} in {scheme}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_hostile_notebook_runs_nothing_and_asks_for_nothing(bool index)
    {
        var hostile = new NotebookPage("hostile", HostileNotebook.Document);
        await using var visit = await chromium.Open(index ? IndexPage.ToHtml([hostile], [], []) : hostile.ToHtml());
        var address = visit.Page.Url;
        foreach (var trap in await visit.Page.Locator("a.trap, summary").AllAsync())
            await trap.DispatchEventAsync("click");
        await visit.Page.WaitForTimeoutAsync(500);
        Assert.True(await visit.Page.EvaluateAsync<bool>("window.harmed === undefined"));
        Assert.Equal(address, visit.Page.Url);
        Assert.Empty(visit.RequestsElsewhere);
        Assert.DoesNotContain("a window was opened", visit.Messages);
        Assert.True(await visit.Page.Locator("h1").First.IsVisibleAsync());
    }

    /// <summary>The contrast ratio of WCAG 2 between the text at that place and what is behind it.</summary>
    private static Task<double> Contrast(IPage page, string place) => page.Locator(place).First.EvaluateAsync<double>(
        """
        element => {
          const rgb = text => text.match(/[\d.]+/g).map(Number);
          const light = text => rgb(text).slice(0, 3).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
          let behind = element;
          while (rgb(getComputedStyle(behind).backgroundColor)[3] === 0 && behind.parentElement) behind = behind.parentElement;
          const [a, b] = [light(getComputedStyle(element).color), light(getComputedStyle(behind).backgroundColor)].sort((x, y) => y - x);
          return (a + .05) / (b + .05);
        }
        """);
}
