using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using NotebookHost.Publishing;
using static NotebookHost.Tests.Publishing.Executed;

namespace NotebookHost.Tests.Publishing;

/// <summary>A notebook from a stranger can be published and its page opened: it shows, and does not act.</summary>
public sealed partial class SafetyTests
{
    private static readonly NotebookPage s_hostile = new("hostile", HostileNotebook.Document);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Only_our_own_scripts_are_in_a_page_and_its_policy_names_them(bool index)
    {
        var page = Page(index);
        var policy = page.QuerySelector("meta[http-equiv]")!.GetAttribute("content")!;
        Assert.StartsWith("default-src 'none'; script-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        var scripts = page.QuerySelectorAll("script:not([type])").Select(script => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script.TextContent)))).ToList();
        Assert.Equal(scripts.Order(), Hash().Matches(policy).Select(match => match.Groups[1].Value).Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_in_a_page_acts_or_fetches(bool index)
    {
        var page = Page(index);
        Assert.Empty(page.QuerySelectorAll("base, iframe, object, embed, form, button, select, textarea, video, audio, template, frame, dialog, foreignObject, animate, set, main style, svg script, input:not([type=checkbox])"));
        Assert.Equal(index ? ["Content-Security-Policy", "refresh"] : ["Content-Security-Policy"], page.QuerySelectorAll("meta[http-equiv]").Select(meta => meta.GetAttribute("http-equiv")));
        Assert.Single(page.QuerySelectorAll("style"));
        Assert.Single(page.QuerySelectorAll("link"));
        foreach (var link in page.QuerySelectorAll("a[href^='http']"))
        {
            Assert.Equal("noopener noreferrer", link.GetAttribute("rel"));
            link.RemoveAttribute("href"); // a reader who follows it leaves the page
        }

        foreach (var attribute in page.All.SelectMany(element => element.Attributes))
        {
            Assert.False(attribute.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase), attribute.Name);
            if (attribute.Name is "href" or "src" or "xlink:href")
                Assert.Matches("^(?:data:image/|data:,$|#|[a-z0-9-]+\\.html|$)", attribute.Value);
            if (attribute.Name == "style")
                Assert.DoesNotMatch(@"url\(|(^|[; ])position:|z-index", attribute.Value);
        }
    }

    [Fact]
    public void What_a_notebook_closes_is_not_the_pages()
    {
        var page = Read(s_hostile.ToHtml());
        var cells = page.QuerySelectorAll("main.notebook > section").ToList();
        Assert.Equal("still here", cells[^1].QuerySelector(".stdout")!.TextContent);
        Assert.Equal(HostileNotebook.Document.Cells.Count, cells.Count);
        Assert.Equal(["page"], page.Body!.Children.Where(child => child.LocalName != "script").Select(child => child.ClassName));
    }

    [Fact]
    public void Deep_nesting_does_not_end_the_program()
    {
        var page = Read(Executed.Page(Code("x", Shown(("text/html", string.Concat(Enumerable.Repeat("<div>", 50_000)) + "deep"))), Markdown(new string('>', 50_000) + " deep"), Markdown(new string('[', 2_000)), Code("last")));
        Assert.Equal("last", page.QuerySelectorAll(".code")[^1].TextContent.Trim());
    }

    [Theory]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\"><title>", "a", "</title></svg>")]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\"><style>", "a", "</style></svg>")]
    [InlineData("<svg><defs>", "g", "")]
    public void A_drawing_nested_deeper_than_anyone_draws_is_not_shown(string before, string element, string after)
    {
        var nested = string.Concat(Enumerable.Repeat($"<{element}>", 400_000).Concat(Enumerable.Repeat($"</{element}>", 400_000)));
        var page = Read(Executed.Page(Code("x", Shown(("image/svg+xml", before + nested + after), ("text/plain", "words")))));
        Assert.Equal("wordsAn output of the type image/svg+xml cannot be shown here; this is its text.", page.QuerySelector(".output")!.TextContent);
    }

    private static IDocument Page(bool index) => Read(index ? IndexPage.ToHtml([s_hostile], [("</h2><script>harmed=1</script>", "<script>harmed=1</script>")], ["<script>harmed=1</script>"]) : s_hostile.ToHtml());

    [GeneratedRegex("'sha256-([^']+)'")]
    private static partial Regex Hash();
}
