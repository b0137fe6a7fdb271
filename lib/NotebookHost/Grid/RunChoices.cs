namespace NotebookHost.Grid;

/// <summary>How a grid is to be run.</summary>
/// <param name="Workers">Points at a time on this machine.</param>
/// <param name="Priority">Parameters that decide the order, or null.</param>
/// <param name="Deadline">When to end, or null.</param>
/// <param name="Slurm">What is asked of Slurm; null to run here.</param>
/// <param name="IsTried">Whether cells up to the one tagged <c>preflight</c> are run first.</param>
/// <param name="IsDry">Whether nothing is to be done.</param>
internal sealed record RunChoices(int Workers, string? Priority, DateTimeOffset? Deadline, SlurmOptions? Slurm, bool IsTried, bool IsDry);
