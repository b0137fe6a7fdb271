namespace NotebookHost.Grid;

/// <summary>The environment variables that the notebooks of this repository read, as far as a grid is concerned with them.</summary>
internal static class GridEnvironment
{
    /// <summary>Names the folders with data sets.</summary>
    public const string Data = "TRIVIAL_LAYERS_DATA";

    /// <summary>Names the store for training runs.</summary>
    public const string Runs = "TRIVIAL_LAYERS_RUNS";

    private const string Prefix = "TRIVIAL_LAYERS_";

    /// <summary>What a grid's notebooks get on top of this process's environment: one store for all points, unless the user named one.</summary>
    public static IReadOnlyDictionary<string, string> Of(GridFolder grid) =>
        Environment.GetEnvironmentVariable(Runs) is { Length: > 0 } ? new Dictionary<string, string>() : new Dictionary<string, string> { [Runs] = grid.Runs };

    /// <summary>The store that a point's notebook uses.</summary>
    public static string StoreOf(GridFolder grid, GridPoint point) =>
        Path.Combine(Path.GetDirectoryName(grid.NotebookOf(point))!, Environment.GetEnvironmentVariable(Runs) is { Length: > 0 } named ? named : grid.Runs);

    /// <summary>All settings that a process on another machine needs: those set here, and <see cref="Of"/>.</summary>
    public static IReadOnlyDictionary<string, string> ForElsewhere(GridFolder grid)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            if (entry is { Key: string name, Value: string { Length: > 0 } value } && name.StartsWith(Prefix, StringComparison.Ordinal))
                settings[name] = value;
        }

        foreach (var (name, value) in Of(grid))
            settings[name] = value;
        return settings;
    }

    /// <summary>The store for training runs, and the folders that <see cref="Data"/> names in full.</summary>
    public static IEnumerable<string> Folders(GridFolder grid) =>
        NamedData.Prepend(Environment.GetEnvironmentVariable(Runs) is { Length: > 0 } named ? named : grid.Runs).Where(Path.IsPathRooted);

    /// <summary>The folders that <see cref="Data"/> names for a notebook and that are not there.</summary>
    /// <param name="folder">The notebook's folder, where relative paths start.</param>
    public static IEnumerable<string> MissingData(string folder) => NamedData.Where(named => !Directory.Exists(Path.Combine(folder, named)));

    private static string[] NamedData => (Environment.GetEnvironmentVariable(Data) ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
}
