using NotebookHost.Engine;
using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>The script of one array of Slurm tasks: each runs the point in the line of a list that its index names.</summary>
internal static class SlurmScript
{
    /// <summary>How long before its time limit a task is told, so that it stops its notebook and queues itself again.</summary>
    public const int SecondsBeforeLimit = 120;

    /// <summary>The script's text. Bash is replaced by the task itself, so that it receives the signals.</summary>
    /// <param name="grid">The grid.</param>
    /// <param name="list">The file with a point a line.</param>
    /// <param name="tasks">How many lines it has.</param>
    /// <param name="options">What the user asks for.</param>
    /// <param name="environment">Variables that the tasks get, also where Slurm passes none on.</param>
    public static string Text(GridFolder grid, string list, int tasks, SlurmOptions options, IReadOnlyDictionary<string, string> environment)
    {
        string?[] directives =
        [
            $"--job-name=grid-{string.Concat(Path.GetFileName(grid.FullPath).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' ? c : '-'))}",
            FormattableString.Invariant($"--array=0-{tasks - 1}{(options.Limit is { } limit ? $"%{limit}" : "")}"),
            $"--output=\"{Path.Combine(InPattern(grid.Jobs), "%A_%a.log")}\"",
            "--open-mode=append",
            "--requeue",
            FormattableString.Invariant($"--signal=B:USR1@{SecondsBeforeLimit}"),
            options.Time is null ? null : $"--time={options.Time}",
            options.Gres is null ? null : $"--gres={options.Gres}",
        ];
        string[] command = [DotNet.Command, "exec", typeof(SlurmScript).Assembly.Location, "grid", "task", grid.FullPath, list];
        return $"""
            #!/bin/bash
            {string.Join('\n', directives.OfType<string>().Select(directive => $"#SBATCH {directive}"))}

            {string.Concat(environment.Select(pair => $"export {pair.Key}={ShellWord.Of(pair.Value)}\n"))}exec {ShellWord.Line(command)}

            """.ReplaceLineEndings("\n");
    }

    /// <summary>Variables that sbatch would let win over what the script says.</summary>
    /// <param name="options">What the user asks for.</param>
    public static IReadOnlyList<string> OverridingVariables(SlurmOptions options)
    {
        string?[] names =
        [
            "SBATCH_JOB_NAME", "SBATCH_ARRAY_INX", "SBATCH_OUTPUT", "SBATCH_ERROR", "SBATCH_OPEN_MODE", "SBATCH_REQUEUE", "SBATCH_NO_REQUEUE", "SBATCH_SIGNAL", "SBATCH_WAIT",
            options.Time is null ? null : "SBATCH_TIMELIMIT",
            options.Gres is null ? null : "SBATCH_GRES",
        ];
        return [.. names.OfType<string>()];
    }

    /// <summary>A path within a file name that Slurm fills in.</summary>
    private static string InPattern(string path) => path.AsSpan().ContainsAny("\"\\\n")
        ? throw new RunException($"Slurm cannot write its logs to {path}: the name of a folder contains a quote, a backslash or a line ending. Choose another with --out.")
        : path.Replace("%", "%%", StringComparison.Ordinal);
}
