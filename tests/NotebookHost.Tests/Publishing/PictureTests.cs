using System.Text.Json.Nodes;
using AngleSharp.Dom;
using NotebookHost.Publishing;
using static NotebookHost.Tests.Publishing.Executed;

namespace NotebookHost.Tests.Publishing;

/// <summary>Pictures that a notebook's text names: in the page, or named with the reason why not.</summary>
public sealed class PictureTests : IDisposable
{
    private const string Png = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEElEQVR4nGNg+M+AHQ0tCQDpMD/B9YBzjgAAAABJRU5ErkJggg==";

    private readonly string _outside = Directory.CreateTempSubdirectory("pictures-").FullName;
    private readonly string _folder;

    public PictureTests()
    {
        _folder = Directory.CreateDirectory(Path.Combine(_outside, "notebooks")).FullName;
        Directory.CreateDirectory(Path.Combine(_folder, "sub folder"));
        foreach (var path in new[] { "plot.png", "sub folder/my plot.png", "100%.png", "../secret.png", "renamed.jpg" })
            File.WriteAllBytes(Path.Combine(_folder, path), Convert.FromBase64String(Png));
        File.WriteAllText(Path.Combine(_folder, "drawing.svg"), "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
        File.WriteAllText(Path.Combine(_folder, "words.png"), "not a picture");
        File.WriteAllText(Path.Combine(_folder, "page.png"), "<html><svg></svg></html>");
        File.WriteAllBytes(Path.Combine(_folder, "large.png"), [.. Convert.FromBase64String(Png), .. new byte[NotebookPictures.Largest]]);
    }

    public void Dispose() => Directory.Delete(_outside, recursive: true);

    [Theory]
    [InlineData("![a](plot.png)")]
    [InlineData("![a](./plot.png \"a title\")")]
    [InlineData("![a](sub%20folder/my%20plot.png)")]
    [InlineData("![a](<sub folder/my plot.png>)")]
    [InlineData("![a](sub%20folder/../plot.png?raw=true#here)")]
    [InlineData("![a](sub%20folder\\my%20plot.png)")]
    [InlineData("![a](100%.png)")]
    [InlineData("![a](100%25.png)")]
    [InlineData("![a][plot]\n\n[plot]: plot.png")]
    [InlineData("![a]\n\n[a]: plot.png")]
    [InlineData("<img src=\"plot.png\" alt=\"a\" width=\"20\">")]
    [InlineData("<p align=\"center\"><img src='sub folder/my plot.png' alt=\"a\"/></p>")]
    [InlineData("| x |\n|---|\n| ![a](plot.png) |")]
    [InlineData("![a](renamed.jpg)")]
    [InlineData("<picture><source media=\"(prefers-color-scheme: dark)\" srcset=\"dark.png\"><img alt=\"a\" src=\"plot.png\"></picture>")]
    [InlineData("<img alt=\"a\" srcset=\"plot.png 2x, other.png\">")]
    public void A_file_beside_the_notebook_is_in_the_page(string markdown)
    {
        var picture = Of(Markdown(markdown)).QuerySelector("section img")!;
        Assert.Equal(("a", $"data:image/png;base64,{Png}"), (picture.GetAttribute("alt"), picture.GetAttribute("src")));
    }

    [Fact]
    public void A_drawing_is_in_the_page_as_a_picture_of_its_own() =>
        Assert.StartsWith("data:image/svg+xml;base64,", Of(Markdown("![a](drawing.svg)")).QuerySelector("section img")!.GetAttribute("src"), StringComparison.Ordinal);

    [Fact]
    public void A_picture_within_a_drawing_is_in_the_page() =>
        Assert.Equal($"data:image/png;base64,{Png}", Of(Code("x", Shown(("text/html", "<svg><image href='plot.png'/></svg>")))).QuerySelector("section svg > image")!.GetAttribute("href"));

    [Fact]
    public void Pictures_of_outputs_are_in_the_page_too()
    {
        var page = Of(Code("x", Shown(("text/html", "<b>h</b><img src='plot.png'>")), Shown(("text/markdown", "![m](plot.png)"))));
        Assert.All(page.QuerySelectorAll("section img"), picture => Assert.StartsWith("data:image/png", picture.GetAttribute("src"), StringComparison.Ordinal));
        Assert.Equal(2, page.QuerySelectorAll("section img").Length);
    }

    [Theory]
    [InlineData("curve.png", "![a](attachment:curve.png)", Png)]
    [InlineData("my curve.png", "![a](attachment:my%20curve.png)", Png)]
    [InlineData("my curve.png", "![a](<attachment:my curve.png>)", Png)]
    [InlineData("curve%20.png", "<img alt=\"a\" src=\"attachment:curve%20.png\">", Png)]
    [InlineData("c", "![a][c]\n\n[c]: attachment:c", Png)]
    [InlineData("c", "![a](attachment:c)", "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABL\nbSncAAAAEElEQVR4nGNg+M+AHQ0tCQDpMD/B9YBzjgAAAABJRU5ErkJggg==\n")]
    [InlineData("c", "![a](attachment:c)", "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEElEQVR4nGNg+M+AHQ0tCQDpMD/B9YBzjgAAAABJRU5ErkJggg")]
    public void An_attachment_is_in_the_page(string name, string markdown, string base64)
    {
        foreach (var content in new JsonNode[] { base64, new JsonArray([.. base64.Split('\n').Select(line => (JsonNode)(line + "\n"))]) })
        {
            var cell = Markdown(markdown);
            cell["attachments"] = new JsonObject { [name] = new JsonObject { ["image/png"] = content } };
            var picture = Of(cell).QuerySelector("section img")!;
            Assert.Equal(("a", $"data:image/png;base64,{Png}"), (picture.GetAttribute("alt"), picture.GetAttribute("src")));
        }
    }

    [Theory]
    [InlineData("![a](none.png)", "there is no such file beside the notebook")]
    [InlineData("![a](../secret.png)", "its file is not in the notebook's folder")]
    [InlineData("![a](sub%20folder/../../secret.png)", "its file is not in the notebook's folder")]
    [InlineData("![a](%2e%2e/secret.png)", "its file is not in the notebook's folder")]
    [InlineData("![a](..%2Fsecret.png)", "its file is not in the notebook's folder")]
    [InlineData("![a](/etc/hostname)", "its file is not in the notebook's folder")]
    [InlineData("![a](..\\secret.png)", "its file is not in the notebook's folder")]
    [InlineData("![a](../notebooks-more/x.png)", "its file is not in the notebook's folder")]
    [InlineData("![a](words.png)", "its file is not a picture that browsers show")]
    [InlineData("![a](page.png)", "its file is not a picture that browsers show")]
    [InlineData("![a](<sub folder>)", "there is no such file beside the notebook")]
    [InlineData("![a](large.png)", "larger than 10 MB")]
    [InlineData("![a](attachment:none.png)", "the cell has no such attachment")]
    [InlineData("![a](file:///etc/hostname)", "there is no such file beside the notebook")]
    public void A_picture_that_cannot_be_in_the_page_is_named_with_the_reason(string markdown, string reason)
    {
        var page = Of(Markdown(markdown));
        Assert.Equal($"[Picture a: {reason}]", page.QuerySelector("section .note")!.TextContent);
        Assert.Empty(page.QuerySelectorAll("section img"));
    }

    [Fact]
    public void No_link_leads_out_of_the_folder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege.");
        File.CreateSymbolicLink(Path.Combine(_folder, "link.png"), Path.Combine(_outside, "secret.png"));
        File.CreateSymbolicLink(Path.Combine(_folder, "round.png"), Path.Combine(_folder, "round.png"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "up"), _outside);
        File.CreateSymbolicLink(Path.Combine(_folder, "inside.png"), Path.Combine(_folder, "plot.png"));
        var page = Of(Markdown("![a](link.png)\n\n![b](up/secret.png)\n\n![c](round.png)\n\n![d](inside.png)"));
        Assert.Equal(3, page.QuerySelectorAll("section .note").Length);
        Assert.Equal("d", Assert.Single(page.QuerySelectorAll("section img")).GetAttribute("alt"));
    }

