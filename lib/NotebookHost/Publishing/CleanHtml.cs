using AngleSharp.Dom;

namespace NotebookHost.Publishing;

/// <summary>HTML that is safe to show.</summary>
/// <param name="Body">What is left, as the children of an element.</param>
/// <param name="Removed">The elements that were taken out, and formulas of which only the text is left.</param>
internal sealed record CleanHtml(IElement Body, IReadOnlyList<IElement> Removed)
{
    private const string Style = "style";

    private static readonly (string Words, string[] Elements)[] Kinds =
    [
        ("made by a script", ["script"]),
        ("a frame with another page", ["iframe", "frame", "object", "embed", "applet", "portal"]),
        ("a video or a sound", ["video", "audio"]),
        ("a form", ["form", "button", "input", "select", "option", "optgroup", "datalist", "textarea", "keygen"]),
    ];

    private static readonly (string Sentence, string Element)[] Spoilt =
    [
        ("A formula in MathML is plain text here; the notebook shows it.", "math"),
        ("Text within a drawing is missing here; the notebook shows it.", "foreignObject"),
        ("The effect of a style sheet is missing here; the notebook shows it.", Style),
    ];

    /// <summary>Elements that show nothing themselves: what is for programs, and parts of elements that have words above.</summary>
    private static readonly string[] Unseen = ["annotation", "annotation-xml", "base", "link", "meta", "param", "source", "track"];

    /// <summary>What is left, as text.</summary>
    public string Html => Body.InnerHtml;

    /// <summary>Whether there is nothing to see.</summary>
    public bool IsBlank => string.IsNullOrWhiteSpace(Body.TextContent) && Body.QuerySelector("img, svg > *, input, hr") is null;

    /// <summary>Whether it is nothing but style sheets: they are for the page around them.</summary>
    public bool IsStyleOnly => IsBlank && Removed.Count > 0 && Removed.All(IsStyleSheet);

    /// <summary>What of the HTML a page cannot show, in words as HTML; empty when nothing is missing.</summary>
    public string Note
    {
        get
        {
            var missing = Kinds.Where(kind => Removed.Any(element => kind.Elements.Contains(element.LocalName))).Select(kind => kind.Words).ToList();
            List<string> sentences = [.. Spoilt.Where(kind => IsSpoilt(kind.Element)).Select(kind => kind.Sentence)];
            if (missing.Count > 0)
                sentences.Insert(0, $"{(IsBlank ? "This output" : "Part of this output")} is {string.Join(" and ", missing)}, which this page does not run; open the notebook to see it.");
            if (string.Join(", ", Others) is { Length: > 0 } others)
                sentences.Add($"This page leaves out elements of the output ({others}); the notebook has them.");
            return string.Concat(sentences.Select(sentence => $"<p class=\"note\">{sentence}</p>"));
        }
    }

    /// <summary>The scripts that were taken out.</summary>
    public IEnumerable<string> Scripts => Removed.Where(element => element.LocalName == "script").Select(element => element.TextContent);

    /// <summary>The names of what else was taken out.</summary>
    private IEnumerable<string> Others => Removed.Select(element => element.LocalName).Distinct()
        .Where(name => !Unseen.Contains(name) && !Kinds.Any(kind => kind.Elements.Contains(name)) && !Spoilt.Any(kind => kind.Element == name));

    /// <summary>Whether an element of that name was taken out; of style sheets, one that had something to style.</summary>
    private bool IsSpoilt(string name) => name == Style
        ? !IsBlank && Removed.Any(element => IsStyleSheet(element) && (element.LocalName != Style || element.TextContent.Length > 0))
        : Removed.Any(element => element.LocalName == name);

    /// <summary>Whether an element is a style sheet or names one.</summary>
    private static bool IsStyleSheet(IElement element) =>
        element.LocalName == Style || (element.LocalName == "link" && element.GetAttribute("rel")?.Contains("stylesheet", StringComparison.OrdinalIgnoreCase) == true);
}
