using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>The Slurm cluster of this machine, through its own commands.</summary>
internal static partial class SlurmCluster
{
    /// <summary>Slurm's default for <c>MaxArraySize</c>.</summary>
    public const int UsualMostTasks = 1001;

    private const string Submit = "sbatch";
    private const string Control = "scontrol";

    /// <summary>What a user can do where the cluster takes no more tasks; Slurm has many words for that.</summary>
    private const string SubmitFewer = "\nIf the cluster limits how many tasks you may submit (MaxSubmitJobs, MaxJobCount), submit fewer points at a time: add --at-most N.";

    /// <summary>How many tasks an array may have.</summary>
    /// <exception cref="RunException">Slurm is not here or does not answer.</exception>
    public static async Task<int> MostTasks(CancellationToken cancellationToken) => MostTasksIn(await Call(Control, ["show", "config"], [], "", cancellationToken).ConfigureAwait(false));

    /// <summary>The same by a configuration: <c>MaxArraySize</c>, since indices start at 0 and stay below it, or <c>max_array_tasks</c> where the scheduler takes fewer.</summary>
    /// <param name="configuration">What <c>scontrol show config</c> says.</param>
    /// <exception cref="RunException">The configuration has no arrays.</exception>
    public static int MostTasksIn(string configuration) =>
        Math.Min(
            ArraySizeIn(configuration),
            MaxArrayTasks().Match(configuration) is { Success: true } found && int.TryParse(found.Groups[1].Value, CultureInfo.InvariantCulture, out var most) && most > 0 ? most : int.MaxValue);

    private static int ArraySizeIn(string configuration) =>
        MaxArraySize().Match(configuration) is { Success: true } found
        && int.TryParse(found.Groups[1].Value, CultureInfo.InvariantCulture, out var most) && most > 0
            ? most
            : throw new RunException($"'{Control} show config' reports no MaxArraySize above zero, so this cluster does not support job arrays.");

    /// <summary>Submits a script.</summary>
    /// <param name="script">The file.</param>
    /// <param name="options">Options for sbatch, which win over those in the script.</param>
    /// <param name="without">Variables of this process's environment that sbatch does not get.</param>
    /// <param name="cancellationToken">Ends the wait for sbatch.</param>
    /// <returns>The job's id.</returns>
    /// <exception cref="RunException">Slurm refused; the message has its words.</exception>
    public static async Task<string> SubmitScript(string script, IReadOnlyList<string> options, IReadOnlyList<string> without, CancellationToken cancellationToken) =>
        (await Call(Submit, ["--parsable", .. options, script], without, SubmitFewer, cancellationToken).ConfigureAwait(false)).Trim().Split(';')[0];

    /// <summary>Queues a running task again, which ends it.</summary>
    /// <exception cref="RunException">Slurm refused; the message has its words.</exception>
    public static async Task Requeue(SlurmJob job) => await Call(Control, ["requeue", job.Id], [], "", CancellationToken.None).ConfigureAwait(false);

    /// <summary>The command as a user would type it.</summary>
    public static string CommandLine(string script, IReadOnlyList<string> options) => ShellWord.Line([Submit, "--parsable", .. options, script]);

    private static async Task<string> Call(string command, IReadOnlyList<string> arguments, IReadOnlyList<string> without, string advice, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var variable in without)
            start.Environment.Remove(variable);
        try
        {
            using var process = Process.Start(start)!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return process.ExitCode == 0
                ? await output.ConfigureAwait(false)
                : throw new RunException(FormattableString.Invariant($"{command} ended with exit code {process.ExitCode}: {(await error.ConfigureAwait(false)).Trim()}{advice}"));
        }
        catch (Win32Exception e)
        {
            throw new RunException($"{command} cannot be started ({e.Message}). Log in where your cluster lets you submit jobs, or load its Slurm module; without --slurm the points are run on this machine.");
        }
    }

    [GeneratedRegex(@"^MaxArraySize\s*=\s*(\d+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex MaxArraySize();

    [GeneratedRegex(@"^SchedulerParameters\s*=.*\bmax_array_tasks=(\d+)", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex MaxArrayTasks();
}
