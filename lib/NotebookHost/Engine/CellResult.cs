namespace NotebookHost.Engine;

/// <summary>How a cell ended.</summary>
/// <param name="Status">Succeeded or how not.</param>
/// <param name="Error">The error that was also given out as an event, when not succeeded.</param>
internal sealed record CellResult(CellStatus Status, CellFailed? Error = null)
{
    public static CellResult Success { get; } = new(CellStatus.Succeeded);
}
