namespace NotebookHost.Grid;

/// <summary>Where a point of a grid stands, as its files say.</summary>
/// <param name="Point">The point.</param>
/// <param name="Status">In a word.</param>
/// <param name="Result">How its run ended; for those done and failed.</param>
/// <param name="Attempt">Who runs it, or left it unfinished; may be null.</param>
/// <param name="Note">What is wrong with its files, or null.</param>
internal sealed record PointState(GridPoint Point, PointStatus Status, PointResult? Result = null, PointAttempt? Attempt = null, string? Note = null)
{
    /// <summary>The status as it is written.</summary>
    public string StatusWord => Status.ToString().ToLowerInvariant();

    /// <summary>What there is to say besides the status.</summary>
    public string Words => Status switch
    {
        PointStatus.Done => FormattableString.Invariant($"{Result!.Seconds:0.0} s on {Result.Host}{Job(Result.Job)}"),
        PointStatus.Failed => $"{Result!.Error} (on {Result.Host}{Job(Result.Job)})",
        PointStatus.Running => Began("running"),
        PointStatus.Missing => Note ?? Began("started but not finished,"),
        _ => "",
    };

    private string Began(string what) => Attempt is null ? what : FormattableString.Invariant($"{what} on {Attempt.Host}{Job(Attempt.Job)}, process {Attempt.Process}, since {Attempt.Started:yyyy-MM-dd HH:mm:ss} UTC");

    private static string Job(string? job) => job is null ? "" : $", job {job}";
}

/// <summary>Where a point stands.</summary>
internal enum PointStatus
{
    /// <summary>Every cell of its notebook ran.</summary>
    Done,

    /// <summary>Its notebook stopped at a cell, crashed, or could not be run.</summary>
    Failed,

    /// <summary>A process runs it now.</summary>
    Running,

    /// <summary>It was begun and has no valid result: its process was killed, its files were damaged, or its line was changed afterwards.</summary>
    Missing,

    /// <summary>It was not begun, or was stopped in good order; its training runs keep their finished epochs.</summary>
    Waiting,
}
