using System.Globalization;
using NotebookHost.Tests.Running;

namespace NotebookHost.Tests.Grid;

/// <summary>Scripts in the place of Slurm's commands: an array may have two tasks, the first few arrays are taken and all later ones refused, and the environment of <c>sbatch</c> stays to be read.</summary>
internal sealed class ScriptedSlurm
{
    private readonly string _folder;

    /// <param name="folder">Where the scripts go.</param>
    /// <param name="arrays">How many arrays are taken; their jobs are 17, 18 and so on.</param>
    public ScriptedSlurm(string folder, int arrays = int.MaxValue)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The scripts are for a Unix shell.");
        _folder = Directory.CreateDirectory(Path.Combine(folder, "slurm commands")).FullName;
        Write("scontrol", """printf 'MaxArraySize            = 1001\nSchedulerParameters     = bf_interval=2,max_array_tasks=2\n'""");
        Write(
            "sbatch",
            string.Create(CultureInfo.InvariantCulture, $"""
                cd '{_folder}'
                env > environment
                echo x >> calls
                count=$(wc -l < calls)
                if [ "$count" -gt {arrays} ]; then
                    echo 'sbatch: error: Batch job submission failed: Job violates accounting/QOS policy' >&2
                    exit 1
                fi
                echo $((16 + count))
                """));
    }

    /// <summary>The environment that <c>sbatch</c> got, a variable a line.</summary>
    public IReadOnlyList<string> Variables => File.ReadAllLines(Path.Combine(_folder, "environment"));

    /// <summary>Runs the notebook host where these are Slurm's commands.</summary>
    /// <param name="variables">Variables of the user's.</param>
    /// <param name="arguments">The command line.</param>
    public Task<(int ExitCode, string Output, string Error)> Host(IReadOnlyDictionary<string, string> variables, params string[] arguments) => NotebookFolder.Host(
        start =>
        {
            start.Environment["PATH"] = _folder + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
            foreach (var (name, value) in variables)
                start.Environment[name] = value;
        },
        static _ => Task.CompletedTask,
        arguments);

    /// <summary>The same without any.</summary>
    public Task<(int ExitCode, string Output, string Error)> Host(params string[] arguments) => Host(new Dictionary<string, string>(), arguments);

    private void Write(string name, string commands)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, $"#!/bin/sh\n{commands}\n".ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
