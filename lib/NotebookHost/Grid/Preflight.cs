using NotebookHost.Engine;
using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>What would go wrong later, found before anything starts.</summary>
internal static class Preflight
{
    /// <summary>So many points with something wrong are named.</summary>
    private const int MostNamed = 5;

    /// <summary>File systems that other machines do not see.</summary>
    private static readonly string[] Local = ["tmpfs", "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "overlay", "overlayfs"];

    /// <summary>Checks notebooks, parameters, data folders and the grid's folder.</summary>
    /// <param name="grid">The grid.</param>
    /// <param name="points">Those that are to be run.</param>
    /// <exception cref="RunException">Something is wrong; the message has a line for each thing.</exception>
    public static void Check(GridFolder grid, IReadOnlyCollection<GridPoint> points)
    {
        var notebooks = points.GroupBy(grid.NotebookOf).ToList();
        List<string> problems =
        [
            .. notebooks.SelectMany(group => InNotebook(RunnableNotebook.Open(group.Key), [.. group])),
            .. notebooks.SelectMany(group => GridEnvironment.MissingData(Path.GetDirectoryName(group.Key)!)).Distinct().Select(folder => $"{GridEnvironment.Data} names the folder {folder}, which does not exist."),
            .. InFolder(grid, points),
            .. points.Select(grid.ReadProblem).OfType<string>().Take(MostNamed),
        ];
        if (problems.Count > 0)
            throw new RunException(string.Join('\n', problems));
    }

    /// <summary>Why the notebook cannot be run for a point, in a sentence, or null.</summary>
    public static string? Refusal(RunnableNotebook notebook, GridPoint point)
    {
        if (notebook.Refusal is not null)
            return notebook.Refusal;
        if (NotebookParameters.Unknown(point.Parameters.Keys, notebook.Parameters.Names, Path.GetFileName(notebook.Source)) is { } problem)
            return problem;
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

    /// <summary>A problem with the points that have it.</summary>
    public static string Of(string problem, IReadOnlyList<GridPoint> points) =>
        $"{problem} (point {string.Join(", ", points.Take(MostNamed).Select(point => point.Id))}{(points.Count > MostNamed ? FormattableString.Invariant($" and {points.Count - MostNamed} more") : "")})";

    /// <summary>What is doubtful about running a grid on other machines, in sentences.</summary>
    public static IEnumerable<string> DoubtsElsewhere(GridFolder grid)
    {
        string[] places =
        [
            grid.FullPath,
            Path.GetDirectoryName(typeof(Preflight).Assembly.Location)!,
            Path.GetDirectoryName(DotNet.Command)!,
            .. GridEnvironment.Folders(grid),
            .. grid.Points.Select(point => Path.GetDirectoryName(grid.NotebookOf(point))!),
        ];
        foreach (var place in places.Distinct())
        {
            if (FileSystemOf(place) is { } format && Local.Contains(format))
                yield return $"{place} is on {format}, a file system of this machine only; tasks on other machines need a shared one.";
        }
    }

    private static IEnumerable<string> InNotebook(RunnableNotebook notebook, IReadOnlyList<GridPoint> points)
    {
        if (notebook.Refusal is { } reason)
            return [reason];
        var judged = points.Select(point => (Point: point, Reason: Refusal(notebook, point))).ToLookup(each => each.Reason is null);
        var refusals = judged[false].GroupBy(refusal => refusal.Reason, refusal => refusal.Point);
        var same = judged[true].Select(each => each.Point).GroupBy(point => notebook.Parameters.Inject(point.Parameters).ToJsonString()).Where(group => group.Count() > 1);
        return [.. refusals.Take(MostNamed).Select(refusal => Of(refusal.Key!, [.. refusal])), .. same.Take(MostNamed).Select(group => Same(Path.GetFileName(notebook.Source), [.. group]))];
    }

    /// <summary>Points that differ in their texts, as 1 and 01 do, or give what the notebook starts with, and so would run the same.</summary>
    private static string Same(string notebook, List<GridPoint> points) =>
        $"These points give {notebook} the same values; keep one of them: {string.Join(", ", points.Take(MostNamed).Select(point => $"{point.Id} ({point.Words})"))}{(points.Count > MostNamed ? FormattableString.Invariant($" and {points.Count - MostNamed} more") : "")}";

    /// <summary>Tries the folder, or where it will be made the nearest one above, and the first point that somebody began.</summary>
    private static IEnumerable<string> InFolder(GridFolder grid, IEnumerable<GridPoint> points)
    {
        var place = Nearest(grid.FullPath);
        if (File.Exists(place))
            return [$"{grid.FullPath} cannot be written: {place} is a file; expected a folder. Name another one for the grid with --out."];
        var trial = Path.Combine(place, $".{Guid.NewGuid():n}.tmp");
        try
        {
            File.WriteAllText(trial, "");
            File.Delete(trial);
            if (points.Select(grid.ClaimOf).FirstOrDefault(File.Exists) is { } claim)
                PointClaim.TryTake(claim)?.Dispose();
            return PointClaim.HoldIn(place) ? [] : [$"{place} is on a file system without file locks, so two workers could run the same point; use one that is mounted with locks (Lustre: -o flock)."];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [$"{grid.FullPath} cannot be written: {e.Message}{(e is UnauthorizedAccessException && Directory.Exists(grid.FullPath) ? $" {PointClaim.HowToShare}" : "")}"];
        }
        catch (RunException e)
        {
            return [e.Message];
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
