namespace NotebookHost.Running;

/// <summary>How the run of a notebook ended.</summary>
/// <param name="Status">Succeeded or how not.</param>
/// <param name="Cell">Where it stopped, as <c>cell 3</c>; <c>null</c> when it succeeded or never began.</param>
/// <param name="ErrorName">The kind of error: an exception's type, or one of this host's own names.</param>
/// <param name="ErrorValue">The message.</param>
internal sealed record NotebookOutcome(NotebookStatus Status, string? Cell = null, string? ErrorName = null, string? ErrorValue = null)
{
    public static NotebookOutcome Success { get; } = new(NotebookStatus.Succeeded);

    /// <summary>The error in one sentence: place, kind, message's first line.</summary>
    public string Error => $"{(Cell is null ? "" : Cell + ": ")}{(ErrorName is null ? "" : ErrorName + ": ")}{ErrorValue?.Split('\n')[0]}";

    /// <summary>The outcome of a notebook that cannot be run.</summary>
    public static NotebookOutcome Refusal(string reason) => new(NotebookStatus.Refused, ErrorValue: reason);
}

/// <summary>How the run of a notebook ended.</summary>
internal enum NotebookStatus
{
    /// <summary>Every cell ran to its end.</summary>
    Succeeded,

    /// <summary>A cell did not compile or ended with an exception, or the page could not be made.</summary>
    Failed,

    /// <summary>The process ended on its own.</summary>
    Crashed,

    /// <summary>The notebook took longer than allowed, and its process was ended.</summary>
    TimedOut,

    /// <summary>The user stopped the run.</summary>
    Interrupted,

    /// <summary>Nothing ran: the file cannot be read, or holds what this host does not run.</summary>
    Refused,
}
