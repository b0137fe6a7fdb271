using NotebookHost.Publishing;
using static NotebookHost.Tests.Publishing.Executed;

namespace NotebookHost.Tests.Publishing;

/// <summary>Notebooks of other programs, as a browser shows their pages.</summary>
[Trait("Category", "Browser")]
public sealed class ForeignPagesTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task The_traces_that_a_page_draws_are_those_its_plotly_has()
    {
        await using var visit = await chromium.Open(Page(Code("x", Shown(Chart(3)))));
        Assert.Equal(PlotlyCharts.Drawable, await visit.Page.EvaluateAsync<string[]>("Object.keys(Plotly.PlotSchema.get().traces).sort()"));
    }

    [Fact]
    public async Task A_chart_that_stood_in_a_script_is_drawn()
    {
        await using var visit = await chromium.Open(Page(Code("x", Shown(("text/html", "<div id=p></div><script>Plotly.newPlot('p',{data:[{y:[1,2,4],mode:'markers'}],layout:{title:'a title'},frames:[{name:'f',data:[{y:[2]}]}]})</script>")))));
        Assert.Equal(3, await visit.Page.Locator(".js-plotly-plot .scatterlayer .point").CountAsync());
        Assert.Equal("a title", await visit.Page.Locator(".js-plotly-plot .gtitle").TextContentAsync());
        Assert.Equal(["f"], await visit.Page.EvaluateAsync<string[]>("document.querySelector('.js-plotly-plot')._transitionData._frames.map(frame => frame.name)"));
        Assert.Empty(visit.Messages);
        Assert.Empty(visit.RequestsElsewhere);
    }

    [Theory]
    [InlineData("align")]
    [InlineData("align*")]
    [InlineData("equation")]
    [InlineData("gather")]
    [InlineData("multline")]
    [InlineData("eqnarray")]
    [InlineData("eqnarray*")]
    [InlineData("displaymath")]
    [InlineData("math")]
    [InlineData("cases")]
    [InlineData("pmatrix")]
    public async Task Every_environment_is_a_formula(string name)
    {
        var tex = $"\\begin{{{name}}}a {(name.Contains("array", StringComparison.Ordinal) ? "&=& \\own" : "= \\own")}\\label{{eq}}\\end{{{name}}}";
        await using var visit = await chromium.Open(Page(Markdown("$\\newcommand{\\own}{b}$"), Markdown(tex), Code("x", Shown(("text/latex", tex)), Shown(("text/latex", $"\\newcommand{{\\own}}{{c}} $\\displaystyle {tex}$")))));
        Assert.Equal(3, await visit.Page.Locator("math").CountAsync());
        Assert.Equal(0, await visit.Page.Locator("merror, .katex-error").CountAsync());
    }

    [Theory]
    [InlineData(390)]
    [InlineData(1200)]
    public async Task Prose_code_and_outputs_have_one_width_and_what_is_wider_scrolls_in_it(int width)
    {
        await using var visit = await chromium.Open(
            Page(
                Markdown($"words\n\n<img width=\"1500\" alt=\"a\" src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>\">\n\n<div style=\"width: 1500px\">wide</div>"),
                Code(new string('c', 300), Shown(("text/html", $"<table><tr>{string.Concat(Enumerable.Repeat("<td>a wide column</td>", 30))}</tr></table>")))),
            width);
        var widths = await visit.Page.EvaluateAsync<double[]>("[...document.querySelectorAll('.prose, .code, .output')].map(box => box.getBoundingClientRect().width)");
        Assert.Single(widths.Distinct());
        Assert.True(await visit.Page.EvaluateAsync<double>("document.querySelector('.prose img').getBoundingClientRect().width") <= widths[0]);
        Assert.Equal(["auto", "auto", "auto"], await visit.Page.EvaluateAsync<string[]>("['.prose', '.code', '.table'].map(box => getComputedStyle(document.querySelector(box)).overflowX)"));
        Assert.Equal(width, await visit.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }
}
