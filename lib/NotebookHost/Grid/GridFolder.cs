using System.Text.Json;
using NotebookHost.Notebook;
using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>A grid on disk: the list of its points, a folder for each with what its run left, and a store for training runs that its notebooks share.</summary>
internal sealed class GridFolder
{
    /// <summary>The list's file.</summary>
    public const string PointsName = "points.csv";

    /// <summary>At so many differences a message stops counting them out.</summary>
    private const int MostDifferences = 3;

    /// <summary>The folder without links: from here the paths of notebooks start, whichever way leads to it.</summary>
    private readonly string _realPath;

    private GridFolder(string path, IReadOnlyList<GridPoint> points) => (FullPath, Points, _realPath) = (path, points, RealPath.Of(path));

    /// <summary>The folder.</summary>
    public string FullPath { get; }

    /// <summary>The points in the order of the list.</summary>
    public IReadOnlyList<GridPoint> Points { get; }

    /// <summary>Where scripts and logs of a cluster's jobs go.</summary>
    public string Jobs => Path.Combine(FullPath, "slurm");

    /// <summary>Where training runs go unless the user names another folder.</summary>
    public string Runs => Path.Combine(FullPath, "runs");

    /// <summary>The names of points' folders that no line of the list has for its id: what is in there belongs to no point.</summary>
    public IReadOnlyList<string> Unlisted => Directory.Exists(PointFolders)
        ? [.. Directory.GetDirectories(PointFolders).Select(folder => Path.GetFileName(folder)).Except(Points.Select(point => point.Id)).Order(StringComparer.Ordinal)]
        : [];

    private string PointFolders => Path.Combine(FullPath, "points");

    /// <summary>The full path of a folder that a user names.</summary>
    /// <exception cref="RunException">The name is empty.</exception>
    public static string FullPathOf(string folder) => folder.Length > 0 ? Path.GetFullPath(folder) : throw new RunException("The name of the grid's folder is empty.");

    /// <summary>Opens the grid in a folder.</summary>
    /// <exception cref="RunException">There is none, or its list is not in order.</exception>
    public static GridFolder Open(string folder)
    {
        var grid = Read(folder);
        grid.RefuseShortenedIds();
        return grid;
    }

    private static GridFolder Read(string folder)
    {
        var path = FullPathOf(folder);
        var list = Path.Combine(path, PointsName);
        return File.Exists(list)
            ? new GridFolder(path, PointsFile.Read(list))
            : throw new RunException($"{path} is not a grid's folder: it contains no {PointsName}. Create a grid with grid NOTEBOOK --set name=a,b --out {folder}.");
    }

    /// <summary>A grid with these points that is not written yet.</summary>
    /// <exception cref="RunException">The list of these points could not be read again.</exception>
    public static GridFolder Planned(string folder, IReadOnlyList<GridPoint> points)
    {
        try
        {
            return new GridFolder(Path.GetFullPath(folder), PointsFile.Parse(PointsFile.ToText(points)));
        }
        catch (RunException e)
        {
            throw new RunException($"These points cannot be listed: {e.Message}. Nothing was written.");
        }
    }

    /// <summary>Writes the list, unless the folder has one of the same points already.</summary>
    /// <returns>The grid that is there now, whose ids and order may be the user's.</returns>
    /// <exception cref="RunException">The folder has another list, which stays as it is.</exception>
    public GridFolder WritePoints()
    {
        var list = Path.Combine(FullPath, PointsName);
        Directory.CreateDirectory(FullPath);
        return !File.Exists(list) && AtomicFile.TryWriteNewText(list, PointsFile.ToText(Points)) ? this : AsWritten();
    }

    /// <summary>The grid that the folder has of these points; this one when it has none.</summary>
    /// <exception cref="RunException">The folder has another list.</exception>
    public GridFolder AsWritten()
    {
        if (!File.Exists(Path.Combine(FullPath, PointsName)))
            return this;
        var there = Open(FullPath);
        return Differences(there.Points) is { Count: > 0 } differences
            ? throw new RunException($"{Path.Combine(FullPath, PointsName)} belongs to a different grid and was left unchanged: {string.Join("; ", differences)}. Choose another folder with --out, or continue that grid: grid resume {FullPath}.")
            : there;
    }

    /// <summary>The notebook that a point runs.</summary>
    public string NotebookOf(GridPoint point) => Path.GetFullPath(Path.Combine(_realPath, point.Notebook));

    /// <summary>The folder of a point.</summary>
    public string FolderOf(GridPoint point) => Path.Combine(PointFolders, point.Id);

    /// <summary>The executed notebook of a point.</summary>
    public string ExecutedOf(GridPoint point) => Path.Combine(FolderOf(point), Path.GetFileName(NotebookOf(point)));

    public string ResultOf(GridPoint point) => Path.Combine(FolderOf(point), PointResult.FileName);

    public string AttemptOf(GridPoint point) => Path.Combine(FolderOf(point), PointAttempt.FileName);

    public string ClaimOf(GridPoint point) => Path.Combine(FolderOf(point), PointClaim.FileName);

    /// <summary>Where all points stand.</summary>
    /// <param name="trustsOlder">Whether an executed notebook that is older than its result is trusted if its size is right; else each is compared with its checksum.</param>
    public IReadOnlyList<PointState> States(bool trustsOlder = false) => [.. Points.Select(point => StateOf(point, trustsOlder))];

    /// <summary>Where a point stands; one whose files cannot be read, or whose line was changed after its result was written, is missing, and the note says so.</summary>
    public PointState StateOf(GridPoint point, bool trustsOlder = false) => TryLook(point, trustsOlder, out var problem) ?? new PointState(point, PointStatus.Missing, Note: problem);

