using System.Globalization;
using NotebookHost.Notebook;
using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>What the points of a grid found: one row per point with its parameters, how it ended, what its cells tagged <c>verdict</c> found, and the values of one-row tables in cells tagged <c>collect</c>.</summary>
internal sealed class GridTable
{
    private const string Words = "verdict";

    /// <summary>Reads the executed notebooks of the points that have ended.</summary>
    public GridTable(GridFolder grid, IReadOnlyList<PointState> states)
    {
        States = states;
        var parameters = states.SelectMany(state => state.Point.Parameters.Keys).Select(ColumnOf).Distinct().ToList();
        var found = states.Select(state => Found(grid, state, parameters)).ToList();
        string[] own = [PointsFile.Id, PointsFile.Notebook, .. parameters, .. Ending(states[0]).Keys];
        Columns = [.. own.Concat(found.SelectMany(row => row.Keys).OrderBy(name => name == Words).ThenBy(name => name, StringComparer.Ordinal)).Distinct()];
        Rows = [.. states.Zip(found, Row)];
    }

    /// <summary>Where the points stand, in the order of the rows.</summary>
    public IReadOnlyList<PointState> States { get; }

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Column → value; what a point has no value of is missing or null.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string?>> Rows { get; }

    /// <summary>The table as comma-separated values.</summary>
    public string ToCsv() => CsvText.Write(Rows.Select(row => Columns.Select(column => row.GetValueOrDefault(column))).Prepend(Columns));

    private static Dictionary<string, string?> Row(PointState state, IReadOnlyDictionary<string, string> found)
    {
        var row = new Dictionary<string, string?> { [PointsFile.Id] = state.Point.Id, [PointsFile.Notebook] = state.Point.Notebook };
        foreach (var (name, value) in state.Point.Parameters)
            row[ColumnOf(name)] = value;
        foreach (var (name, value) in Ending(state))
            row.Add(name, value);
        foreach (var (name, value) in found)
            row.Add(name, value);
        return row;
    }

    /// <summary>The column of a parameter. The grid's own columns keep their names.</summary>
    private static string ColumnOf(string parameter) => parameter is Words || IsOfEnding(parameter) ? $"{parameter} (parameter)" : parameter;

    private static bool IsOfEnding(string column) => column is "status" or "error" or "seconds" or "host" or "job" or "started";

    private static OrderedDictionary<string, string?> Ending(PointState state) => new()
    {
        ["status"] = state.StatusWord,
        ["error"] = state.Result?.Error,
        ["seconds"] = state.Result?.Seconds.ToString(CultureInfo.InvariantCulture),
        ["host"] = state.Result?.Host,
        ["job"] = state.Result?.Job,
        ["started"] = state.Result?.Started.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
    };

    /// <summary>A finding has columns for its outcome, what was measured, and the runs behind it; words have one. A one-row table has a column for each heading, except where it repeats a parameter of the point.</summary>
    private static Dictionary<string, string> Found(GridFolder grid, PointState state, List<string> parameters)
    {
        var found = new Dictionary<string, string>();
        if (state.Result is null)
            return found;
        var executed = NotebookDocument.Load(grid.ExecutedOf(state.Point));
        foreach (var finding in Finding.In("", executed))
        {
            Add(finding.Subject ?? Words, finding.Outcome);
            Add($"{finding.Subject} measured", finding.Measured);
            Add($"{finding.Subject} runs", finding.Sources);
        }

        foreach (var (heading, value) in CollectedRow.In(executed).Where(entry => state.Point.Parameters.GetValueOrDefault(entry.Heading) != entry.Value))
            Add(heading, value);

        return found;

        void Add(string column, string text)
        {
            if (parameters.Contains(column) || IsOfEnding(column) || column is PointsFile.Id or PointsFile.Notebook)
                column += " (found)";
            if (text.Length > 0)
                found[column] = found.TryGetValue(column, out var before) ? $"{before}; {text}" : text;
        }
    }
}
