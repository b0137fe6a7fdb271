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

    /// <summary>How many tasks an array may have: <c>MaxArraySize</c>, since indices start at 0 and stay below it.</summary>
    /// <exception cref="RunException">Slurm is not here or does not answer.</exception>
    public static async Task<int> MostTasks(CancellationToken cancellationToken) =>
        MaxArraySize().Match(await Call(Control, ["show", "config"], cancellationToken).ConfigureAwait(false)) is { Success: true } found
        && int.TryParse(found.Groups[1].Value, CultureInfo.InvariantCulture, out var most) && most > 0
            ? most
            : throw new RunException($"'{Control} show config' reports no MaxArraySize above zero, so this cluster does not support job arrays.");

    /// <summary>Submits a script.</summary>
    /// <returns>The job's id.</returns>
    /// <exception cref="RunException">Slurm refused; the message has its words.</exception>
    public static async Task<string> SubmitScript(string script, IReadOnlyList<string> options, CancellationToken cancellationToken) =>
        (await Call(Submit, ["--parsable", .. options, script], cancellationToken).ConfigureAwait(false)).Trim().Split(';')[0];

    /// <summary>Queues a running task again, which ends it.</summary>
    /// <exception cref="RunException">Slurm refused; the message has its words.</exception>
    public static async Task Requeue(SlurmJob job) => await Call(Control, ["requeue", job.Id], CancellationToken.None).ConfigureAwait(false);

    /// <summary>The command as a user would type it.</summary>
    public static string CommandLine(string script, IReadOnlyList<string> options) => ShellWord.Line([Submit, "--parsable", .. options, script]);

    private static async Task<string> Call(string command, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return process.ExitCode == 0
                ? await output.ConfigureAwait(false)
                : throw new RunException(FormattableString.Invariant($"{command} ended with exit code {process.ExitCode}: {(await error.ConfigureAwait(false)).Trim()}"));
        }
        catch (Win32Exception e)
        {
            throw new RunException($"{command} cannot be started ({e.Message}). Log in where your cluster lets you submit jobs, or load its Slurm module; without --slurm the points are run on this machine.");
        }
    }

    [GeneratedRegex(@"^MaxArraySize\s*=\s*(\d+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex MaxArraySize();
}
