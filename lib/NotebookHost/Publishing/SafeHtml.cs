using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Ganss.Xss;

namespace NotebookHost.Publishing;

/// <summary>
/// Cleans HTML that a notebook holds, so that it can show text, tables and pictures but not act: no scripts, styles for the whole page, forms, frames or anything
/// fetched. What remains is balanced and cannot end an element of the page around it. The page's security policy is the second wall behind this one.
/// </summary>
/// <param name="pictures">Where the pictures are that the HTML names.</param>
internal sealed partial class SafeHtml(NotebookPictures pictures)
{
    private static readonly string[] Unwanted =
    [
        "area", "body", "button", "datalist", "fieldset", "form", "head", "html", "keygen", "legend", "main", "map", "menuitem", "optgroup", "option", "output", "select", "textarea",
    ];

    private static readonly string[] Svg =
    [
        "svg", "g", "defs", "symbol", "use", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "textPath", "image", "clipPath", "mask",
        "marker", "pattern", "linearGradient", "radialGradient", "stop",
    ];

    /// <summary>Elements that go with all that is in them; of any other that a page does not have, what is in it stays.</summary>
    private static readonly HashSet<string> Dropped =
    [
        "script", "style", "template", "head", "title", "meta", "link", "base", "iframe", "frame", "frameset", "object", "embed", "applet", "portal", "video", "audio", "source", "track", "param",
        "form", "button", "input", "select", "option", "optgroup", "datalist", "textarea", "keygen", "map", "area", "annotation", "annotation-xml", "foreignobject", "animate", "animatemotion", "animatetransform", "set",
    ];

    /// <summary>SVG's presentation attributes, which are CSS properties too.</summary>
    private static readonly string[] Presentation =
    [
        "alignment-baseline", "baseline-shift", "clip-path", "clip-rule", "color", "color-interpolation", "display", "dominant-baseline", "fill", "fill-opacity", "fill-rule", "font-family",
        "font-size", "font-style", "font-variant", "font-weight", "image-rendering", "letter-spacing", "marker-end", "marker-mid", "marker-start", "mask", "opacity", "overflow",
        "paint-order", "shape-rendering", "stop-color", "stop-opacity", "stroke", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit",
        "stroke-opacity", "stroke-width", "text-anchor", "text-decoration", "text-rendering", "vector-effect", "visibility", "word-spacing", "writing-mode",
    ];

    private static readonly string[] Attributes =
    [
        "class", "hidden", "id", "role", "d", "points", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "dx", "dy", "fx", "fy", "viewBox", "preserveAspectRatio", "version",
        "transform", "gradientUnits", "gradientTransform", "spreadMethod", "offset", "patternUnits", "patternContentUnits", "patternTransform", "clipPathUnits", "maskUnits",
        "maskContentUnits", "markerUnits", "markerWidth", "markerHeight", "refX", "refY", "orient", "pathLength", "textLength", "lengthAdjust", "startOffset", "rotate", "xlink:href",
        "xml:space", .. Presentation,
    ];

    private static readonly string[] Web = ["http://", "https://", "//"];

    /// <summary>With these a notebook could draw over the rest of the page.</summary>
    private static readonly string[] Overlaying = ["animation", "animation-name", "bottom", "left", "perspective", "position", "right", "top", "transform", "transition", "z-index"];

    /// <summary>What is left of the HTML; each table is in a box, in which a wide one scrolls, and pictures are in it or named.</summary>
    /// <param name="html">HTML from a notebook.</param>
    /// <param name="attachments">The pictures attached to its cell, or null.</param>
    /// <param name="formulas">Whether formulas in its text are formulas of the page.</param>
    public CleanHtml Clean(string html, JsonObject? attachments = null, bool formulas = false) =>
        TimeLimit.Try(TimeLimit.OfText, () => Cleaned(html, attachments, formulas)) ?? new CleanHtml(new HtmlParser().ParseDocument(TimeLimit.AsWritten(html)).Body!, []);

    private CleanHtml Cleaned(string html, JsonObject? attachments, bool formulas)
    {
        var removed = new List<IElement>();
        var elsewhere = new Dictionary<IElement, string>();
        var sanitizer = Sanitizer(removed, elsewhere);
        var document = sanitizer.HtmlParserFactory().ParseDocument("<!doctype html><html><body>" + html);
        StyleSheets.Inline(document);
        var body = sanitizer.SanitizeDom(document, document.Body).Body!;
        foreach (var input in body.QuerySelectorAll("input"))
            KeepCheckbox(input);
        foreach (var picture in body.QuerySelectorAll("img, image").Where(elsewhere.ContainsKey))
            Place(picture, elsewhere[picture], attachments);
        foreach (var link in body.QuerySelectorAll("a[href^='http'], a[href^='//']"))
            link.SetAttribute("rel", "noopener noreferrer");
        foreach (var table in body.QuerySelectorAll("table").Where(table => table.ParentElement!.Closest("table") is null))
            Box(table);
        if (formulas)
            HtmlFormulas.Mark(body);
        return new CleanHtml(body, removed);
    }