    [Fact]
    public void All_pictures_of_a_page_together_have_a_limit()
    {
        File.WriteAllBytes(Path.Combine(_folder, "large.png"), [.. Convert.FromBase64String(Png), .. new byte[NotebookPictures.Largest - 1000]]);
        var page = Of(Markdown(string.Concat(Enumerable.Repeat("![a](large.png)\n\n", 7))));
        Assert.Equal(5, page.QuerySelectorAll("section img").Length);
        Assert.Equal(["[Picture a: the pictures of this page are larger than 50 MB together]"], page.QuerySelectorAll("section .note").Select(note => note.TextContent).Distinct());
    }

    [Fact]
    public void Pictures_on_the_web_are_links_with_a_note()
    {
        var page = Of(Markdown("![a](https://example.org/a.png) ![](//example.org/b.png) [![Open](http://example.org/badge.svg)](https://example.org/run)"));
        Assert.Equal(
            ["a → https://example.org/a.png", "//example.org/b.png → //example.org/b.png", "Open → https://example.org/run"],
            page.QuerySelectorAll("section a").Select(link => $"{link.TextContent.Trim()} → {link.GetAttribute("href")}").Select(text => text.Replace(" (a picture on the web, not in this page)", "", StringComparison.Ordinal)));
        Assert.Equal(3, page.QuerySelectorAll("section .note").Length);
        Assert.Empty(page.QuerySelectorAll("section img"));
    }

    [Fact]
    public void Without_a_folder_the_page_says_so() =>
        Assert.Equal("[Picture a: a file beside the notebook, whose folder is not known]", Read(Page(Markdown("![a](plot.png)"))).QuerySelector("section .note")!.TextContent);

    private IDocument Of(params JsonObject[] cells) => Read(new NotebookPage("n", Document(cells), _folder).ToHtml());
}
