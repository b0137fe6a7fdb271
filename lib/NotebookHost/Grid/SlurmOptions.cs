using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>What the user asks of Slurm.</summary>
/// <param name="Time">The time limit of a task as Slurm writes it, or null for the cluster's own.</param>
/// <param name="Gres">What each task needs, such as <c>gpu:1</c>, or null.</param>
/// <param name="Limit">How many tasks may run at a time, or null.</param>
/// <param name="Sbatch">Options for <c>sbatch</c> itself.</param>
internal sealed record SlurmOptions(string? Time, string? Gres, int? Limit, IReadOnlyList<string> Sbatch)
{
    /// <summary>Checks what goes into a script.</summary>
    /// <exception cref="RunException">Something cannot.</exception>
    public void Check()
    {
        if (Limit is <= 0)
            throw new RunException(FormattableString.Invariant($"--limit {Limit} lets no task run; give a number from 1."));
        foreach (var (name, value) in new[] { ("--time", Time), ("--gres", Gres) })
        {
            if (value is not null && (value.Length == 0 || value.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not (':' or '-' or '_' or ',' or '.' or '='))))
                throw new RunException($"{name} {value}: expected what sbatch takes, such as --time 04:00:00 and --gres gpu:1.");
        }
    }
}
