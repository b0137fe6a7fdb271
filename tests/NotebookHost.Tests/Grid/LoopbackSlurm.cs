using System.Diagnostics;
using System.Security.Cryptography;
using NotebookHost.Tests.Jupyter;
using NotebookHost.Tests.Running;

namespace NotebookHost.Tests.Grid;

/// <summary>Tests on a cluster take turns with all others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SlurmCollection : ICollectionFixture<LoopbackSlurm>
{
    public const string Name = "Slurm";
}

/// <summary>Debian's Slurm on this machine alone, in a folder of its own: a controller and two nodes of one processor each, on loopback.</summary>
public sealed class LoopbackSlurm : IAsyncLifetime
{
    /// <summary>Slurm's own default for <c>MaxArraySize</c>.</summary>
    private const int UsualArraySize = 1001;

    private static readonly string[] s_nodes = ["node1", "node2"];
    private static readonly string[] s_programs = ["munged", "slurmctld", "slurmd", "sbatch", "scontrol", "scancel", "sinfo"];
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(4);

    private readonly string _folder = Directory.CreateTempSubdirectory("slurm-").FullName;
    private readonly List<Process> _daemons = [];
    private readonly List<int> _ports = KernelClient.FreePorts(3);
    private Process? _controller;

    private string Configuration => Path.Combine(_folder, "slurm.conf");

    private static string? Missing =>
        !OperatingSystem.IsLinux() || !s_programs.All(program => Program(program) is not null) ? "Debian's slurm-wlm and munge are not installed."
        : Environment.IsPrivilegedProcess ? null
        : "Slurm's daemons are started by root.";

    public async ValueTask InitializeAsync()
    {
        if (Missing is not null || OperatingSystem.IsWindows())
            return;
        foreach (var folder in new[] { "state", "munge" }.Select(name => Path.Combine(_folder, name)).Append(_folder))
            Directory.CreateDirectory(folder);
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        File.WriteAllBytes(Path.Combine(_folder, "munge", "key"), RandomNumberGenerator.GetBytes(1024));
        File.SetUnixFileMode(Path.Combine(_folder, "munge", "key"), UnixFileMode.UserRead);
        string[] files = ["socket", "key", "log", "pid", "seed"];
        _daemons.Add(Daemon("munged", ["--foreground", "--force", .. files.Select(file => $"--{file}{(file == "socket" ? "" : "-file")}={Path.Combine(_folder, "munge", file)}")]));
        await Until(() => File.Exists(Path.Combine(_folder, "munge", "socket")), "munged");
        await StartController(UsualArraySize);
        _daemons.AddRange(s_nodes.Select(node => Daemon("slurmd", ["-D", "-N", node])));
        await UntilIdle();
    }

    /// <summary>Ends a test that cannot be made here.</summary>
    public static void SkipUnlessThere() => Assert.SkipWhen(Missing is not null, Missing ?? "");

    /// <summary>Starts the controller anew, which takes arrays of so many tasks.</summary>
    public async Task<IAsyncDisposable> WithArraysOf(int tasks)
    {
        await Restart(tasks);
        return new Back(() => Restart(UsualArraySize));

        async Task Restart(int most)
        {
            await Run("scontrol", "shutdown", "slurmctld");
            await _controller!.WaitForExitAsync();
            await StartController(most);
            await UntilIdle();
        }
    }

    /// <summary>Runs one of Slurm's commands, which must succeed, and gives its output.</summary>
    public async Task<string> Run(string command, params string[] arguments)
    {
        var (exit, output, error) = await TryRun(command, arguments);
        Assert.True(exit == 0, $"{command} {string.Join(' ', arguments)}: {error}");
        return output;
    }

