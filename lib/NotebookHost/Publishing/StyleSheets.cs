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
    /// <summary>Begins the selectors of rules that pandas, polars and R add to every table and list.</summary>
    private static readonly string[] Usual = [".dataframe", ".list-inline"];

    /// <summary>Begins the selectors of .NET Interactive; it adds rules for all tables to them.</summary>
    private const string OfDotNetInteractive = ".dni-";

    /// <summary>Moves rules into the elements, and empties style sheets of which nothing is left to say.</summary>
    public static void Inline(IDocument document)
    {
        var sheets = document.QuerySelectorAll("style");
        if (sheets.Length == 0)
            return;
        var parser = new CssParser(new CssParserOptions { IsIncludingUnknownDeclarations = true, IsIncludingUnknownRules = true, IsToleratingInvalidSelectors = true });
        var styles = new Dictionary<string, string>();
        foreach (var sheet in sheets)
        {
            if (sheet.TextContent.Contains(OfDotNetInteractive, StringComparison.Ordinal) || Take(parser.ParseStyleSheet(sheet.TextContent), styles))
                sheet.TextContent = "";
        }

        foreach (var element in document.QuerySelectorAll("[id], [class]"))
        {
            var found = element.ClassList.Select(name => "." + name).Append("#" + element.Id).Where(styles.ContainsKey).Select(name => styles[name]).ToList();
            if (found.Count == 0)
                continue;
            found.Add(element.GetAttribute("style") ?? "");
            element.SetAttribute("style", string.Join("; ", found));
        }
    }

    /// <summary>Adds the rules for an id or a class.</summary>
    /// <returns>Whether there are no others but the usual.</returns>
    private static bool Take(ICssStyleSheet sheet, Dictionary<string, string> styles)
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
            foreach (var selector in (style.SelectorText ?? "").Split(',', StringSplitOptions.TrimEntries))
            {
                if (IdOrClass().IsMatch(selector))
                    styles[selector] = styles.TryGetValue(selector, out var before) ? $"{before}; {declarations}" : declarations;
                else if (!Usual.Any(begin => selector.StartsWith(begin, StringComparison.Ordinal)))
                    isAll = false;
            }
        }

        return isAll;
    }

    [GeneratedRegex(@"\A[.#][\w-]+\z")]
    private static partial Regex IdOrClass();
}
