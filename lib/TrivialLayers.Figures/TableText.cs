using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Data.Analysis;

namespace TrivialLayers;

/// <summary>A table as HTML and as plain text: numbers to the right, with as many decimals as their column deserves.</summary>
internal static class TableText
{
    /// <summary>Rows shown; a table with more says how many it has.</summary>
    public const int MostRows = 200;

    /// <summary>Longer texts are sentences, whose lines may be broken.</summary>
    private const int LongestName = 60;

    /// <summary>A column of names with a longer one may break them where space is short; other cells stay on one line.</summary>
    private const int LongName = 36;

    private const string NoValue = "–";

    public static string Html(DataFrame table)
    {
        var rows = Math.Min(table.Rows.Count, MostRows);
        int Longest(StringDataFrameColumn texts) => texts.Take((int)rows).Max(text => text?.Length) ?? 0;
        var words = table.Columns.OfType<StringDataFrameColumn>().All(texts => Longest(texts) <= LongestName);
        var columns = table.Columns.Select(column => (
            Column: column,
            Style: IsNumber(column) ? "text-align:right" : words && column is StringDataFrameColumn texts && Longest(texts) > LongName ? "text-align:left;white-space:normal;min-width:16em" : "text-align:left",
            Decimals: DecimalsOf(column))).ToList();
        var html = new StringBuilder("<table style=\"border-spacing:.7em .1em\"><thead><tr>");
        foreach (var (column, style, _) in columns)
            html.Append(CultureInfo.InvariantCulture, $"<th style=\"{style}\">{WebUtility.HtmlEncode(column.Name)}</th>");
        html.Append("</tr></thead><tbody").Append(words ? " style=\"white-space:nowrap\">" : ">");
        for (var row = 0L; row < rows; row++)
        {
            html.Append("<tr>");
            foreach (var (column, style, decimals) in columns)
                html.Append(CultureInfo.InvariantCulture, $"<td style=\"{style}\">{WebUtility.HtmlEncode(Cell(column[row], decimals))}</td>");
            html.Append("</tr>");
        }

        html.Append("</tbody></table>");
        return html + (Rest(table) is { } rest ? Line(rest) : "");
    }

    public static string Plain(DataFrame table)
    {
        var rows = (int)Math.Min(table.Rows.Count, MostRows);
        var columns = table.Columns.Select(column =>
        {
            var decimals = DecimalsOf(column);
            var cells = Enumerable.Range(0, rows).Select(row => Cell(column[row], decimals)).Prepend(column.Name).ToList();
            var width = cells.Max(cell => cell.Length);
            return cells.ConvertAll(cell => IsNumber(column) ? cell.PadLeft(width) : cell.PadRight(width));
        }).ToList();
        var lines = Enumerable.Range(0, rows + 1).Select(row => string.Join("  ", columns.Select(cells => cells[row])).TrimEnd());
        return string.Join('\n', Rest(table) is { } rest ? lines.Append(rest) : lines);
    }

    /// <summary>A paragraph of text.</summary>
    public static string Line(string text) => $"<p>{WebUtility.HtmlEncode(text)}</p>";

    private static string? Rest(DataFrame table) => table.Rows.Count <= MostRows
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"… and {table.Rows.Count - MostRows:N0} more rows");

    private static bool IsNumber(DataFrameColumn column) => column.IsNumericColumn();

    private static string Cell(object? value, int decimals) => value switch
    {
        null or double.NaN or float.NaN => NoValue,
        double or float or decimal => Signed(Math.Round(Convert.ToDouble(value, CultureInfo.InvariantCulture), decimals, MidpointRounding.AwayFromZero) + 0.0, decimals),
        IFormattable number when value is long or int or short or byte or ulong or uint => number.ToString("N0", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? NoValue,
    };

    private static string Signed(double value, int decimals) =>
        value.ToString("N" + decimals, CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>Percentages and points have two decimals; other columns about four significant digits of their largest value, whole numbers none.</summary>
    private static int DecimalsOf(DataFrameColumn column)
    {
        if (column is not (PrimitiveDataFrameColumn<double> or PrimitiveDataFrameColumn<float> or PrimitiveDataFrameColumn<decimal>))
            return 0;
        var values = column.Cast<object?>().Where(value => value is not null).Select(value => Convert.ToDouble(value, CultureInfo.InvariantCulture)).Where(double.IsFinite).ToList();
        if (column.Name.EndsWith("(%)", StringComparison.Ordinal) || column.Name.EndsWith("(points)", StringComparison.Ordinal))
            return 2;
        if (values.TrueForAll(value => value == Math.Floor(value)))
            return 0;
        return values.Max(Math.Abs) switch { >= 1000 => 0, >= 100 => 1, >= 10 => 2, >= 1 => 3, >= 0.1 => 4, _ => 6 };
    }
}
