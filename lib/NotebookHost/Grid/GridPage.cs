using System.Net;
using System.Text;
using NotebookHost.Publishing;

namespace NotebookHost.Grid;

/// <summary>The page over a grid: how many points stand where, then the table of what they found.</summary>
internal static class GridPage
{
    private const int LongestCell = 160;

    public static string ToHtml(GridFolder grid, GridTable table)
    {
        var rows = new StringBuilder();
        foreach (var (state, row) in table.States.Zip(table.Rows))
            rows.Append($"<tr>{string.Concat(table.Columns.Select(column => $"<td>{Cell(grid, state, column, row.GetValueOrDefault(column) ?? "")}</td>"))}</tr>\n");
        var title = $"Grid {WebUtility.HtmlEncode(Path.GetFileName(grid.FullPath))}";
        var body = $"""
            <main class="index">
            <h1>{title}</h1>
            {Summary(table.States)}
            <div class="table"><table>
            <thead><tr>{string.Concat(table.Columns.Select(column => $"<th>{WebUtility.HtmlEncode(column)}</th>"))}</tr></thead>
            <tbody>
            {rows}</tbody></table></div>
            </main>
            """;
        return PageFrame.Around($"Grid {Path.GetFileName(grid.FullPath)}", body);
    }

    private static string Summary(IReadOnlyList<PointState> states)
    {
        var total = TimeSpan.FromSeconds(states.Sum(state => state.Result?.Seconds ?? 0));
        return PageFrame.Facts(WebUtility.HtmlEncode(GridCounts.Of(states).ToString()), total > TimeSpan.Zero ? $"{RunRecord.TimeText(total)} in all" : null);
    }

    private static string Cell(GridFolder grid, PointState state, string column, string text)
    {
        var html = WebUtility.HtmlEncode(text.Length <= LongestCell ? text : text[..LongestCell] + "…");
        return column switch
        {
            PointsFile.Id when state.Result is not null => $"<a href=\"{WebUtility.HtmlEncode(Address(Path.GetRelativePath(grid.FullPath, grid.ExecutedOf(state.Point))))}\">{html}</a>",
            "status" => $"<span class=\"status{state.Status switch { PointStatus.Done => " good", PointStatus.Failed or PointStatus.Missing => " bad", _ => "" }}\">{html}</span>",
            _ => html,
        };
    }

    private static string Address(string path) => string.Join('/', path.Split(Path.DirectorySeparatorChar).Select(Uri.EscapeDataString));
}
