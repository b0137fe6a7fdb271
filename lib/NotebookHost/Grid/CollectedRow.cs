using System.Text.RegularExpressions;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using NotebookHost.Notebook;

namespace NotebookHost.Grid;

/// <summary>The values in one-row tables that cells tagged <c>collect</c> show, each with its heading: columns of the grid's table.</summary>
internal static partial class CollectedRow
{
    private const string Tag = "collect";

    /// <summary>Headings and values in the order of the cells; numbers come as programs read them, without separators and with a hyphen as minus.</summary>
    public static IEnumerable<(string Heading, string Value)> In(NotebookDocument document) =>
        from cell in document.Cells.OfType<CodeCell>()
        where cell.Tags.Contains(Tag)
        from output in cell.Outputs
        from table in TablesIn(output)
        where table.Rows.Length == 2 && table.Rows[0].Cells.Length == table.Rows[1].Cells.Length && table.Rows[0].Cells.All(heading => heading is IHtmlTableHeaderCellElement)
        from pair in table.Rows[0].Cells.Zip(table.Rows[1].Cells)
        let heading = pair.First.TextContent.Trim()
        where heading.Length > 0
        select (heading, AsNumber(pair.Second.TextContent.Trim()));

    private static IEnumerable<IHtmlTableElement> TablesIn(CellOutput output)
    {
        var data = output switch
        {
            DisplayDataOutput display => display.Data,
            ExecuteResultOutput result => result.Data,
            _ => null,
        };
        return MultilineText.TryJoin(data?["text/html"]) is { } html ? new HtmlParser().ParseDocument(html).QuerySelectorAll("table").OfType<IHtmlTableElement>() : [];
    }

    private static string AsNumber(string text) => Number().IsMatch(text) ? text.Replace(",", "", StringComparison.Ordinal).Replace('−', '-') : text;

    [GeneratedRegex(@"^[-−]?([0-9]+|[1-9][0-9]{0,2}(,[0-9]{3})+)(\.[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
