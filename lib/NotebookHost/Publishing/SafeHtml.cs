using AngleSharp.Dom;
using Ganss.Xss;

namespace NotebookHost.Publishing;

/// <summary>
/// Cleans HTML that a notebook holds, so that it can show text, tables and pictures but not act: no scripts, styles for the whole page, forms, frames or anything
/// fetched. What remains is balanced and cannot end an element of the page around it. The page's security policy is the second wall behind this one.
/// </summary>
internal sealed class SafeHtml
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
        "class", "id", "role", "d", "points", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "dx", "dy", "fx", "fy", "viewBox", "preserveAspectRatio", "version",
        "transform", "gradientUnits", "gradientTransform", "spreadMethod", "offset", "patternUnits", "patternContentUnits", "patternTransform", "clipPathUnits", "maskUnits",
        "maskContentUnits", "markerUnits", "markerWidth", "markerHeight", "refX", "refY", "orient", "pathLength", "textLength", "lengthAdjust", "startOffset", "rotate", "xlink:href",
        "xml:space", .. Presentation,
    ];

    /// <summary>With these a notebook could draw over the rest of the page.</summary>
    private static readonly string[] Overlaying = ["animation", "animation-name", "bottom", "left", "perspective", "position", "right", "top", "transform", "transition", "z-index"];

    private readonly HtmlSanitizer _sanitizer = new();

    public SafeHtml()
    {
        _sanitizer.AllowedTags.ExceptWith(Unwanted);
        _sanitizer.AllowedTags.UnionWith(Svg);
        _sanitizer.AllowedAttributes.UnionWith(Attributes);
        _sanitizer.AllowedAttributes.ExceptWith(["accesskey", "autofocus", "contenteditable", "name", "tabindex", "target"]);
        _sanitizer.AllowedCssProperties.UnionWith(Presentation);
        _sanitizer.AllowedCssProperties.ExceptWith(Overlaying);
        _sanitizer.AllowedSchemes.Add("mailto");
        _sanitizer.RemovingAttribute += (_, e) => e.Cancel = e.Attribute.Name.StartsWith("aria-", StringComparison.Ordinal);
        _sanitizer.FilterUrl += (_, e) => e.SanitizedUrl = Allowed(e.Tag, e.OriginalUrl, e.SanitizedUrl);
    }

    /// <summary>What is left of the HTML, as the children of an element; each table is in a box, in which a wide one scrolls.</summary>
    public IElement Clean(string html)
    {
        var body = _sanitizer.SanitizeDom(html).Body!;
        foreach (var input in body.QuerySelectorAll("input"))
            KeepCheckbox(input);
        foreach (var link in body.QuerySelectorAll("a[href^='http'], a[href^='//']"))
            link.SetAttribute("rel", "noopener noreferrer");
        foreach (var table in body.QuerySelectorAll("table").Where(table => table.ParentElement!.Closest("table") is null))
            Box(table);
        return body;
    }

    /// <summary>Links may lead anywhere on the web; pictures must be in the page; everything else may refer to its own page only.</summary>
    private static string? Allowed(IElement element, string url, string? ofKnownScheme) => element.LocalName switch
    {
        "a" => ofKnownScheme,
        "img" or "image" when url.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase) => url,
        _ => url.StartsWith('#') ? url : null,
    };

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
}
