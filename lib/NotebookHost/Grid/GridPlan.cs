using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>The grid that a command line asks for, of which nothing is written yet.</summary>
internal static class GridPlan
{
    /// <summary>Makes the plan.</summary>
    /// <param name="notebooks">The notebook of all points, or nothing with a list that names them.</param>
    /// <param name="sets">Each <c>name=a,b</c>; see <see cref="PointProduct"/>.</param>
    /// <param name="given">Values for all points; of a list, for those whose line gives none.</param>
    /// <param name="list">The file with the points, or null.</param>
    /// <param name="folder">The grid's folder.</param>
    /// <exception cref="RunException">What was given makes no grid.</exception>
    public static GridFolder Of(IReadOnlyList<string> notebooks, IReadOnlyList<string> sets, IReadOnlyDictionary<string, string> given, string? list, string folder)
    {
        if (list is not null && sets.Count > 0)
            throw new RunException("Give either --set or --points, not both.");
        if (list is null && notebooks.Count == 0)
            throw new RunException("Name the notebook to run, for example: grid notebooks/03-zero-each-layer.ipynb --set depth=20,56 --out grid.");
        if (notebooks.Count > 1)
            throw new RunException($"Give one notebook; found {string.Join(' ', notebooks)}.");
        var place = RealPath.Of(GridFolder.FullPathOf(folder));
        var notebook = notebooks.Count == 0 ? null : Within(place, Single(notebooks[0]));
        return GridFolder.Planned(folder, list is null ? PointProduct.Of(notebook!, sets, given) : FromList(list, notebook, given, place));
    }

    /// <summary>The points of a list, whose paths start at its own folder, as points of a grid in another.</summary>
    private static IReadOnlyList<GridPoint> FromList(string list, string? notebook, IReadOnlyDictionary<string, string> given, string folder)
    {
        var around = RealPath.Of(Path.GetDirectoryName(Path.GetFullPath(list))!);
        return [.. PointsFile.Read(list, notebook is null ? null : Within(around, Path.GetFullPath(Path.Combine(folder, notebook)))).Select(point => point with
        {
            Notebook = Within(folder, Path.GetFullPath(Path.Combine(around, point.Notebook))),
            Parameters = new OrderedDictionary<string, string>(point.Parameters.Concat(given.Where(pair => !point.Parameters.ContainsKey(pair.Key)))),
        })];
    }

    /// <summary>The path of a notebook from a folder without links; its own folder is taken without links too, since <c>..</c> leads elsewhere behind a link.</summary>
    private static string Within(string folder, string path) =>
        Path.GetRelativePath(folder, Path.Combine(RealPath.Of(Path.GetDirectoryName(path)!), Path.GetFileName(path))).Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>The notebook that a path names, or the only one of a folder.</summary>
    private static string Single(string path) =>
        NotebookFiles.Find([path]) is var found && found.Count == 1 ? found[0] : throw new RunException($"A grid runs one notebook; {path} contains {found.Count}. Name one of them, or list several with --points.");
}