    private async Task<(int Exit, string Output, string Error)> TryRun(string command, params string[] arguments)
    {
        using var process = Start(Program(command)!, arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Runs the notebook host as a user of the cluster.</summary>
    public Task<(int ExitCode, string Output, string Error)> Host(params string[] arguments) => Host(new Dictionary<string, string>(), arguments);

    /// <summary>The same with variables that the user has set.</summary>
    public Task<(int ExitCode, string Output, string Error)> Host(IReadOnlyDictionary<string, string> variables, params string[] arguments) => NotebookFolder.Host(
        start =>
        {
            Prepare(start);
            foreach (var (name, value) in variables)
                start.Environment[name] = value;
        },
        static _ => Task.CompletedTask,
        arguments);

    /// <summary>Waits until something holds.</summary>
    public Task Until(Func<bool> holds, string what) => Until(() => Task.FromResult(holds()), what);

    public async ValueTask DisposeAsync()
    {
        foreach (var daemon in Enumerable.Reverse(_daemons).Append(_controller).OfType<Process>())
            await Kill(daemon);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task Until(Func<Task<bool>> holds, string what)
    {
        for (var waited = Stopwatch.StartNew(); !await holds(); await Task.Delay(100))
            Assert.True(waited.Elapsed < s_patience, $"Not within {s_patience.TotalMinutes} minutes: {what}.\n{Logs()}");
    }

    private Task UntilIdle() => Until(async () => (await Run("sinfo", "--noheader", "--Node", "--format=%T")).Split('\n', StringSplitOptions.RemoveEmptyEntries) is ["idle", "idle"], "two idle nodes");

    private async Task StartController(int arraySize)
    {
        _controller?.Dispose();
        await File.WriteAllTextAsync(Configuration, ConfigurationText(arraySize));
        _controller = Daemon("slurmctld", ["-D"]);
        await Until(async () => Answers((await TryRun("scontrol", "show", "config")).Output, arraySize), "a controller that answers");
    }

    private static bool Answers(string configuration, int arraySize) => configuration.Split('\n').Any(line => line.StartsWith("MaxArraySize", StringComparison.Ordinal) && line.TrimEnd().EndsWith($" {arraySize}", StringComparison.Ordinal));

    private string ConfigurationText(int arraySize)
    {
        var host = Environment.MachineName;
        var nodes = s_nodes.Select((node, index) => $"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={_ports[index + 1]} CPUs=1 RealMemory=500 State=UNKNOWN");
        return $"""
            ClusterName=loopback
            SlurmctldHost={host}(127.0.0.1)
            SlurmctldPort={_ports[0]}
            SlurmUser=root
            SlurmdUser=root
            AuthType=auth/munge
            # A task that was queued again may start once its old credential has expired: here at once, not after two minutes.
            AuthInfo=socket={_folder}/munge/socket,cred_expire=5
            StateSaveLocation={_folder}/state
            SlurmdSpoolDir={_folder}/spool.%n
            SlurmctldPidFile={_folder}/slurmctld.pid
            SlurmdPidFile={_folder}/slurmd.%n.pid
            SlurmctldLogFile={_folder}/slurmctld.log
            SlurmdLogFile={_folder}/slurmd.%n.log
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            MpiDefault=none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_Core
            SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,sched_interval=2,bf_interval=2
            AccountingStorageType=accounting_storage/none
            JobAcctGatherType=jobacct_gather/none
            MaxArraySize={arraySize}
            KillWait=10
            ReturnToService=2
            {string.Join('\n', nodes)}
            PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP

            """.ReplaceLineEndings("\n");
    }

    private Process Daemon(string name, string[] arguments)
    {
        var process = Start(Program(name)!, arguments);
        process.BeginOutputReadLine(); // its log says the same
        process.BeginErrorReadLine();
        return process;
    }

    private Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        Prepare(start);
        return Process.Start(start)!;
    }

    private void Prepare(ProcessStartInfo start) => start.Environment["SLURM_CONF"] = Configuration;

    private string Logs() => string.Join('\n', Directory.GetFiles(_folder, "*.log").Select(log => $"{Path.GetFileName(log)}:\n{string.Join('\n', File.ReadLines(log).TakeLast(15))}"));

    private static async Task Kill(Process daemon)
    {
        if (!daemon.HasExited)
            daemon.Kill(entireProcessTree: true);
        await daemon.WaitForExitAsync();
        daemon.Dispose();
    }

    private static string? Program(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private sealed class Back(Func<Task> way) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await way();
    }
}
