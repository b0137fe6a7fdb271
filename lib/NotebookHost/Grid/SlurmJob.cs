namespace NotebookHost.Grid;

/// <summary>The Slurm job that this process belongs to, as Slurm says in its environment.</summary>
/// <param name="Id">Its id, that of an array's task as <c>12_3</c>.</param>
/// <param name="Index">The task's index in its array.</param>
/// <param name="Host">The node.</param>
internal sealed record SlurmJob(string Id, int Index, string Host)
{
    /// <summary>The file that the task's output goes to, as a path from the grid's folder.</summary>
    public string Log => LogOf(Id);

    /// <summary>The same of a task of that id.</summary>
    public static string LogOf(string id) => $"slurm/{id}.log";

    /// <summary>The task of an array that this process is; null when it is none.</summary>
    /// <param name="variable">Gives an environment variable.</param>
    public static SlurmJob? Current(Func<string, string?> variable) =>
        variable("SLURM_ARRAY_JOB_ID") is { Length: > 0 } array && int.TryParse(variable("SLURM_ARRAY_TASK_ID"), System.Globalization.CultureInfo.InvariantCulture, out var index)
            ? new SlurmJob(
                FormattableString.Invariant($"{array}_{index}"),
                index,
                variable("SLURMD_NODENAME") ?? Environment.MachineName)
            : null;
}
