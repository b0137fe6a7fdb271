using System.Text.Json.Nodes;
using AngleSharp.Dom;
using static NotebookHost.Tests.Publishing.Executed;

namespace NotebookHost.Tests.Publishing;

/// <summary>Outputs of other programs: each shows, or the page says what is missing.</summary>
public sealed class OutputTests
{
    private const string Plotly = "application/vnd.plotly.v1+json";

    private const string PlotlyNet = """
        <div><div id="c1"><!-- Plotly chart will be drawn inside this DIV --></div>
        <script type="text/javascript">
            var renderPlotly_c1 = function() {
            var fsharpPlotlyRequire = requirejs.config({context:'fsharp-plotly',paths:{plotly:'https://cdn.plot.ly/plotly-2.27.1.min'}}) || require;
            fsharpPlotlyRequire(['plotly'], function(Plotly) {
            var data = [{"type":"scatter","mode":"markers","x":[1,2,3],"y":[4,1,3],"marker":{}}];
            var layout = {"width":600,"height":600,"template":{"layout":{"title":{"x":0.05}}}};
            var config = {"responsive":true};
            Plotly.newPlot('c1', data, layout, config);
            });
            };
            if ((typeof(requirejs) !==  typeof(Function)) || (typeof(requirejs.config) !== typeof(Function))) { var script = document.createElement("script"); } else { renderPlotly_c1(); }
        </script></div>
        """;

    [Theory]
    [InlineData("<div id=\"p\"></div><script>Plotly.newPlot('p',[{y:[1,2]}])</script>", "[{\"y\":[1,2]}]")]
    [InlineData(PlotlyNet, "[{\"type\":\"scatter\",\"mode\":\"markers\",\"x\":[1,2,3],\"y\":[4,1,3],\"marker\":{}}]")]
    [InlineData("<div id=\"d\"></div><script>require([\"plotly\"], function(Plotly) { if (document.getElementById(\"d\")) { Plotly.newPlot( \"d\", [{\"y\":[1e3,null,NaN],\"name\":\"a<\\/b>\"}], {\"title\":\"t\"}, {\"responsive\": true} ).then(function(){}) }; });</script>", "[{\"y\":[1000,null,null],\"name\":\"a\\u003C/b\\u003E\"}]")]
    [InlineData("<script>const traces = [{'type': 'scattergl', y: [.5, -1,],},]; Plotly.react(element, {data: traces2}); Plotly.newPlot(document.getElementById('d'), traces)</script>", null)]
    [InlineData("<script>let traces = [{'type': 'scattergl', y: [0.5, -1,],},]; Plotly.newPlot(here, traces, {})</script>", "[{\"type\":\"scatter\",\"y\":[0.5,-1]}]")]
    [InlineData("<script>Plotly.newPlot('p', {data: [{y: [1]}], layout: {height: 3}})</script>", "[{\"y\":[1]}]")]
    public void A_chart_whose_values_stand_in_a_script_is_drawn_by_the_page(string html, string? data)
    {
        var page = Shows(("text/html", html), ("text/plain", "p"));
        Assert.Equal(data, page.QuerySelector(".output script.chart-data") is { } chart ? JsonNode.Parse(chart.TextContent)!["data"]!.ToJsonString() : null);
        Assert.Equal(data is null, page.QuerySelector(".output .note") is not null);
    }

