using System.Text.RegularExpressions;
using AngleSharp.Css.Dom;
using AngleSharp.Css.Parser;
using AngleSharp.Dom;

namespace NotebookHost.Publishing;

/// <summary>
/// Style sheets within HTML. A page takes none, since their rules would reach all of it; rules for an id or a class become styles of the elements that have it. The coloured cells of pandas'
/// <c>Styler</c> are made of such rules.
/// </summary>
internal static partial class StyleSheets
{
    /// <summary>The most characters of rules that are written into elements: each element of a class gets a copy.</summary>
    private const int MostAdded = 1 << 20;

    /// <summary>Begins the classes of .NET Interactive.</summary>
    private const string OfDotNetInteractive = ".dni-";

    /// <summary>Selectors of rules that pandas and polars add to every table.</summary>
    private static readonly HashSet<string> Usual =
    [
        ".dataframe tbody tr th:only-of-type", ".dataframe tbody tr th", ".dataframe thead th", ".dataframe thead tr th", ".dataframe thead tr:last-of-type th",
        ".dataframe>thead>tr", ".dataframe>tbody>tr", ".dataframe>thead>tr>th", ".dataframe>tbody>tr>td",
    ];

    /// <summary>Begins the selectors of rules that .NET Interactive adds to every output, and R to every list.</summary>
    private static readonly string[] UsualBeginnings = [OfDotNetInteractive, "details" + OfDotNetInteractive, ".list-inline>li"];

    /// <summary>Selectors of rules for all tables that .NET Interactive adds to those for its own elements.</summary>
    private static readonly HashSet<string> BesideDotNetInteractive = ["table td", "table tr", "table tr td pre", "table th"];

    /// <summary>Moves rules into the elements, and empties style sheets of which nothing is left to say.</summary>
    public static void Inline(IDocument document)
    {
        var sheets = document.QuerySelectorAll("style");
        if (sheets.Length == 0)
            return;
        var parser = new CssParser(new CssParserOptions { IsIncludingUnknownDeclarations = true, IsIncludingUnknownRules = true, IsToleratingInvalidSelectors = true });
        var rules = new List<(string Selector, string Declarations)>();
        var done = new List<IElement>();
        foreach (var sheet in sheets)
        {
            var isOfDotNetInteractive = sheet.TextContent.Contains(OfDotNetInteractive, StringComparison.Ordinal);
            if (Take(parser.ParseStyleSheet(sheet.TextContent), isOfDotNetInteractive, rules))
                done.Add(sheet);
        }

        if (!TryAdd(rules, document))
            return;
        foreach (var sheet in done)
            sheet.TextContent = "";
    }

    /// <summary>Adds the rules for an id or a class, in the order of the sheet.</summary>
    /// <returns>Whether there are no others but the usual.</returns>
    private static bool Take(ICssStyleSheet sheet, bool isOfDotNetInteractive, List<(string Selector, string Declarations)> rules)
    {
        var isAll = true;
        foreach (var rule in sheet.Rules)
        {
            if (rule is not ICssStyleRule { Style.CssText: var declarations } style)
            {
                isAll = false;
                continue;
            }

            if (string.IsNullOrEmpty(declarations))
                continue;
            foreach (var selector in (style.SelectorText ?? "").Replace(" > ", ">", StringComparison.Ordinal).Split(',', StringSplitOptions.TrimEntries))
            {
                if (IsUsual(selector) || (isOfDotNetInteractive && BesideDotNetInteractive.Contains(selector)))
                    continue;
                if (IdOrClass().IsMatch(selector))
                    rules.Add((selector, declarations));
                else
                    isAll = false;
            }
        }

        return isAll;
    }

    private static bool IsUsual(string selector) =>
        Usual.Contains(selector) || UsualBeginnings.Any(begin => selector.StartsWith(begin, StringComparison.Ordinal));

    /// <summary>Writes the rules into the elements: those for classes in the order of the sheet, then those for the id, and last the element's own style.</summary>
    /// <returns>False when that would be too much; then only the first elements have them.</returns>
    private static bool TryAdd(List<(string Selector, string Declarations)> rules, IDocument document)
    {
        var found = rules.Index().ToLookup(rule => rule.Item.Selector, rule => (Place: rule.Index, rule.Item.Declarations));
        var added = 0L;
        foreach (var element in document.QuerySelectorAll("[id], [class]"))
        {
            var ofClasses = element.ClassList.Distinct().SelectMany(name => found["." + name]).OrderBy(rule => rule.Place);
            var styles = ofClasses.Concat(found["#" + element.Id]).Select(rule => rule.Declarations).ToList();
            if (styles.Count == 0)
                continue;
            added += styles.Sum(declarations => (long)declarations.Length);
            if (added > MostAdded)
                return false;
            styles.Add(element.GetAttribute("style") ?? "");
            element.SetAttribute("style", string.Join("; ", styles));
        }

        return true;
    }

    [GeneratedRegex(@"\A[.#][\w-]+\z")]
    private static partial Regex IdOrClass();
}