    /// <param name="removed">Collects the elements that are taken out.</param>
    /// <param name="elsewhere">Collects pictures that are not in the HTML, with their addresses.</param>
    private static HtmlSanitizer Sanitizer(List<IElement> removed, Dictionary<IElement, string> elsewhere)
    {
        var sanitizer = new HtmlSanitizer();
        sanitizer.AllowedTags.ExceptWith(Unwanted);
        sanitizer.AllowedTags.UnionWith(Svg);
        sanitizer.AllowedAttributes.UnionWith(Attributes);
        sanitizer.AllowedAttributes.ExceptWith(["accesskey", "autofocus", "contenteditable", "name", "srcset", "tabindex", "target"]);
        sanitizer.AllowedCssProperties.UnionWith(Presentation);
        sanitizer.AllowedCssProperties.ExceptWith(Overlaying);
        sanitizer.DisallowCssPropertyValue = UnwantedValue();
        sanitizer.AllowedSchemes.Add("mailto");
        sanitizer.RemovingAttribute += (_, e) =>
        {
            e.Cancel = e.Attribute.Name.StartsWith("aria-", StringComparison.Ordinal);
            if (e.Attribute.Name == "srcset" && e.Tag is { LocalName: "img" } && !e.Tag.HasAttribute("src"))
                elsewhere[e.Tag] = e.Attribute.Value.Trim().Split([' ', '\n', '\t'], 2)[0];
        };
        sanitizer.RemovingTag += (_, e) =>
        {
            e.Cancel = !Dropped.Contains(e.Tag.LocalName.ToLowerInvariant());
            if (!e.Cancel || e.Tag.LocalName == "math")
                removed.Add(e.Tag);
            if (e.Cancel)
                e.Tag.Replace([.. e.Tag.ChildNodes]);
        };
        sanitizer.FilterUrl += (_, e) => e.SanitizedUrl = Allowed(e.Tag, e.OriginalUrl, e.SanitizedUrl, elsewhere);
        return sanitizer;
    }

    /// <summary>Links may lead anywhere on the web; pictures must be in the page; everything else may refer to its own page only.</summary>
    private static string? Allowed(IElement element, string url, string? ofKnownScheme, Dictionary<IElement, string> elsewhere)
    {
        switch (element.LocalName)
        {
            case "a":
                return ofKnownScheme;
            case "img" or "image" when url.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase):
                return url;
            case "img" or "image":
                elsewhere[element] = url;
                return null;
            default:
                return url.StartsWith('#') ? url : null;
        }
    }

    /// <summary>A picture beside the notebook goes into the page; one on the web becomes a link; of any other its name is shown, and why it is missing.</summary>
    private void Place(IElement picture, string address, JsonObject? attachments)
    {
        var words = picture.GetAttribute("alt") is { Length: > 0 } alt ? alt : address.Length > 100 ? address[..100] + "…" : address;
        var place = DrawingAround(picture) ?? picture;
        if (IsOnTheWeb(address))
        {
            var link = picture.Owner!.CreateElement(place.Closest("a") is null ? "a" : "span");
            if (link.LocalName == "a")
                link.SetAttribute("href", address);
            link.TextContent = words;
            Say(picture, place, link, Note(picture, " (a picture on the web, not in this page)"));
            return;
        }

        var (found, reason) = pictures.Find(address, attachments);
        if (found is not null)
            picture.SetAttribute(picture.LocalName == "img" ? "src" : "href", found);
        else
            Say(picture, place, Note(picture, $"[Picture {words}: {reason}]"));
    }

    /// <summary>Puts words in place of a picture; those for a picture in a drawing stand after the drawing, which shows no HTML.</summary>
    private static void Say(IElement picture, IElement place, params INode[] words)
    {
        place.After(words);
        picture.Remove();
    }

    /// <summary>The outermost drawing that an element is in, or null.</summary>
    private static IElement? DrawingAround(IElement element)
    {
        IElement? drawing = null;
        for (var around = element.ParentElement; around is not null; around = around.ParentElement)
            drawing = around.LocalName == "svg" ? around : drawing;
        return drawing;
    }

    private static bool IsOnTheWeb(string address) =>
        Web.Any(begin => address.StartsWith(begin, StringComparison.OrdinalIgnoreCase))
        && Uri.TryCreate(address.StartsWith('/') ? "https:" + address : address, UriKind.Absolute, out _);

    private static IElement Note(INode beside, string words)
    {
        var note = beside.Owner!.CreateElement("span");
        note.ClassName = "note";
        note.TextContent = words;
        return note;
    }

    /// <summary>Task lists have checkboxes; there is nothing to type in a page.</summary>
    private static void KeepCheckbox(IElement input)
    {
        if (input.GetAttribute("type") == "checkbox")
            input.SetAttribute("disabled", "");
        else
            input.Remove();
    }

    private static void Box(IElement table)
    {
        var box = table.Owner!.CreateElement("div");
        box.ClassName = "table";
        table.Before(box);
        box.Append(table);
    }

    /// <summary>Styles may refer to their own page only, also those of links.</summary>
    [GeneratedRegex(@"[<>]|url\s*\(\s*[""']?(?![\s""'#])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex UnwantedValue();
}