    [Theory]
    [InlineData("Plotly.newPlot('p', compute())")]
    [InlineData("Plotly.newPlot('p', [{y: [1, f(2)]}])")]
    [InlineData("Plotly.newPlot('p'")]
    [InlineData("Plotly.newPlot('p', [{y: 'no end")]
    [InlineData("var data = []; Plotly.newPlot('p', data)")]
    [InlineData("Bokeh.embed.embed_items(docs)")]
    public void What_only_a_script_makes_is_said(string script)
    {
        var output = Shows(("text/html", $"<div id=p></div><script>{script}</script>")).QuerySelector(".output")!;
        Assert.Equal("This output is made by a script, which this page does not run; open the notebook to see it.", output.TextContent.Trim());
        output = Shows(("text/html", $"<div id=p></div><script>{script}</script>"), ("text/plain", "words")).QuerySelector(".output")!;
        Assert.StartsWith("wordsThis output is made by a script", output.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stored_picture_stands_for_what_a_script_makes()
    {
        var output = Shows(("text/html", "<div></div><script>draw()</script>"), ("image/png", "AAAA"), ("text/plain", "p")).QuerySelector(".output")!;
        Assert.Equal(["img"], output.Children.Select(child => child.LocalName));
    }

    [Theory]
    [InlineData("<b>part</b><script>draw()</script>", "partPart of this output is made by a script, which this page does not run; open the notebook to see it.")]
    [InlineData("<iframe src=\"https://example.org\"></iframe>", "This output is a frame with another page, which this page does not run; open the notebook to see it.")]
    [InlineData("<video controls><source src=\"data:video/mp4;base64,AAAA\"></video>", "This output is a video or a sound, which this page does not run; open the notebook to see it.")]
    [InlineData("<style>p { color: red }</style><p>part</p>", "partThe effect of a style sheet is missing here; the notebook shows it.")]
    [InlineData("<style>@import url(https://example.org/a.css);</style><p>part</p>", "partThe effect of a style sheet is missing here; the notebook shows it.")]
    [InlineData("<style scoped>.dataframe tbody tr th:only-of-type { vertical-align: middle; } .dataframe thead th { text-align: right; }</style><p>whole</p>", "whole")]
    [InlineData("<style>.dni-treeview td { vertical-align: top; } table td { text-align: start; }</style><p>whole</p>", "whole")]
    [InlineData("<style>.dni-treeview { white-space: nowrap; } details.dni-treeview { padding-left: 1em; } table tr td pre \n{ margin: 0em 0px !important; }</style><p>whole</p>", "whole")]
    [InlineData("<style>.dni-treeview td { vertical-align: top; } p { color: red }</style><p>part</p>", "partThe effect of a style sheet is missing here; the notebook shows it.")]
    [InlineData("<style>table td { text-align: start; }</style><p>part</p>", "partThe effect of a style sheet is missing here; the notebook shows it.")]
    [InlineData("<style>.dataframe td { color: red }</style><p>part</p>", "partThe effect of a style sheet is missing here; the notebook shows it.")]
    [InlineData("<style>.dataframe thead tr th { text-align: left; } .dataframe thead tr:last-of-type th { text-align: right; }</style><p>whole</p>", "whole")]
    [InlineData("<style>.dataframe > thead > tr,\n.dataframe > tbody > tr { text-align: right; white-space: pre-wrap; }</style><p>whole</p>", "whole")]
    [InlineData("<style>.list-inline {list-style: none; margin:0} .list-inline>li {display: inline-block} .list-inline>li:not(:last-child)::after {content: \"\\00b7\"; padding: 0 .5ex}</style><p>whole</p>", "whole")]
    [InlineData("<style></style><p>whole</p>", "whole")]
    [InlineData("<link rel=\"stylesheet\" href=\"https://example.org/a.css\"><p>part</p>", "partThe effect of a style sheet is missing here; the notebook shows it.")]
    [InlineData("<link rel=\"icon\" href=\"a.png\"><p>whole</p>", "whole")]
    [InlineData("<map name=\"m\"><area href=\"#a\"></map><p>part</p>", "partThis page leaves out elements of the output (map, area); the notebook has them.")]
    [InlineData("<template><b>later</b></template><p>part</p>", "partThis page leaves out elements of the output (template); the notebook has them.")]
    [InlineData("<svg><rect><animate attributeName=\"x\"></animate><set attributeName=\"y\"></set></rect></svg>", "This page leaves out elements of the output (animate, set); the notebook has them.")]
    [InlineData("<svg><image href=\"plot.png\"/></svg>", "[Picture plot.png: a file beside the notebook, whose folder is not known]")]
    [InlineData("<svg><g><svg><image href=\"https://example.org/plot.png\"/></svg></g></svg>", "https://example.org/plot.png (a picture on the web, not in this page)")]
    public void What_a_page_leaves_out_is_said(string html, string words) => Assert.Equal(words, Shows(("text/html", html)).QuerySelector(".output")!.TextContent);

    [Fact]
    public void Rules_for_an_id_or_a_class_are_styles_of_the_elements_that_have_it()
    {
        var output = Shows(("text/html", """
            <style type="text/css">
            #T_a_row0_col0, #T_a_row0_col1 { background-color: #67000d; position: fixed; }
            .data { color: #f1f1f1; }
            .col1 { color: #010203; }
            </style>
            <table id="T_a"><tr><td id="T_a_row0_col0" class="data row0 col0" style="text-align: right">1</td><td id="T_a_row0_col1" class="data row0 col1" hidden>2</td><td id="other">3</td></tr></table>
            """)).QuerySelector(".output")!;
        var cells = output.QuerySelectorAll("td").Select(cell => cell.GetAttribute("style") ?? "").ToList();
        Assert.All(cells[..2], style => Assert.Contains("103, 0, 13", style, StringComparison.Ordinal));
        Assert.Contains("241, 241, 241", cells[0], StringComparison.Ordinal);
        Assert.Contains("text-align: right", cells[0], StringComparison.Ordinal);
        Assert.Contains("1, 2, 3", cells[1], StringComparison.Ordinal);
        Assert.DoesNotContain("position", cells[0] + cells[1], StringComparison.Ordinal);
        Assert.Equal("", cells[2]);
        Assert.True(output.QuerySelector(".col1")!.HasAttribute("hidden"));
        Assert.Null(output.QuerySelector(".note"));
    }

    [Fact]
    public void The_later_rule_for_a_class_wins_then_the_id_and_last_the_elements_own_style()
    {
        var words = Shows(("text/html", """
            <style>#i { color: #000003 } .b { color: #000001 } .a { color: #000002 }</style>
            <b class="a b">x</b><b class="b a" id="i">x</b><b class="a" id="i" style="color: #000004">x</b>
            """)).QuerySelectorAll(".output b").Select(word => word.GetAttribute("style")!).ToList();
        Assert.Equal(3, words.Count);
        Assert.Contains("0, 0, 2", words[0], StringComparison.Ordinal);
        Assert.Contains("0, 0, 3", words[1], StringComparison.Ordinal);
        Assert.Contains("0, 0, 4", words[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_whose_copies_would_swell_the_page_are_left_out_and_that_is_said()
    {
        var html = $"<style>.a {{ font-family: {new string('x', 10_000)} }}</style>" + string.Concat(Enumerable.Repeat("<b class=\"a\">x</b>", 1_000));
        var output = Shows(("text/html", html)).QuerySelector(".output")!;
        Assert.InRange(output.OuterHtml.Length, 1_000, 2_000_000);
        Assert.Equal("The effect of a style sheet is missing here; the notebook shows it.", output.QuerySelector(".note")!.TextContent);
    }

    [Fact]
    public void HTML_that_is_only_a_style_sheet_shows_nothing()
    {
        var style = "<style>.container { width: 100% } b > i { color: red }</style>";
        Assert.Null(Shows(("text/html", style), ("text/plain", "<IPython.core.display.HTML object>")).QuerySelector(".output"));
        Assert.Equal("", Read(Page(Markdown(style))).QuerySelector(".prose")!.TextContent.Trim());
    }

    [Fact]
    public void In_Markdown_too() =>
        Assert.Contains("Part of this output is a frame", Read(Page(Markdown("words\n\n<iframe src=\"https://example.org\"></iframe>"))).QuerySelector(".prose .note")!.TextContent, StringComparison.Ordinal);

    [Theory]
    [InlineData("surface")]
    [InlineData("scatterpolar")]
    [InlineData("choropleth")]
    [InlineData("sunburst")]
    [InlineData("a kind to come")]
    public void Where_plotly_cannot_draw_the_picture_stays(string type)
    {
        var chart = Json("[{\"type\": \"scatter\", \"y\": [1]}, {\"type\": \"" + type + "\", \"z\": [[1]]}]");
        var page = Shows((Plotly, chart), ("image/png", "AAAA"), ("text/plain", "chart"));
        Assert.Equal(["img"], page.QuerySelector(".output")!.Children.Select(child => child.LocalName));
        Assert.Empty(page.Scripts);

        var alone = Shows((Plotly, chart.DeepClone()), ("text/plain", "chart")).QuerySelector(".output")!;
        Assert.Equal($"chartA chart of the type {type} cannot be drawn on a page, and the notebook has no picture of it.", alone.TextContent);
    }

    [Fact]
    public void A_trace_of_a_frame_is_judged_like_one_of_the_chart()
    {
        JsonNode Animated(string type) => JsonNode.Parse("{\"data\": [{\"y\": [1]}], \"frames\": [{\"data\": [{\"type\": \"" + type + "\"}]}, {\"name\": \"still\"}]}")!;
        var words = Shows((Plotly, Animated("surface")), ("text/plain", "chart")).QuerySelector(".output")!.TextContent;
        Assert.Equal("chartA chart of the type surface cannot be drawn on a page, and the notebook has no picture of it.", words);

        var drawn = JsonNode.Parse(Shows((Plotly, Animated("scattergl"))).QuerySelector("script.chart-data")!.TextContent)!;
        Assert.Equal("scatter", (string?)drawn["frames"]![0]!["data"]![0]!["type"]);
    }

    [Theory]
    [InlineData("{\"data\": [{\"type\": \"bar\", \"y\": [1, NaN]}], \"layout\": {}}")]
    [InlineData("{\"data\": [{\"type\": \"bar\", \"y\": [1, null]}]}")]
    public void A_chart_stored_as_text_is_drawn(string text)
    {
        foreach (var content in new JsonNode[] { text, new JsonArray(text[..9], text[9..]) })
        {
            var chart = Shows((Plotly, content), ("text/plain", "p")).QuerySelector(".output script.chart-data")!;
            Assert.Equal("[{\"type\":\"bar\",\"y\":[1,null]}]", JsonNode.Parse(chart.TextContent)!["data"]!.ToJsonString());
        }
    }

    [Fact]
    public void A_page_sets_the_caption_itself_and_the_chart_is_as_much_lower()
    {
        var chart = JsonNode.Parse("""
            {"data": [{"type": "bar", "y": [1]}], "layout": {"height": 448, "margin": {"b": 98, "t": 40}, "meta": {"caption": "How to read it.", "captionHeight": 48},
             "annotations": [{"text": "a rule"}, {"name": "caption", "text": "How to<br>read it."}]}}
            """)!;
        var figure = Shows((Plotly, chart), ("image/png", "AAAA")).QuerySelector("figure")!;
        var layout = JsonNode.Parse(figure.QuerySelector("script.chart-data")!.TextContent)!["layout"]!;
        Assert.Equal("How to read it.", figure.QuerySelector("figcaption")!.TextContent);
        Assert.Equal(["a rule"], layout["annotations"]!.AsArray().Select(annotation => (string?)annotation!["text"]));
        Assert.Equal((400, 50, 40), ((int)layout["height"]!, (int)layout["margin"]!["b"]!, (int)layout["margin"]!["t"]!));
    }

    [Fact]
    public void Titles_of_charts_made_for_an_older_plotly_are_kept()
    {
        var chart = JsonNode.Parse("""
            {"data": [{"type": "pie", "title": "a pie", "titleposition": "top left", "customdata": {"title": "mine"}}, {"type": "heatmap", "colorbar": {"title": "h", "titleside": "right"}}],
             "layout": {"title": "a chart", "titlefont": {"size": 20}, "xaxis": {"title": {"text": "x"}}, "yaxis2": {"title": "y"}, "legend": {"title": ""}, "meta": {"title": "mine"},
              "coloraxis": {"colorbar": {"title": "c"}}, "scene": {"zaxis": {"title": "z"}}, "template": {"layout": {"title": "t"}}},
             "frames": [{"layout": {"title": "later"}, "data": [{"marker": {"colorbar": {"title": "m"}}}]}]}
            """)!;
        var shown = JsonNode.Parse(Shows((Plotly, chart)).QuerySelector("script.chart-data")!.TextContent)!;
        var expected = JsonNode.Parse("""
            {"data": [{"type": "pie", "title": {"text": "a pie", "position": "top left"}, "customdata": {"title": "mine"}}, {"type": "heatmap", "colorbar": {"title": {"text": "h", "side": "right"}}}],
             "layout": {"title": {"text": "a chart", "font": {"size": 20}}, "xaxis": {"title": {"text": "x"}}, "yaxis2": {"title": {"text": "y"}}, "legend": {"title": {"text": ""}}, "meta": {"title": "mine"},
              "coloraxis": {"colorbar": {"title": {"text": "c"}}}, "scene": {"zaxis": {"title": {"text": "z"}}}, "template": {"layout": {"title": {"text": "t"}}}},
             "frames": [{"layout": {"title": {"text": "later"}}, "data": [{"marker": {"colorbar": {"title": {"text": "m"}}}}]}]}
            """);
        Assert.True(JsonNode.DeepEquals(expected, shown), shown.ToJsonString());
    }

    [Theory]
    [InlineData("no chart")]
    [InlineData("[1]")]
    [InlineData("{\"data\": 3}")]
    [InlineData("{\"data\": [3]}")]
    public void What_is_no_chart_is_text(string text) => Assert.Contains("words", Shows((Plotly, text), ("text/plain", "words")).QuerySelector(".output.text")!.TextContent, StringComparison.Ordinal);

    [Theory]
    [InlineData("epoch 1: 10 %\repoch 1: 50 %\repoch 1: 100 %\n", "epoch 1: 100 %\n")]
    [InlineData("a\r\nb\r\n", "a\nb\n")]
    [InlineData("10%\b\b\b20%\b\b\b100%", "100%")]
    [InlineData("|\b/\b-\b\\\bdone", "done")]
    [InlineData("\b\bab", "ab")]
    [InlineData("long line\r\u001b[Kshort", "short")]
    [InlineData("long line\u001b[2K\rshort", "short")]
    [InlineData("\u001b[32m50 %\u001b[0m\r\u001b[32m100 %\u001b[0m", "100 %")]
    [InlineData("\u001b(B\u001b7plain\u001b8 \u001b=text\u001b>\u001bc", "plain text")]
    [InlineData("\u009b31mred\u009b0m", "red")]
    [InlineData("long line\rshort", "shortline")]
    public void Streams_show_their_last_state(string written, string shown)
    {
        var page = Read(Page(Code("x", Stream("stdout", written), Stream("stderr", written), Shown(("text/plain", written)))));
        Assert.Equal([shown, shown, shown], page.QuerySelectorAll(".output pre").Select(text => text.TextContent));
    }

    [Fact]
    public void Neighbours_of_a_stream_are_one_text_whoever_stored_them_apart()
    {
        var page = Read(Page(Code("x", Stream("stdout", "\r10 %"), Stream("stdout", "\r50 %"), Stream("stderr", "oh"), Stream("stdout", "\r100 %\n"), Shown(("text/plain", "r")), Stream("stdout", "end"))));
        Assert.Equal(["50 %", "oh", "100 %\n", "r", "end"], page.QuerySelectorAll(".output pre").Select(text => text.TextContent));
    }

    [Theory]
    [InlineData("application/vnd.vegalite.v5+json", "{\"mark\": \"bar\"}")]
    [InlineData("application/vnd.jupyter.widget-view+json", "{\"model_id\": \"a\"}")]
    [InlineData("application/pdf", "\"AAAA\"")]
    [InlineData("image/tiff", "\"AAAA\"")]
    [InlineData("text/latex", "\"\\\\begin{tabular}{l}$a$\\\\end{tabular}\"")]
    [InlineData("text/latex", "\"\\\\begin{enumerate*}\\\\item $a$\\\\end{enumerate*}\"")]
    [InlineData("image/png", "\"\"")]
    [InlineData("image/png", "\"no picture!\"")]
    [InlineData("image/svg+xml", "\"<svg></svg>\"")]
    public void A_text_that_stands_for_something_else_says_so(string type, string content)
    {
        var output = Shows((type, JsonNode.Parse(content)!), ("text/plain", "words")).QuerySelector(".output.text")!;
        Assert.Equal($"wordsAn output of the type {type} cannot be shown here; this is its text.", output.TextContent);
    }

    [Theory]
    [InlineData("text/html", "\"\"")]
    [InlineData("application/vnd.dataresource+json", "{}")]
    [InlineData("application/vnd.google.colaboratory.intrinsic+json", "{\"type\": \"string\"}")]
    public void A_text_beside_which_nothing_could_be_seen_stands_alone(string type, string content) =>
        Assert.Equal("words", Shows((type, JsonNode.Parse(content)!), ("text/plain", "words")).QuerySelector(".output")!.TextContent);

    [Theory]
    [InlineData("<main><p>words</p></main>", "words")]
    [InlineData("<my-card title=\"t\">in <b>it</b></my-card>", "in it")]
    [InlineData("<noscript>without scripts</noscript>", "without scripts")]
    [InlineData("<dialog open><bdo dir=\"rtl\">text</bdo></dialog>", "text")]
    [InlineData("<math><mi>x</mi><mo>=</mo><mn>2</mn></math>", "x=2A formula in MathML is plain text here; the notebook shows it.")]
    [InlineData("<svg><rect/><foreignObject><div>label</div></foreignObject></svg>", "Text within a drawing is missing here; the notebook shows it.")]
    [InlineData("<my-card><script>alert(1)</script><style>p{}</style>rest</my-card>", "restPart of this output is made by a script, which this page does not run; open the notebook to see it.")]
    public void What_is_in_an_element_that_pages_do_not_have_stays(string html, string words) => Assert.Equal(words, Shows(("text/html", html)).QuerySelector(".output")!.TextContent.Trim());

    [Fact]
    public void A_raw_cell_is_shown_unless_it_is_for_another_format()
    {
        JsonObject Raw(string source, JsonObject metadata) => new() { ["cell_type"] = "raw", ["metadata"] = metadata, ["source"] = source };
        var page = Read(Page(Raw("<b>as it is</b>", []), Raw("\\newpage", new JsonObject { ["raw_mimetype"] = "text/latex" })));
        Assert.Equal(["<b>as it is</b>"], page.QuerySelectorAll("section pre").Select(text => text.TextContent));
    }

    [Theory]
    [InlineData("$\\frac{1}{2}$", "(1)\\frac{1}{2}")]
    [InlineData("$$\\frac{1}{2}$$", "[1]\\frac{1}{2}")]
    [InlineData("\\[x\\] and \\(y\\)", "[1]x", "(2)y")]
    [InlineData("\\begin{align}a&=b\\\\c&<d\\end{align}", "[1]\\begin{align}a&=b\\\\c&<d\\end{align}")]
    [InlineData("\\begin{equation*}\\begin{matrix}a\\end{matrix}\\end{equation*}", "[1]\\begin{equation*}\\begin{matrix}a\\end{matrix}\\end{equation*}")]
    [InlineData("\\sqrt{x_1}", "[1]\\sqrt{x_1}")]
    [InlineData("half 🎓 of $x$ is <y>", "(1)x")]
    [InlineData("$\\displaystyle \\begin{align*}a&=b\\end{align*}$", "[1]\\displaystyle \\begin{align*}a&=b\\end{align*}")]
    [InlineData("$\\displaystyle \\begin{aligned}a\\end{aligned}$", "(1)\\displaystyle \\begin{aligned}a\\end{aligned}")]
    [InlineData("$5\\$ + \\{x\\}$", "(1)5\\$ + \\{x\\}")]
    [InlineData("$a \\\\$ and $b$", "(1)a \\\\", "(2)b")]
    [InlineData("\\newcommand{\\R}[1][x]{\\mathbb{R}_{#1}}\nAll $x \\in \\R$", "(1)\\newcommand{\\R}[1][x]{\\mathbb{R}_{#1}}", "(2)x \\in \\R")]
    [InlineData("\\def\\f#1{f(#1)} \\DeclareMathOperator*{\\am}{arg\\,max} $\\am \\f{2}$", "(1)\\def\\f#1{f(#1)}", "(2)\\DeclareMathOperator*{\\am}{arg\\,max}", "(3)\\am \\f{2}")]
    [InlineData("\\newcommand{\\R}{\\mathbb{R}} x \\in \\R", "[1]\\newcommand{\\R}{\\mathbb{R}} x \\in \\R")]
    [InlineData("5 dollars")]
    public void LaTeX_is_formulas(string latex, params string[] formulas)
    {
        var output = Shows(("text/latex", latex), ("text/plain", "p")).QuerySelector(".output")!;
        Assert.Equal(formulas, Formulas(output));
        if (latex.Contains('<', StringComparison.Ordinal) && formulas.Length == 1 && formulas[0] == "(1)x")
            Assert.StartsWith("half 🎓 of ", output.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dollar_after_a_backslash_is_a_dollar() =>
        Assert.Equal("$5 and \\(x\\) cost $6", Shows(("text/latex", "\\$5 and $x$ cost \\$6"), ("text/plain", "p")).QuerySelector(".output")!.TextContent);

    [Theory]
    [InlineData("\\begin{align}a&=b\\\\c&=d\\end{align}", "[1]\\begin{align}a&=b\\\\c&=d\\end{align}")]
    [InlineData("words\n\n\\begin{align}\na &= b \\\\\n- c &= *d* * e_1_\n\\end{align}\n\nmore", "[1]\\begin{align}\na &= b \\\\\n- c &= *d* * e_1_\n\\end{align}")]
    [InlineData("\\begin{equation}\nx\n\\end{equation}\nmore *words*", "[1]\\begin{equation}\nx\n\\end{equation}")]
    [InlineData("So \\begin{cases}1\\\\2\\end{cases}, and \\\\(x_1 * y_1\\\\) \\\\[z\\\\]", "[1]\\begin{cases}1\\\\2\\end{cases}", "(2)x_1 * y_1", "[3]z")]
    [InlineData("So $\\begin{align*}a&=b\\end{align*}$", "[1]\\begin{align*}a&=b\\end{align*}")]
    [InlineData("$$\n\\begin{align}a\\end{align}\n$$", "[1]\\begin{align}a\\end{align}")]
    [InlineData("> \\begin{align}\n> a\n> \\end{align}", "[1]\\begin{align}\na\n\\end{align}")]
    [InlineData("`\\begin{align}a\\end{align}`\n\n```\n\\begin{align}\na\n\\end{align}\n```")]
    [InlineData("\\begin{document}a\\end{document} \\begin{align} without an end")]
    public void LaTeX_in_Markdown_is_formulas(string markdown, params string[] formulas) =>
        Assert.Equal(formulas, Formulas(Read(Page(Markdown(markdown))).QuerySelector(".prose")!));

    [Theory]
    [InlineData("<p>So \\(x &lt; 1\\) and $$y$$</p>", "(1)x < 1", "[2]y")]
    [InlineData("<table><tr><td>\\[a_1\\]</td><td>\\begin{cases}1\\\\2\\end{cases}</td></tr></table>", "[1]a_1", "[2]\\begin{cases}1\\\\2\\end{cases}")]
    [InlineData("<p>$5 for one, $6 for two</p>")]
    [InlineData("<pre>\\(x\\)</pre><p><code>$$x$$</code></p><p class=\"tex2jax_ignore\"><b>$$x$$</b></p>")]
    public void Marked_formulas_in_HTML_are_formulas(string html, params string[] formulas) =>
        Assert.Equal(formulas, Formulas(Shows(("text/html", html), ("text/plain", "p")).QuerySelector(".output")!));

    [Fact]
    public void Formulas_that_begin_and_never_end_are_text()
    {
        foreach (var piece in (string[])["\\begin{align}", "\\begin{align} \\end{equation}", "$ ", "$$ ", "\\\\(", "\\(", "\\[", "\\begin{", "[", "![", "<a ", "*", "_a_ ", "`", "> ", "- ", "&", "|a"])
        {
            var text = string.Concat(Enumerable.Repeat(piece, 3_000));
            Assert.NotEmpty(Read(Page(Markdown(text), Code("x", Shown(("text/latex", text)), Shown(("text/html", text)), Stream("stdout", text)))).QuerySelectorAll(".output"));
        }
    }

    [Fact]
    public void Definitions_that_begin_and_never_end_are_not_looked_through_again_from_each_beginning() =>
        Assert.Single(Shows(("text/latex", string.Concat(Enumerable.Repeat("\\def\\a{", 300_000)))).QuerySelectorAll(".math"));

    private static IDocument Shows(params (string, JsonNode)[] bundle) => Read(Page(Code("x", Shown(bundle))));

    private static JsonObject Json(string data) => new() { ["data"] = JsonNode.Parse(data), ["layout"] = new JsonObject() };

    private static string[] Formulas(IElement place) =>
    [
        .. place.QuerySelectorAll(".math").Select((formula, index) =>
        {
            var tex = formula.TextContent.Trim();
            var isDisplay = formula.LocalName == "div" || formula.ClassList.Contains("display");
            return (isDisplay ? $"[{index + 1}]" : $"({index + 1})") + tex[2..^2].Trim();
        }),
    ];
}
