namespace NotebookHost.Grid;

/// <summary>Where a grid stands, in lines: the counts, then each point that failed, runs or is missing, the missing ones with the last lines of their job's output.</summary>
internal static class GridStatusText
{
    private const int LogLines = 5;

    public static IEnumerable<string> Of(GridFolder grid, IReadOnlyList<PointState> states)
    {
        yield return $"{grid.FullPath}: {GridCounts.Of(states)}";
        foreach (var state in states.Where(state => state.Status is PointStatus.Failed or PointStatus.Running or PointStatus.Missing))
        {
            yield return $"{state.Point.Id} {state.StatusWord}: {state.Point.Words}: {state.Words}";
            if (state is { Status: PointStatus.Missing, Attempt.Log: { } log })
            {
                foreach (var line in LastLines(Path.Combine(grid.FullPath, log)))
                    yield return $"    {line}";
            }
        }
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