    /// <summary>What keeps the files of a point from being read, or from being its own, in a sentence, or null.</summary>
    public string? ReadProblem(GridPoint point) => TryLook(point, trustsOlder: false, out var problem) is null ? problem : null;

    private PointState? TryLook(GridPoint point, bool trustsOlder, out string? problem)
    {
        problem = null;
        try
        {
            return Look(point, trustsOlder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"The files of point {point.Id} cannot be read: {e.Message}";
            return null;
        }
        catch (RunException e)
        {
            problem = e.Message;
            return null;
        }
    }

    private PointState Look(GridPoint point, bool trustsOlder)
    {
        if (EndOf(point, trustsOlder, out var damage) is { } ended)
            return ended;
        var attempt = PointAttempt.TryRead(AttemptOf(point));
        if (PointClaim.IsTaken(ClaimOf(point)))
            return new PointState(point, PointStatus.Running, Attempt: attempt, Note: damage);
        if (EndOf(point, trustsOlder, out damage) is { } endedMeanwhile)
            return endedMeanwhile;
        var isLeft = attempt is { IsStopped: false } && PointAttempt.TryRead(AttemptOf(point)) == attempt; // else it was stopped in good order meanwhile
        return new PointState(point, isLeft || damage is not null ? PointStatus.Missing : PointStatus.Waiting, Attempt: isLeft ? attempt : null, Note: damage);
    }

    /// <summary>Where a point stands that has a valid result; else null.</summary>
    /// <param name="point">The point.</param>
    /// <param name="damage">What is wrong with a result that cannot be used; null when there is none.</param>
    /// <exception cref="RunException">The result is that of another point: the list was changed afterwards.</exception>
    public PointState? EndOf(GridPoint point, out string? damage) => EndOf(point, trustsOlder: false, out damage);

    private PointState? EndOf(GridPoint point, bool trustsOlder, out string? damage)
    {
        var path = ResultOf(point);
        damage = null;
        if (!File.Exists(path))
            return null;
        try
        {
            var result = PointResult.Read(path);
            if (result.Of.Asks != point.Asks)
                throw new RunException($"{path} is a result of {result.Notebook} {result.Of.Words}, but {PointsName} now defines point {point.Id} as {point.Notebook} {point.Words}. Give the changed line a new id, or delete that folder.");
            damage = DamageOf(new FileInfo(ExecutedOf(point)), result, olderThan: trustsOlder ? File.GetLastWriteTimeUtc(path) : DateTime.MinValue);
            if (damage is null)
                return new PointState(point, result.Exit == RunCommand.Succeeded ? PointStatus.Done : PointStatus.Failed, result);
        }
        catch (FileNotFoundException)
        {
            // It was that of a failure, and the point has just been begun again.
        }
        catch (JsonException e)
        {
            damage = $"{path} is damaged: {e.Message}";
        }

        return null;
    }

    /// <summary>
    /// Why an executed notebook is not the one that a result records, in a sentence, or null. One without a checksum, of an earlier version, can be read at least. If it was last written before <paramref name="olderThan"/>, only its size is compared.
    /// </summary>
    private static string? DamageOf(FileInfo executed, PointResult result, DateTime olderThan)
    {
        if (!executed.Exists)
            return $"{executed.FullName} is missing";
        if (executed.Length != result.NotebookBytes)
            return FormattableString.Invariant($"{executed.FullName} has {executed.Length} bytes; {PointResult.FileName} records {result.NotebookBytes}");
        if (executed.LastWriteTimeUtc < olderThan)
            return null;
        if (result.NotebookSha256 is { } expected)
        {
            var found = PointResult.Sha256Of(executed.FullName);
            return found == expected ? null : $"{executed.FullName} is damaged: it has the SHA-256 {found}; {PointResult.FileName} records {expected}";
        }

        try
        {
            _ = NotebookDocument.Load(executed.FullName);
            return null;
        }
        catch (NotebookFormatException e)
        {
            return e.Message;
        }
    }

    /// <summary>Refuses ids that a spreadsheet took for numbers: each point would be a new one, and what it left be passed over.</summary>
    private void RefuseShortenedIds()
    {
        var folders = Unlisted.Where(IsNumber).ToLookup(name => name.TrimStart('0'));
        foreach (var id in Points.Select(point => point.Id).Where(IsNumber))
        {
            if (folders[id.TrimStart('0')].FirstOrDefault() is { } folder)
                throw new RunException($"{Path.Combine(FullPath, PointsName)} has the id {id}, and points/ has the folder {folder}: they differ only in leading zeros, which a spreadsheet drops when it saves a list, and the point would run again as a new one. Write the ids as the folders are called, in a column formatted as text. If {id} is a new point, give it another id.");
        }
    }

    private static bool IsNumber(string text) => text.All(char.IsAsciiDigit);

    private List<string> Differences(IReadOnlyList<GridPoint> there)
    {
        var differences = new List<string>();
        Add("requested now but not in it", Points.ExceptBy(there.Select(point => point.Asks), point => point.Asks));
        Add("in it but not requested", there.ExceptBy(Points.Select(point => point.Asks), point => point.Asks));
        return differences;

        void Add(string what, IEnumerable<GridPoint> points)
        {
            if (points.ToList() is { Count: > 0 } some)
                differences.Add($"{what}: {string.Join(", ", some.Take(MostDifferences).Select(point => $"{point.Notebook} {point.Words}"))}{(some.Count > MostDifferences ? $" and {some.Count - MostDifferences} more" : "")}");
        }
    }
}
