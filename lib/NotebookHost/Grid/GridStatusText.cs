namespace NotebookHost.Grid;

/// <summary>Where a grid stands, in lines: the counts, then each point that failed, runs or is missing, or whose last task left no more than a log; with the last lines of the log.</summary>
internal static class GridStatusText
{
    private const int LogLines = 5;

    public static IEnumerable<string> Of(GridFolder grid, IReadOnlyList<PointState> states)
    {
        yield return $"{grid.FullPath}: {GridCounts.Of(states)}";
        var tasks = SlurmArray.LastTasks(grid);
        foreach (var state in states.Where(state => state.Status != PointStatus.Done))
        {
            var task = tasks.TryGetValue(state.Point.Id, out var last) && IsUntold(grid, state, last) ? last : null;
            if (state.Status == PointStatus.Waiting && task is null)
                continue;
            string[] words = [state.Words, task is null ? "" : $"its last task, {task}, wrote to {SlurmJob.LogOf(task)}:"];
            yield return $"{state.Point.Id} {state.StatusWord}: {state.Point.Words}: {string.Join("; ", words.Where(text => text.Length > 0))}";
            var log = task is not null ? SlurmJob.LogOf(task) : state.Status == PointStatus.Missing ? state.Attempt?.Log : null;
            foreach (var line in log is null ? [] : LastLines(Path.Combine(grid.FullPath, log)))
                yield return $"    {line}";
        }

        if (grid.Unlisted is { Count: > 0 } unlisted)
            yield return $"points/ also holds {FewNames.Of(unlisted)}, which no line of {GridFolder.PointsName} names: what is in there is left out.";
    }

    /// <summary>Whether a task left a log of which the files of its point tell nothing: it ended before it began the point.</summary>
    private static bool IsUntold(GridFolder grid, PointState state, string task)
    {
        if (state.Status == PointStatus.Running || (state.Result?.Job ?? state.Attempt?.Job) == task)
            return false;
        var told = state.Result?.Ended ?? state.Attempt?.Started ?? DateTime.MinValue;
        return new FileInfo(Path.Combine(grid.FullPath, SlurmJob.LogOf(task))) is { Exists: true, Length: > 0 } log && log.LastWriteTimeUtc > told;
    }

    private static IEnumerable<string> LastLines(string log)
    {
        try
        {
            return [.. File.ReadLines(log).TakeLast(LogLines)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [$"its output, {log}, cannot be read"];
        }
    }
}
