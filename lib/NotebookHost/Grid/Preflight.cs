using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>What would go wrong later, found before anything starts.</summary>
internal static class Preflight
{
    /// <summary>So many points with something wrong are named.</summary>
    private const int MostNamed = 5;

    /// <summary>File systems that other machines do not see.</summary>
    private static readonly string[] Local = ["tmpfs", "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "overlay", "overlayfs"];

    /// <summary>Checks notebooks, parameters, data and the grid's folder.</summary>
    /// <exception cref="RunException">Something is wrong; the message has a line for each thing.</exception>
    public static void Check(GridFolder grid, IEnumerable<GridPoint> points)
    {
        var notebooks = points.GroupBy(grid.NotebookOf).ToList();
        List<string> problems =
        [
            .. notebooks.SelectMany(group => InNotebook(RunnableNotebook.Open(group.Key), [.. group])),
            .. notebooks.SelectMany(group => GridEnvironment.MissingData(Path.GetDirectoryName(group.Key)!)).Distinct().Select(folder => $"{GridEnvironment.Data} names the folder {folder}, which is not there."),
            .. InFolder(grid.FullPath),
        ];
        if (problems.Count > 0)
            throw new RunException(string.Join('\n', problems));
    }

    /// <summary>Why the notebook cannot be run for a point, in a sentence, or null.</summary>
    public static string? Refusal(RunnableNotebook notebook, GridPoint point)
    {
        if (notebook.Refusal is not null)
            return notebook.Refusal;
        var known = notebook.Parameters.Names.Order(StringComparer.Ordinal).ToList();
        if (point.Parameters.Keys.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
        {
            return known.Count == 0
                ? $"There is no parameter {unknown}: {Path.GetFileName(notebook.Source)} declares none (in a cell tagged 'parameters')."
                : $"There is no parameter {unknown}. {Path.GetFileName(notebook.Source)} declares: {string.Join(", ", known)}.";
        }

        try
        {
            notebook.Parameters.Check(point.Parameters);
            return null;
        }
        catch (RunException e)
        {
            return e.Message;
        }
    }

    /// <summary>What is doubtful about running a grid on other machines, in sentences.</summary>
    public static IEnumerable<string> DoubtsElsewhere(GridFolder grid)
    {
        var places = grid.Points.Select(point => Path.GetDirectoryName(grid.NotebookOf(point))!).Prepend(Path.GetDirectoryName(typeof(Preflight).Assembly.Location)!).Prepend(grid.FullPath);
        foreach (var place in places.Distinct())
        {
            if (FileSystemOf(place) is { } format && Local.Contains(format))
                yield return $"{place} lies on {format}, a file system of this machine; tasks on other machines need a shared one.";
        }
    }

    private static IEnumerable<string> InNotebook(RunnableNotebook notebook, IReadOnlyList<GridPoint> points)
    {
        if (notebook.Refusal is { } reason)
            return [reason];
        var refusals = points.Select(point => (point.Id, Reason: Refusal(notebook, point))).Where(refusal => refusal.Reason is not null).GroupBy(refusal => refusal.Reason, refusal => refusal.Id);
        return refusals.Take(MostNamed).Select(refusal => $"{refusal.Key} (point {string.Join(", ", refusal.Take(MostNamed))}{(refusal.Count() > MostNamed ? $" and {refusal.Count() - MostNamed} more" : "")})");
    }

    /// <summary>Tries the folder, or where it will be made the nearest one above.</summary>
    private static IEnumerable<string> InFolder(string folder)
    {
        var place = Nearest(folder);
        var trial = Path.Combine(place, $".{Guid.NewGuid():n}.tmp");
        try
        {
            File.WriteAllText(trial, "");
            File.Delete(trial);
            return PointClaim.HoldIn(place) ? [] : [$"{place} lies on a file system without locks, so that two workers could run the same point; ask for one that is mounted with them (Lustre: -o flock)."];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [$"{folder} cannot be written: {e.Message}"];
        }
    }

    private static string Nearest(string folder) => Path.Exists(folder) || Path.GetDirectoryName(folder) is not { } above ? folder : Nearest(above);

    private static string? FileSystemOf(string folder)
    {
        try
        {
            return DriveInfo.GetDrives().Where(drive => Contains(drive.Name, Nearest(folder))).MaxBy(drive => drive.Name.Length)?.DriveFormat;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool Contains(string root, string folder) => (Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar).StartsWith(Path.TrimEndingDirectorySeparator(root).TrimEnd('/') + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
