using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AngleSharp.Dom;

namespace NotebookHost.Publishing;

/// <summary>The Markdown of one notebook as parts of a page: headings with ids that are unique in it, formulas, code and tables as the page shows them.</summary>
internal sealed partial class Prose(SafeHtml safe)
{
    /// <summary>With this Markdig begins the class of code whose language is named.</summary>
    private const string LanguageClass = "language-";

    private readonly HashSet<string> _ids = [];
    private readonly List<Heading> _headings = [];
    private int _cells;

    /// <summary>A heading of the page.</summary>
    /// <param name="Level">1 to 6.</param>
    /// <param name="Id">By which links find it.</param>
    /// <param name="Html">Its words, without links.</param>
    internal sealed record Heading(int Level, string Id, string Html);

    /// <summary>The text of the first heading of the first level, or null.</summary>
    public string? Title { get; private set; }

    /// <summary>The first paragraph after the title, or null.</summary>
    public IElement? Abstract { get; private set; }

    /// <summary>The headings in order, the title included.</summary>
    public IReadOnlyList<Heading> Headings => _headings;

    /// <summary>The HTML of the next Markdown cell.</summary>
    /// <param name="markdown">The cell's text.</param>
    /// <param name="attachments">The pictures attached to it, or null.</param>
    public string Add(string markdown, JsonObject? attachments)
    {
        var clean = safe.Clean(MarkdownText.ToHtml(markdown), attachments);
        var body = clean.Body;
        _cells++;
        foreach (var element in body.QuerySelectorAll("[id^='fn:'], [id^='fnref:']"))
            element.Id = $"{element.Id}:{_cells}";
        foreach (var link in body.QuerySelectorAll("a[href]"))
            Aim(link);
        foreach (var heading in body.QuerySelectorAll("h1[id], h2[id], h3[id], h4[id], h5[id], h6[id]"))
            Take(heading);
        foreach (var code in body.QuerySelectorAll("pre > code"))
            code.ParentElement!.OuterHtml = CodeHtml.Of(code.TextContent.TrimEnd('\n'), LanguageOf(code));
        FindTitle(body);
        return clean.Html + clean.Note;
    }

    /// <summary>Footnotes are numbered again in each cell; a link to a notebook leads to its page.</summary>
    private void Aim(IElement link)
    {
        var target = link.GetAttribute("href")!;
        if (target.StartsWith("#fn:", StringComparison.Ordinal) || target.StartsWith("#fnref:", StringComparison.Ordinal))
            link.SetAttribute("href", $"{target}:{_cells}");
        else if (LinkToNotebook().Match(target) is { Success: true } match)
            link.SetAttribute("href", $"{match.Groups["folder"].Value}{NotebookPage.FileNameOf(match.Groups["name"].Value)}{match.Groups["place"].Value}");
    }

    private void Take(IElement heading)
    {
        var id = heading.Id!;
        for (var n = 1; !_ids.Add(id); n++)
            id = $"{heading.Id}-{n}";
        heading.Id = id;
        var words = (IElement)heading.Clone();
        foreach (var link in words.QuerySelectorAll("a, img, svg"))
            link.Replace([.. link.ChildNodes]);
        foreach (var element in words.QuerySelectorAll("[id]"))
            element.RemoveAttribute("id");
        _headings.Add(new Heading(heading.LocalName[1] - '0', id, words.InnerHtml));
    }

    private static string LanguageOf(IElement code) =>
        code.ClassList.FirstOrDefault(name => name.StartsWith(LanguageClass, StringComparison.Ordinal))?[LanguageClass.Length..] ?? "";

    private void FindTitle(IElement body)
    {
        foreach (var element in body.Children)
        {
            if (Title is null && element.LocalName == "h1")
                Title = element.TextContent.Trim();
            else if (Title is not null && Abstract is null && element.LocalName == "p")
                Abstract = element;
        }
    }

    /// <summary>A file beside this one: no scheme, no host.</summary>
    [GeneratedRegex(@"^(?<folder>([^:#?]*/)?)(?<name>[^:#?/]+)\.ipynb(?<place>#.*)?$")]
    private static partial Regex LinkToNotebook();
}
