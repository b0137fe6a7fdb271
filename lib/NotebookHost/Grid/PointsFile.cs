using System.Globalization;
using System.Text;
using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>
/// The points of a grid as comma-separated values: a first line with the names of the columns, then one line per point. The column <c>id</c> names it, <c>notebook</c> says which
/// file, as a path from the list's own folder; every other column is a parameter. An empty field leaves the notebook's default, <c>""</c> is the empty text.
/// </summary>
internal static class PointsFile
{
    /// <summary>The column of names.</summary>
    public const string Id = "id";

    /// <summary>The column of files.</summary>
    public const string Notebook = "notebook";

    private const int LeastDigits = 3;

    /// <summary>The list as text.</summary>
    public static string ToText(IReadOnlyList<GridPoint> points)
    {
        var names = points.SelectMany(point => point.Parameters.Keys).Distinct().ToList();
        var lines = points.Select(point => names.Select(name => point.Parameters.GetValueOrDefault(name)).Prepend(point.Notebook).Prepend(point.Id));
        return CsvText.Write(lines.Prepend([Id, Notebook, .. names]));
    }

    /// <summary>Reads a list.</summary>
    /// <param name="path">The file.</param>
    /// <param name="notebook">The notebook of lines that name none, as a path from the list's folder; null when each must.</param>
    /// <exception cref="RunException">The list is not of this form; the message says the line.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    public static IReadOnlyList<GridPoint> Read(string path, string? notebook = null)
    {
        try
        {
            return Parse(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path)), notebook);
        }
        catch (DecoderFallbackException)
        {
            throw new RunException($"{path} is not UTF-8 text.");
        }
        catch (RunException e)
        {
            throw new RunException($"{path}, {e.Message}.");
        }
    }

    /// <summary>Reads a list from text.</summary>
    /// <exception cref="RunException">The text is not of this form; the message begins with the line.</exception>
    public static IReadOnlyList<GridPoint> Parse(string text, string? notebook = null)
    {
        var lines = CsvText.Parse(text.TrimStart('\uFEFF'));
        if (lines.Count == 0)
            throw new RunException($"line 1: expected a header line with the column names ({Id}, {Notebook}, then parameters), found nothing");
        var columns = Columns(lines[0].Number, lines[0].Fields, notebook is not null);
        if (lines.Count == 1)
            throw new RunException($"line {lines[0].Number}: there are no points below the header line");
        var points = new List<GridPoint>();
        var (ids, asked) = (new Dictionary<string, GridPoint>(StringComparer.OrdinalIgnoreCase), new Dictionary<string, GridPoint>());
        foreach (var (number, fields) in lines.Skip(1))
        {
            var point = Point(number, columns, fields, notebook, Numbered(points.Count, lines.Count - 1));
            if (!ids.TryAdd(point.Id, point))
                throw new RunException($"line {number}: the id {point.Id} is taken by an earlier line ({ids[point.Id].Words}); each point needs its own");
            if (!asked.TryAdd(point.Asks, point))
                throw new RunException($"line {number}: point {point.Id} is identical to point {asked[point.Asks].Id}: {point.Notebook} {point.Words}");
            points.Add(point);
        }

        return points;
    }

    /// <summary>The id of the point at an index, counted from 0, among so many: its number, all with as many digits.</summary>
    public static string Numbered(int index, int count) =>
        (index + 1).ToString(FormattableString.Invariant($"D{Math.Max(LeastDigits, count.ToString(CultureInfo.InvariantCulture).Length)}"), CultureInfo.InvariantCulture);

    private static List<string> Columns(int number, IReadOnlyList<string?> fields, bool isNotebookKnown)
    {
        var columns = fields.Select(field => field?.Trim() ?? "").ToList();
        if (columns.Contains(""))
            throw new RunException($"line {number}: column {columns.IndexOf("") + 1} has no name");
        if (columns.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new RunException($"line {number}: two columns are called {twice.Key}");
        if ((!isNotebookKnown && !columns.Contains(Notebook)) || (columns is [var only] && only.AsSpan().ContainsAny(';', '\t')))
            throw new RunException($"line {number}: there is no column {Notebook} among {string.Join(" and ", columns.Select(name => $"'{name}'"))}; columns are separated by commas");
        return columns;
    }

    private static GridPoint Point(int number, List<string> columns, IReadOnlyList<string?> fields, string? notebook, string defaultId)
    {
        if (fields.Count != columns.Count)
            throw new RunException($"line {number}: {fields.Count} fields, where the first line names {columns.Count} columns; a value with a comma needs quotes");
        var given = columns.Zip(fields).Where(pair => pair.Second is not null).ToDictionary(pair => pair.First, pair => pair.Second!);
        var id = given.GetValueOrDefault(Id, columns.Contains(Id) ? "" : defaultId);
        if (!GridPoint.IsId(id))
            throw new RunException($"line {number}: '{id}' cannot be an id: expected 1 to 60 letters a to z, digits, '-', '_' and '.', not starting or ending with a dot, and not a reserved Windows device name");
        if (given.GetValueOrDefault(Notebook, notebook ?? "") is var file && !file.EndsWith(".ipynb", StringComparison.OrdinalIgnoreCase))
            throw new RunException($"line {number}: '{file}' is not a notebook: its name does not end in .ipynb");
        var parameters = new OrderedDictionary<string, string>(given.Where(pair => pair.Key is not (Id or Notebook)));
        return new GridPoint(id, file, parameters);
    }
}
