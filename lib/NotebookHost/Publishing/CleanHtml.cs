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
        ("a frame with another page", ["iframe", "frame", "object", "embed", "portal"]),
        ("a video or a sound", ["video", "audio"]),
        ("a form", ["form", "button", "input", "select", "textarea"]),
    ];

    private static readonly (string Sentence, string Element)[] Spoilt =
    [
        ("A formula in MathML is plain text here; the notebook shows it.", "math"),
        ("Text within a drawing is missing here; the notebook shows it.", "foreignObject"),
        ("The effect of a style sheet is missing here; the notebook shows it.", Style),
    ];

    /// <summary>What is left, as text.</summary>
    public string Html => Body.InnerHtml;

    /// <summary>Whether there is nothing to see.</summary>
    public bool IsBlank => string.IsNullOrWhiteSpace(Body.TextContent) && Body.QuerySelector("img, svg > *, input, hr") is null;

    /// <summary>Whether it is nothing but style sheets: they are for the page around them.</summary>
    public bool IsStyleOnly => IsBlank && Removed.Count > 0 && Removed.All(element => element.LocalName == Style);

    /// <summary>What of the HTML a page cannot show, in words as HTML; empty when nothing is missing.</summary>
    public string Note
    {
        get
        {
            var missing = Kinds.Where(kind => Removed.Any(element => kind.Elements.Contains(element.LocalName))).Select(kind => kind.Words).ToList();
            var spoilt = string.Concat(Spoilt.Where(kind => IsSpoilt(kind.Element)).Select(kind => $"<p class=\"note\">{kind.Sentence}</p>"));
            if (missing.Count == 0)
                return spoilt;
            var what = $"{(IsBlank ? "This output" : "Part of this output")} is {string.Join(" and ", missing)}";
            return $"<p class=\"note\">{what}, which this page does not run; open the notebook to see it.</p>{spoilt}";
        }
    }

    /// <summary>The scripts that were taken out.</summary>
    public IEnumerable<string> Scripts => Removed.Where(element => element.LocalName == "script").Select(element => element.TextContent);

    /// <summary>Whether an element of that name was taken out; of style sheets, one that had something to style.</summary>
    private bool IsSpoilt(string name) => Removed.Any(element => element.LocalName == name && (name != Style || (!IsBlank && element.TextContent.Length > 0)));
}
