using System.Text.Json.Nodes;
using NotebookHost.Notebook;
using static NotebookHost.Tests.Publishing.Executed;

namespace NotebookHost.Tests.Publishing;

/// <summary>A notebook that tries to act, in every place where it can put a text. Whatever runs sets <c>window.harmed</c> or asks for an address under <see cref="Elsewhere"/>.</summary>
internal static class HostileNotebook
{
    public const string Elsewhere = "http://elsewhere.invalid/";

    private const string Break = "</pre></p></div></section></main></div></body></html>--></style></title></script>";

    private static readonly string[] s_payloads =
    [
        "<script>harmed = 1</script>",
        "<img src=x onerror=\"harmed = 1\">",
        $"<img src=\"{Elsewhere}img\" srcset=\"{Elsewhere}srcset 2x\">",
        "<svg onload=\"harmed = 1\"><script>harmed = 1</script><animate attributeName=href values=\"javascript:harmed=1\" /><a xlink:href=\"javascript:harmed=1\"><text>t</text></a><foreignObject><iframe srcdoc=\"<script>top.harmed=1</script>\"></iframe></foreignObject></svg>",
        $"<svg><image href=\"{Elsewhere}image\" /><use href=\"{Elsewhere}use#a\" /><style>@import '{Elsewhere}import';</style></svg>",
        $"<meta http-equiv=\"refresh\" content=\"0; url={Elsewhere}refresh\">",
        $"<base href=\"{Elsewhere}base\">",
        $"<link rel=\"stylesheet\" href=\"{Elsewhere}link\">",
        $"<style>* {{ display: none !important; background: url({Elsewhere}style) }}</style>",
        $"<style>.trap {{ position: fixed; background: url({Elsewhere}class) }}</style>",
        $"<iframe src=\"{Elsewhere}frame\"></iframe><object data=\"{Elsewhere}object\"></object><embed src=\"{Elsewhere}embed\">",
        $"<form action=\"{Elsewhere}form\" id=\"asks\"><input name=\"password\" type=\"password\" autofocus onfocus=\"harmed = 1\"><button formaction=\"javascript:harmed=1\">b</button></form>",
        $"<video autoplay src=\"{Elsewhere}video\" poster=\"{Elsewhere}poster\"></video><audio src=\"{Elsewhere}audio\"></audio>",
        "<a class=\"trap\" href=\"javascript:harmed=1\">a</a> <a class=\"trap\" href=\" java\tscript:harmed=1\">b</a> <a class=\"trap\" href=\"data:text/html,<script>opener.harmed=1</script>\">c</a>",
        $"<div style=\"position:fixed;inset:0;z-index:9;background:url({Elsewhere}css) red;width:100vw;height:100vh\">over everything</div>",
        "<details open ontoggle=\"harmed = 1\"><summary>s</summary></details>",
        "<math><mtext><table><mglyph><style><img src=x onerror=\"harmed=1\"></style></mglyph></table></mtext></math>",
        "<noscript><p title=\"</noscript><img src=x onerror='harmed=1'>\"></noscript>",
        "<template><script>harmed = 1</script></template>",
        "<script type=\"application/json\" class=\"chart-data\">{\"data\":[{\"y\":[1]}]}</script>",
    ];

    private static string Everything => string.Concat(s_payloads) + Break + string.Concat(s_payloads);

    public static NotebookDocument Document { get; } = Make();

    private static NotebookDocument Make()
    {
        var (type, chart) = Chart(3, Everything + "<a href=\"javascript:harmed=1\">x</a>");
        chart["layout"]!["title"] = Everything;
        chart["layout"]!["meta"] = new JsonObject { ["caption"] = Everything, ["table"] = Everything, ["rows"] = 1 };
        chart["layout"]!["images"] = new JsonArray(new JsonObject { ["source"] = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='harmed=1'/>", ["x"] = 0, ["y"] = 0, ["sizex"] = 1, ["sizey"] = 1 });
        var run = new JsonObject
        {
            ["started"] = Everything,
            ["duration_seconds"] = Everything,
            ["status"] = Everything,
            ["error"] = Everything,
            ["machine"] = new JsonObject { [Everything] = Everything },
            ["versions"] = new JsonArray(Everything),
            ["parameters"] = new JsonObject { ["p"] = new JsonArray(Everything) },
        };
        return Executed.Document(run,
        [
            Markdown($"# Title {Everything}\n\nAbstract {Everything}"),
            Markdown($"## Heading {Everything}\n\n[link](javascript:harmed=1) ![image]({Elsewhere}markdown) <javascript:harmed=1>\n\n$\\href{{javascript:harmed=1}}{{x}} \\includegraphics{{{Elsewhere}tex}} </span><script>harmed=1</script>$\n\n```html\n{Everything}\n```"),
            .. s_payloads.Select(Markdown),
            Markdown(Break),
            Tagged("verdict", Everything,
                Stream("stdout", Everything),
                Stream("stderr", Everything),
                Shown(("text/html", Everything)),
                Shown(("text/html", Break)),
                Shown(("image/svg+xml", $"<svg>{Everything}</svg>")),
                Shown(("image/svg+xml", "<svg onload=\"harmed=1\"><script>harmed=1</script></svg>")),
                Shown(("image/svg+xml", $"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"harmed=1\"><script>top.harmed=1</script><image href=\"{Elsewhere}drawing\"/><style>@import '{Elsewhere}drawn';</style><rect width=\"9\" height=\"9\"/></svg>")),
                Shown(("image/png", "AAAA\" onerror=\"harmed=1"), ("text/plain", "\" onerror=\"harmed=1")),
                Shown(("text/markdown", Everything)),
                Shown(("text/plain", Everything)),
                Shown(("application/json", Everything)),
                Shown(("application/javascript", "harmed = 1"), (Everything, "x")),
                Shown((type, chart), ("text/html", Everything)),
                Error(Everything, Everything, Everything)),
            Code("the last cell", Stream("stdout", "still here")),
        ]);
    }
}
