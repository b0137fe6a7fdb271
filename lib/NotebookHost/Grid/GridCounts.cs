using System.Globalization;

namespace NotebookHost.Grid;

/// <summary>How many points of a grid stand where.</summary>
internal sealed record GridCounts(int All, int Done, int Failed, int Running, int Missing)
{
    /// <summary>Counts points.</summary>
    public static GridCounts Of(IReadOnlyCollection<PointState> states)
    {
        return new GridCounts(states.Count, Count(PointStatus.Done), Count(PointStatus.Failed), Count(PointStatus.Running), Count(PointStatus.Missing));

        int Count(PointStatus status) => states.Count(state => state.Status == status);
    }

    /// <summary>How many are left to begin.</summary>
    public int Waiting => All - Done - Failed - Running - Missing;

    /// <summary>The counts in a line; those of none are left out, but for what is done.</summary>
    public override string ToString() => string.Join(", ", new[]
    {
        string.Create(CultureInfo.InvariantCulture, $"{Done} of {All} points done"),
        Some(Failed, "failed"), Some(Running, "running"), Some(Missing, "missing"), Some(Waiting, "waiting"),
    }.OfType<string>());

    private static string? Some(int count, string what) => count == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{count} {what}");
}
