using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using AngleSharp.Dom;
using NotebookHost.Publishing;
using static NotebookHost.Tests.Publishing.Executed;

namespace NotebookHost.Tests.Publishing;

/// <summary>What a reader of a notebook's page finds in it.</summary>
public sealed class PageTests
{
    private const string Svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\" width=\"9\" role=\"img\"><title>t</title><desc>d</desc><rect class=\"mark\" width=\"4\" height=\"4\" fill=\"#0072b2\" style=\"stroke: #111111\"></rect><image href=\"data:image/png;base64,AAAA\"></image><text x=\"1\" font-family=\"Arial\" text-anchor=\"end\">word</text></svg>";

    [Fact]
    public void The_title_is_the_first_heading_else_the_name()
    {
        Assert.Equal("A & B", Read(Page(Markdown("words\n\n# A & B\n\n# C"))).Title);
        Assert.Equal("n", Read(Page(Markdown("## Not a title"))).Title);
    }

    [Fact]
    public void A_page_says_when_code_was_changed_after_the_run_it_reports()
    {
        var run = new JsonObject { ["status"] = "succeeded", ["code_sha256"] = Document(Code("1 + 1")).CodeFingerprint };
        string Facts(params JsonObject[] cells) => Read(new NotebookPage("n", Document(run.DeepClone().AsObject(), cells)).ToHtml()).QuerySelector("p.run")!.TextContent;

        Assert.DoesNotContain("changed", Facts(Markdown("new words"), Code("1 + 1")), StringComparison.Ordinal);
        Assert.Contains("its code was changed since", Facts(Code("1 + 2")), StringComparison.Ordinal);
        Assert.Contains("its code was changed since", Facts(Code("1 + 1"), Code("3")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_contents_lead_to_headings_whose_ids_are_unique_in_the_page()
    {
        var page = Read(Page(Markdown("# T\n\n## Same"), Markdown("## Same\n\n### With `code` and [link](x.md)")));
        var links = page.QuerySelectorAll(".toc li a").ToList();
        Assert.Equal(["Same", "Same", "With code and link"], links.Select(link => link.TextContent));
        Assert.All(links, link => Assert.Single(page.QuerySelectorAll($"[id='{link.GetAttribute("href")![1..]}']")));
        Assert.Equal(3, links.Select(link => link.GetAttribute("href")).Distinct().Count());
    }

    [Fact]
    public void Markdown_has_tables_tasks_footnotes_and_links_to_the_pages_of_other_notebooks()
    {
        var page = Read(Page(
            Markdown("| a | b |\n|:--|--:|\n| 1 | 2 |\n\n- [x] done\n\nnote[^1] <https://example.org>\n\n[^1]: first"),
            Markdown("[next](02-more.ipynb#place) [elsewhere](https://example.org/x.ipynb) note[^1]\n\n[^1]: second")));
        Assert.Equal("text-align: right", page.QuerySelector(".table td:last-child")!.GetAttribute("style"));
        Assert.True(page.QuerySelector("input[type=checkbox]")!.HasAttribute("disabled"));
        Assert.Equal("02-more.html#place", page.QuerySelector("a[href^='02']")!.GetAttribute("href"));
        Assert.NotNull(page.QuerySelector("a[href='https://example.org/x.ipynb'][rel]"));
        foreach (var reference in page.QuerySelectorAll("a.footnote-ref"))
            Assert.Single(page.QuerySelectorAll($"[id='{reference.GetAttribute("href")![1..]}']"));
        Assert.Equal(2, page.QuerySelectorAll("a.footnote-ref").Select(reference => reference.GetAttribute("href")).Distinct().Count());
    }

    [Fact]
    public void Formulas_are_marked_and_dollars_in_code_and_prices_are_not()
    {
        var page = Read(Page(Markdown("An $x_1 * y * z$, inline $$a_b$$, `$no$`, $5 and $6.\n\n$$\n\\sum_i < 1\n$$\n\n```\n$no$\n```"), Code("var s = $\"$x$\";")));
        Assert.Equal([@"\(x_1 * y * z\)", @"\(a_b\)"], page.QuerySelectorAll("span.math").Select(formula => formula.TextContent));
        Assert.Equal(@"\(a_b\)", page.QuerySelector(".math.display")!.TextContent);
        Assert.Equal(@"\sum_i < 1", page.QuerySelector("div.math")!.TextContent.Trim().TrimStart('\\', '[').TrimEnd('\\', ']').Trim());
    }

    [Fact]
    public void Libraries_are_in_a_page_once_and_only_when_it_needs_them()
    {
        Assert.Empty(Read(Page(Markdown("`$no$` is text"), Code("1"))).Scripts);
        var page = Read(Page(Markdown("$x$ and $y$"), Code("a", Shown(Chart(3)), Shown(Chart(4)))));
        Assert.Single(page.Scripts, script => script.Text.Contains("plotly.js (cartesian", StringComparison.Ordinal));
        Assert.Single(page.Scripts, script => script.Text.Contains("katex", StringComparison.Ordinal) && script.Text.Length > 100_000);
        Assert.Equal(2, page.Scripts.Count(script => script.ClassName == "chart-data"));
        Assert.Equal(2, page.Descendants<IComment>().Count(comment => comment.Data.Contains("Permission is hereby granted", StringComparison.Ordinal)));
    }

    [Fact]
    public void Code_is_marked_by_class_and_numbered()
    {
        var page = Read(Page(Code("#r \"x.dll\"\nvar text = $\"\"\"a \"b\" // {c}\"\"\"; // why <b>\nrecord A(int B = 0x1F);")));
        Assert.Equal("[1]", page.QuerySelector(".count")!.TextContent);
        Assert.Equal("#r", page.QuerySelector(".preprocessorKeyword")!.TextContent);
        Assert.Equal(["\"x.dll\"", "$\"\"\"a \"b\" // {c}\"\"\""], page.QuerySelectorAll(".string").Select(part => part.TextContent));
        Assert.Equal("// why <b>", page.QuerySelector(".comment")!.TextContent);
        Assert.Equal(["var", "record", "int"], page.QuerySelectorAll(".keyword").Select(part => part.TextContent));
        Assert.Equal("0x1F", page.QuerySelector(".number")!.TextContent);
        Assert.Empty(page.QuerySelectorAll(".code [style]"));
    }

    [Fact]
    public void Long_code_can_be_folded_and_is_open_at_first()
    {
        var page = Read(Page(Code("1"), Code(string.Join('\n', Enumerable.Repeat("x;", 40)))));
        Assert.True(Assert.Single(page.QuerySelectorAll("main details")).HasAttribute("open"));
        Assert.Equal("40 lines of code", page.QuerySelector("main summary")!.TextContent);
    }

    [Fact]
    public void Streams_and_errors_are_text_without_terminal_codes()
    {
        var page = Read(Page(Code("x",
            Stream("stdout", "out <1>\n"),
            Stream("stderr", "\u001b[1;33mwarn\u001b[0m & more"),
            Error("E", "no", "\u001b[31mE: no\u001b[39m", "   at cell 1\u001b]8;;https://example.org\u0007"))));
        Assert.Equal("out <1>\n", page.QuerySelector(".output.stdout pre")!.TextContent);
        Assert.Equal("warn & more", page.QuerySelector(".output.stderr pre")!.TextContent);
        Assert.Equal("E: no\n   at cell 1", page.QuerySelector(".output.error pre")!.TextContent);
    }

    [Fact]
    public void The_richest_type_is_shown()
    {
        string Shape(params (string, System.Text.Json.Nodes.JsonNode)[] bundle)
        {
            var shown = Read(Page(Code("x", Shown(bundle)))).QuerySelector(".output")!.FirstElementChild!;
            return shown.GetAttribute("src")?.Split(';')[0] ?? shown.LocalName;
        }

        Assert.Equal("b", Shape(("text/plain", "p"), ("image/png", "AAAA"), ("text/html", "<b>h</b>")));
        Assert.Equal("data:image/svg+xml", Shape(("text/plain", "p"), ("image/png", "AAAA"), ("image/svg+xml", Svg)));
        Assert.Equal("data:image/svg+xml", Shape(("text/html", "<script>only()</script>"), ("image/svg+xml", Svg)));
        Assert.Equal("data:image/png", Shape(("text/plain", "p"), ("image/png", "AAAA"), ("image/svg+xml", "<svg")));
        Assert.Equal("data:image/jpeg", Shape(("text/plain", "p"), ("image/jpeg", "AAAA")));
        Assert.Equal("h2", Shape(("text/plain", "p"), ("text/markdown", "## h")));
        Assert.Equal("pre", Shape(("text/plain", "p"), ("application/json", 3)));
        Assert.Equal("pre", Shape(("text/plain", "p")));
        Assert.Equal("p", Shape(("application/x-unknown", "p")));
    }

    [Fact]
    public void An_svg_keeps_its_drawing()
    {
        var image = Read(Page(Code("x", Shown(("image/svg+xml", "<?xml version=\"1.0\"?>\n<!DOCTYPE svg>\n" + Svg), ("text/plain", "p"))))).QuerySelector(".output > img")!;
        Assert.Equal("<!DOCTYPE svg>\n" + Svg, Drawn(image));
        Assert.Equal("t\nd", image.GetAttribute("alt"));
    }

    [Fact]
    public void An_svg_in_HTML_keeps_its_drawing()
    {
        var svg = Read(Page(Code("x", Shown(("text/html", Svg))))).QuerySelector(".output > svg")!;
        Assert.Equal("0 0 9 9", svg.GetAttribute("viewBox"));
        Assert.Equal(["title", "desc", "rect", "image", "text"], svg.Children.Select(child => child.LocalName));
        Assert.Equal("data:image/png;base64,AAAA", svg.QuerySelector("image")!.GetAttribute("href"));
        Assert.Equal(["class", "width", "height", "fill", "style"], svg.QuerySelector(".mark")!.Attributes.Select(attribute => attribute.Name));
        Assert.Contains("stroke", svg.QuerySelector(".mark")!.GetAttribute("style"), StringComparison.Ordinal);
        Assert.Equal("end", svg.QuerySelector("text")!.GetAttribute("text-anchor"));
    }

    [Fact]
    public void An_svg_with_a_style_sheet_is_an_image_of_its_own()
    {
        var image = Read(Page(Code("x", Shown(("image/svg+xml", "<svg xmlns=\"http://www.w3.org/2000/svg\"><style>* { fill: red }</style></svg>"))))).QuerySelector(".output > img")!;
        Assert.StartsWith("data:image/svg+xml;base64,", image.GetAttribute("src"), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_svgs_with_the_same_ids_do_not_meet()
    {
        var svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><clipPath id=\"a\"><rect width=\"9\" height=\"9\"/></clipPath><rect clip-path=\"url(#a)\"/></svg>";
        var page = Read(Page(Code("x", Shown(("image/svg+xml", svg)), Shown(("image/svg+xml", svg.Replace("9", "5", StringComparison.Ordinal))))));
        Assert.Equal(2, page.QuerySelectorAll(".output > img").Length);
        Assert.Empty(page.QuerySelectorAll("#a, .output .note"));
    }

    [Fact]
    public void An_svg_that_is_written_as_HTML_is_made_XML()
    {
        var svg = "<svg viewbox=\"0 0 9 9\" width=9><style>p > b { color: red }</style><text xlink:href=\"#x\">a&nbsp;& b<tspan>c</text><foreignObject><p>label<br>more</p></foreignObject></svg>";
        var root = XDocument.Parse(Drawn(Read(Page(Code("x", Shown(("image/svg+xml", svg))))).QuerySelector(".output > img")!)).Root!;
        XNamespace space = "http://www.w3.org/2000/svg", html = "http://www.w3.org/1999/xhtml";
        Assert.Equal([space + "svg", space + "style", space + "text", space + "tspan", space + "foreignObject", html + "p", html + "br"], root.DescendantsAndSelf().Select(element => element.Name));
        Assert.Equal("0 0 9 9", root.Attribute("viewBox")?.Value);
        Assert.Equal("p > b { color: red }a\u00a0& bclabelmore", root.Value);
        Assert.Equal("#x", root.Element(space + "text")!.Attribute(XName.Get("href", "http://www.w3.org/1999/xlink"))?.Value);
    }

    [Theory]
    [InlineData("<image href=\"https://example.org/a.png\"/>", "Pictures or fonts that this drawing takes from elsewhere cannot be shown here.")]
    [InlineData("<style>@font-face { src: url( 'https://example.org/a.woff' ) }</style>", "Pictures or fonts that this drawing takes from elsewhere cannot be shown here.")]
    [InlineData("<rect/><script>draw()</script>", "A script in this drawing does not run here.")]
    [InlineData("<a href=\"https://example.org\"><use href=\"#a\"/></a><style>rect { fill: url(\"#a\"); mask: url(data:,) }</style>", "")]
    public void What_an_image_does_not_show_of_an_svg_is_said(string drawing, string note)
    {
        var output = Read(Page(Code("x", Shown(("image/svg+xml", $"<svg xmlns=\"http://www.w3.org/2000/svg\">{drawing}</svg>"))))).QuerySelector(".output")!;
        Assert.Equal("img", output.FirstElementChild!.LocalName);
        Assert.Equal(note, output.TextContent);
    }

    [Fact]
    public void A_chart_comes_with_its_static_form_and_cannot_end_its_own_element()
    {
        var page = Read(Page(Code("x", Shown(Chart(3, "</script><b id=out>"), ("image/svg+xml", Svg), ("text/html", $"<figure>{Svg}<figcaption>caption</figcaption></figure>"), ("text/plain", "p")))));
        var output = page.QuerySelector(".output")!;
        Assert.NotNull(output.QuerySelector("figure > svg"));
        Assert.Equal("caption", output.QuerySelector("figcaption")!.TextContent);
        var chart = Assert.Single(output.QuerySelectorAll("script.chart-data"));
        Assert.Equal("</script><b id=out>", (string?)System.Text.Json.Nodes.JsonNode.Parse(chart.TextContent)!["data"]![0]!["text"]);
        Assert.Null(page.QuerySelector("#out"));
    }

    [Fact]
    public void A_chart_brings_its_caption_and_the_table_behind_it()
    {
        var (type, chart) = Chart(3);
        chart["layout"]!["meta"] = new System.Text.Json.Nodes.JsonObject { ["caption"] = "a < b", ["rows"] = 1, ["table"] = "<table><tbody><tr><td>1.50</td></tr></tbody></table><script>no()</script>" };
        var figure = Read(Page(Code("x", Shown((type, chart), ("image/png", "AAAA"))))).QuerySelector(".output > figure")!;
        Assert.Equal(["img", "script", "figcaption", "details"], figure.Children.Select(child => child.LocalName));
        Assert.Equal("a < b", figure.QuerySelector("figcaption")!.TextContent);
        Assert.Equal("Data: 1 row", figure.QuerySelector("summary")!.TextContent);
        Assert.Equal("1.50", figure.QuerySelector("details .table td")!.TextContent);
        Assert.DoesNotContain("no()", figure.OuterHtml, StringComparison.Ordinal);
        Assert.DoesNotContain("tbody", figure.QuerySelector("script")!.TextContent, StringComparison.Ordinal); // once on a page is enough
    }

    [Theory]
    [InlineData("""{"caption": 3, "table": ["x"], "rows": "many"}""")]
    [InlineData("""["x"]""")]
    [InlineData("\"x\"")]
    public void What_else_a_chart_keeps_in_that_place_is_left_alone(string meta)
    {
        var (type, chart) = Chart(3);
        chart["layout"]!["meta"] = System.Text.Json.Nodes.JsonNode.Parse(meta);
        var figure = Read(Page(Code("x", Shown((type, chart), ("image/png", "AAAA"))))).QuerySelector(".output > figure")!;
        Assert.Equal(["img", "script"], figure.Children.Select(child => child.LocalName));
        var kept = System.Text.Json.Nodes.JsonNode.Parse(figure.QuerySelector("script")!.TextContent)!["layout"]!["meta"];
        Assert.True(System.Text.Json.Nodes.JsonNode.DeepEquals(System.Text.Json.Nodes.JsonNode.Parse(meta), kept));
    }

    [Fact]
    public void A_chart_alone_says_in_words_what_it_is_where_no_script_runs()
    {
        var page = Read(Page(Code("x", Shown(Chart(3), ("text/plain", "a chart of 3 points")))));
        Assert.Contains("a chart of 3 points", page.QuerySelector(".output noscript")!.TextContent, StringComparison.Ordinal);
        Assert.Empty(Read(Page(Code("x", Shown(("application/vnd.plotly.v1+json", new System.Text.Json.Nodes.JsonObject()), ("text/plain", "p"))))).Scripts);
    }

    [Fact]
    public void Tables_have_a_box_of_their_own_and_numbers_stay_to_the_right()
    {
        var page = Read(Page(Code("x", Shown(("text/html", "<p>words</p><table><thead><tr><th>a</th></tr></thead><tbody><tr><td style=\"text-align:right\">1.50</td></tr></tbody></table>")))));
        Assert.Contains("text-align: right", page.QuerySelector(".output > .table > table td")!.GetAttribute("style"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"width\": 640, \"height\": 480}", "width", "640")]
    [InlineData("{\"width\": 640.4}", "width", "640")]
    [InlineData("{\"height\": 300}", "style", "height: 300px; object-fit: contain")]
    [InlineData("{\"width\": -1}", "width", null)]
    public void A_picture_has_the_size_that_its_notebook_gives(string size, string attribute, string? value)
    {
        var output = Shown(("image/png", "AAAA"));
        output["metadata"] = new JsonObject { ["image/png"] = JsonNode.Parse(size) };
        Assert.Equal(value, Read(Page(Code("x", output))).QuerySelector(".output > img")!.GetAttribute(attribute));
    }

    [Fact]
    public void A_page_fits_a_phone() => Assert.Equal("width=device-width, initial-scale=1", Read(Page(Markdown("x"))).QuerySelector("meta[name=viewport]")!.GetAttribute("content"));

    [Fact]
    public void A_failing_notebook_shows_what_ran_and_what_stopped_it()
    {
        var unrun = Code("three");
        unrun["execution_count"] = null;
        var page = Read(Page(Code("one", Stream("stdout", "kept")), Code("two", Error("My.Exception", "first line\nmore", "trace")), unrun));
        var failed = page.QuerySelector(".failure a")!;
        Assert.Equal("cell 1: My.Exception: first line", failed.TextContent);
        Assert.Equal("two", page.QuerySelector(failed.GetAttribute("href")! + " .code")!.TextContent.Trim());
        Assert.Equal("trace", page.QuerySelector(".output.error")!.TextContent);
        Assert.Equal("kept", page.QuerySelector(".output.stdout")!.TextContent);
        Assert.Equal("three", page.QuerySelector(".not-run .code")!.TextContent.Trim());
    }

    [Fact]
    public void The_same_notebook_gives_the_same_bytes()
    {
        string Once() => Page(Markdown("# T\n\n$x$[^1]\n\n[^1]: n"), Code("var x = 1;", Shown(Chart(3), ("image/svg+xml", Svg)), Error("E", "m", "t")));
        Assert.Equal(Once(), Once());
    }

    [Fact]
    public void Nothing_is_loaded_from_elsewhere()
    {
        var page = Read(Page(Markdown("# T\n\n![remote](https://example.org/a.png) $x$ [plain link](https://example.org)"), Code("x", Shown(Chart(3)), Shown(("text/html", "<img src='http://example.org/b.png'><p style='background:url(http://example.org/c.png)'>x</p>")))));
        Assert.All(page.QuerySelectorAll("[src], link[href], [srcset], [poster], [data], [background]"), element =>
            Assert.StartsWith("data:", element.GetAttribute("src") ?? element.GetAttribute("href"), StringComparison.Ordinal));
        Assert.All(page.QuerySelectorAll("[style]"), element => Assert.DoesNotContain("url", element.GetAttribute("style"), StringComparison.Ordinal));
        Assert.Equal("remote", page.QuerySelector("a[href='https://example.org/a.png'][rel]")!.TextContent);
        Assert.DoesNotContain("@import", page.QuerySelector("style")!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", page.QuerySelector("style")!.TextContent, StringComparison.Ordinal);
    }

    private static string Drawn(IElement image) => Encoding.UTF8.GetString(Convert.FromBase64String(image.GetAttribute("src")!.Split("base64,")[1]));
}
