using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace NotebookHost.Publishing;

/// <summary>A drawing in SVG as an image of its own: there its ids and style sheets meet no others, and labels in HTML and filters stay.</summary>
/// <param name="Base64">The drawing's data.</param>
/// <param name="Words">What its author says that it shows, or an empty text.</param>
/// <param name="Note">What of it an image does not show, in words as HTML; empty when nothing is missing.</param>
internal sealed partial record SvgPicture(string Base64, string Words, string Note)
{
    /// <summary>No one draws deeper. A tree is walked by recursion, and a stack that overflows ends the program.</summary>
    private const int Deepest = 256;

    private static readonly XNamespace Space = NamespaceNames.SvgUri;

    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null };

    /// <summary>The drawing in the text, or null when nothing is drawn or it nests too deep. What is not XML in SVG's namespace, as an image must be, is read as HTML.</summary>
    public static SvgPicture? Of(string text)
    {
        text = Beginning().Replace(text, "");
        if (TryRead(text, out var picture))
            return picture;
        return TimeLimit.Try(TimeLimit.OfText, () => Rewritten(text)) is { } xml && TryRead(xml, out picture) ? picture : null;
    }

    /// <summary>Reads XML; the drawing is null when nothing is drawn or it nests too deep.</summary>
    /// <returns>False when the text is not XML, or in another namespace than SVG's.</returns>
    private static bool TryRead(string xml, out SvgPicture? picture)
    {
        picture = null;
        try
        {
            if (Depth(xml) > Deepest)
                return true;
            using var reader = XmlReader.Create(new StringReader(xml), Settings);
            var root = XDocument.Load(reader).Root!;
            if (root.Name != Space + "svg")
                return false;
            if (root.Elements().All(element => element.Name.LocalName == "script"))
                return true;
            string?[] words = [root.Attribute("aria-label")?.Value, root.Element(Space + "title")?.Value, root.Element(Space + "desc")?.Value];
            picture = new(Convert.ToBase64String(Encoding.UTF8.GetBytes(xml)), string.Join('\n', words.Where(text => !string.IsNullOrWhiteSpace(text))), Missing(root));
            return true;
        }
        catch (XmlException)
        {
            return false;
        }
    }

    /// <summary>How deep the deepest node of well-formed XML is.</summary>
    private static int Depth(string xml)
    {
        using var reader = XmlReader.Create(new StringReader(xml), Settings);
        var depth = 0;
        while (reader.Read())
            depth = Math.Max(depth, reader.Depth);
        return depth;
    }

    private static string Missing(XElement root)
    {
        var addresses = root.Descendants().Where(element => element.Name.LocalName != "a").Attributes().Where(attribute => attribute.Name.LocalName is "href" or "src").Select(attribute => attribute.Value.Trim());
        var fetches = addresses.Any(address => address.Length > 0 && !address.StartsWith('#') && !address.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
            || root.Descendants().Any(element => element.Name.LocalName == "style" && Fetch().IsMatch(element.Value));
        return (fetches ? "<p class=\"note\">Pictures or fonts that this drawing takes from elsewhere cannot be shown here.</p>" : "")
            + (root.Descendants().Any(element => element.Name.LocalName == "script") ? "<p class=\"note\">A script in this drawing does not run here.</p>" : "");
    }

    /// <summary>The first drawing in text that is read as HTML, as XML; empty when there is none.</summary>
    private static string Rewritten(string text)
    {
        try
        {
            // Beyond its limit the parser flattens what is nested; what reaches it is too deep already.
            var parser = new HtmlParser(new HtmlParserOptions { MaximumDepth = 4 * Deepest });
            return parser.ParseDocument(text).QuerySelector("svg") is { } svg ? Xml(svg).ToString(SaveOptions.DisableFormatting) : "";
        }
        catch (ArgumentException)
        {
            // A character that XML does not have.
            return "";
        }
    }

    private static XElement Xml(IElement element)
    {
        var copy = new XElement(Name(element.LocalName, element.NamespaceUri));
        foreach (var attribute in element.Attributes.Where(attribute => !attribute.Name.StartsWith("xmlns", StringComparison.Ordinal)))
            copy.SetAttributeValue(Name(attribute.LocalName, attribute.NamespaceUri), attribute.Value);
        foreach (var node in element.ChildNodes)
        {
            object? content = node switch { IElement child => Xml(child), IText words => words.Data, _ => null };
            copy.Add(content);
        }

        return copy;
    }

    private static XName Name(string name, string? space) => XName.Get(XmlConvert.EncodeLocalName(name), space ?? "");

    /// <summary>The declaration names the encoding of a file; here is text.</summary>
    [GeneratedRegex(@"\A[\s\uFEFF]*(?:<\?xml\s[^>]*>)?\s*")]
    private static partial Regex Beginning();

    /// <summary>What a style sheet asks for that is neither in it nor in the drawing.</summary>
    [GeneratedRegex(@"@import|url\(\s*[""']?(?![\s""'#]|data:)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Fetch();
}
