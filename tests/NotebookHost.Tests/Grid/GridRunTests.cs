using System.Diagnostics;
using NotebookHost.Grid;
using NotebookHost.Running;
using NotebookHost.Tests.Running;

namespace NotebookHost.Tests.Grid;

/// <summary>Grids on one machine, as their users start them.</summary>
[Trait("Category", "Slow")]
public sealed class GridRunTests : IDisposable
{
    private readonly GridInFolder _made = new("System.IO.File.AppendAllText($\"ran-{seed}\", \"x\"); System.Threading.Thread.Sleep(200);");

    public void Dispose() => _made.Dispose();

    [Fact]
    public async Task Two_processes_on_one_grid_run_no_point_twice_and_both_end_when_all_is_done()
    {
        string[] command = ["grid", _made.Notebook, "--set", "seed=1..6", "--out", _made.Path];
        var both = await Task.WhenAll(NotebookFolder.Host(command), NotebookFolder.Host(command));
        Assert.All(both, one => Assert.Equal((0, ""), (one.ExitCode, one.Error)));
        Assert.All(_made.Open().States(), state => Assert.Equal(PointStatus.Done, state.Status));
        Assert.All(_made.Open().States(), state => Assert.NotNull(state.Result!.NotebookSha256));
        Assert.All(Enumerable.Range(1, 6), seed => Assert.Equal("x", File.ReadAllText(Path.Combine(_made.Around, $"ran-{seed}"))));
    }

    [Fact]
    public async Task A_failed_point_is_never_done_and_resume_runs_it_and_nothing_else()
    {
        _made.Use("System.IO.File.AppendAllText($\"ran-{seed}\", \"x\"); if (seed == 2 && !System.IO.File.Exists(\"mended\")) throw new Exception(\"two\");", "[verdict]Environment.GetEnvironmentVariable(\"TRIVIAL_LAYERS_RUNS\")");
        var (exit, output, _) = await NotebookFolder.Host("grid", _made.Notebook, "--set", "seed=1..3", "--out", _made.Path, "--workers", "2");
        Assert.Equal(1, exit);
        Assert.Contains("2 of 3 points done, 1 failed", output, StringComparison.Ordinal);
        Assert.Contains("002 failed: seed=2: cell 3: System.Exception: two", output, StringComparison.Ordinal);
        Assert.Equal(1, (await NotebookFolder.Host("grid", "status", _made.Path)).ExitCode);

        File.WriteAllText(Path.Combine(_made.Around, "mended"), "");
        Assert.Equal(0, (await NotebookFolder.Host("grid", "resume", _made.Path)).ExitCode);
        Assert.Equal(0, (await NotebookFolder.Host("grid", "status", _made.Path)).ExitCode);
        Assert.Equal(["x", "xx", "x"], Enumerable.Range(1, 3).Select(seed => File.ReadAllText(Path.Combine(_made.Around, $"ran-{seed}"))));
        Assert.Equal(0, (await NotebookFolder.Host("grid", "collect", _made.Path)).ExitCode);
        Assert.EndsWith($",{Path.Combine(_made.Path, "runs")}", File.ReadLines(Path.Combine(_made.Path, "results.csv")).Last(), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_made.Path, "results.html")));
    }

    [Fact]
    public async Task A_killed_process_leaves_its_point_missing_and_its_claim_free()
    {
        _made.Use(GridInFolder.WaitForLeave);
        await NotebookFolder.Host(
            async process =>
            {
                await GridInFolder.Until(() => _made.Began(1) == 1);
                Assert.Equal(PointStatus.Running, _made.Open().States()[0].Status);
                process.Kill();
            },
            "grid", _made.Notebook, "--set", "seed=1,2", "--out", _made.Path);
        Assert.Equal([PointStatus.Missing, PointStatus.Waiting], _made.Open().States().Select(state => state.Status));

        _made.Leave();
        Assert.Equal(0, (await NotebookFolder.Host("grid", "resume", _made.Path)).ExitCode);
        Assert.Equal("xx", File.ReadAllText(Path.Combine(_made.Around, "began-1")));
    }

    [Fact]
    public async Task A_point_that_another_process_runs_is_taken_over_when_that_one_is_killed()
    {
        _made.Use(GridInFolder.WaitForLeave);
        string[] command = ["grid", _made.Notebook, "--set", "seed=1,2", "--out", _made.Path];
        var (exit, output, _) = (1, "", "");
        await NotebookFolder.Host(
            async first =>
            {
                await GridInFolder.Until(() => _made.Began(1) == 1);
                (exit, output, _) = await NotebookFolder.Host(
                    async _ =>
                    {
                        await GridInFolder.Until(() => _made.Began(2) == 1); // so it has seen that the first point is taken
                        first.Kill();
                        _made.Leave();
                    },
                    command);
            },
            command);
        Assert.Equal(0, exit);
        Assert.Contains("1: another process is running it", output, StringComparison.Ordinal);
        Assert.Equal((2, 1), (_made.Began(1), _made.Began(2)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_grid_of_another_account_goes_on_where_its_group_may_write_and_else_it_is_said_how(bool isShared)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "To give files to another account takes root.");
        var grid = _made.Write("1,2");
        Directory.CreateDirectory(grid.FolderOf(grid.Points[0]));
        PointClaim.TryTake(grid.ClaimOf(grid.Points[0]))!.Dispose();
        PointAttempt.Here(null).Write(grid.AttemptOf(grid.Points[0]));
        await Tool("chown", "-R", "65534:0", grid.FullPath);
        await Tool("chmod", "-R", isShared ? "g+w" : "g-w", grid.FullPath);

        var (exit, output, error) = await NotebookFolder.Host(WithoutRootsRights, static _ => Task.CompletedTask, "grid", "resume", grid.FullPath);
        Assert.Equal(isShared ? 0 : 2, exit);
        Assert.Contains(isShared ? "2 of 2 points done" : "set 'umask 002'", isShared ? output : error, StringComparison.Ordinal);
        Assert.Equal(isShared ? PointStatus.Done : PointStatus.Missing, _made.Open().States()[0].Status);

        (exit, output, error) = await NotebookFolder.Host(WithoutRootsRights, static _ => Task.CompletedTask, "grid", "status", grid.FullPath);
        Assert.Equal((isShared ? 0 : 1, ""), (exit, error));
        (exit, _, error) = await NotebookFolder.Host(WithoutRootsRights, static _ => Task.CompletedTask, "grid", "collect", grid.FullPath);
        Assert.Equal(isShared ? 0 : 2, exit);
        Assert.Equal(!isShared, error.Contains("results.csv cannot be written: ", StringComparison.Ordinal) && error.Contains("set 'umask 002'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ctrl_C_keeps_all_that_is_done()
    {
        Interrupt.SkipUnlessPossible();
        _made.Use("if (seed == 1) System.IO.File.WriteAllText(\"leave\", \"\"); else System.IO.File.Delete(\"leave\");", GridInFolder.WaitForLeave);
        var (exit, output, _) = await NotebookFolder.Host(
            async process =>
            {
                await GridInFolder.Until(() => _made.Began(2) == 1);
                Interrupt.Send(process);
            },
            "grid", _made.Notebook, "--set", "seed=1..3", "--out", _made.Path);
        Assert.Equal(RunCommand.Stopped, exit);
        Assert.Contains("1 of 3 points done, 2 waiting", output, StringComparison.Ordinal);
        Assert.Equal([PointStatus.Done, PointStatus.Waiting, PointStatus.Waiting], _made.Open().States().Select(state => state.Status));
    }

    [Fact]
    public async Task What_tells_every_process_of_a_job_to_terminate_leaves_the_cell_to_its_runner()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent on Unix.");
        _made.Use(
            """
            var told = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, _ => System.IO.File.WriteAllText("leave", ""));
            System.IO.File.WriteAllText($"began-{seed}", $"{Environment.ProcessId}\n");
            while (!System.IO.File.Exists("leave"))
                await Task.Delay(20);
            await Task.Delay(500); // by then a process that does not ignore it is dead
            """);
        var (exit, _, _) = await NotebookFolder.Host(
            async _ =>
            {
                await GridInFolder.Until(() => _made.Began(1) > 0 && File.ReadAllText(Path.Combine(_made.Around, "began-1")).EndsWith('\n'));
                using var kill = Process.Start("kill", ["-TERM", File.ReadAllText(Path.Combine(_made.Around, "began-1")).Trim()]);
                await kill.WaitForExitAsync();
            },
            "grid", _made.Notebook, "--set", "seed=1", "--out", _made.Path);
        Assert.Equal((0, PointStatus.Done), (exit, _made.Open().States()[0].Status));
    }

    [Fact]
    public async Task A_point_runs_where_the_folder_for_temporary_files_has_a_long_path()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Pipes have no path there.");
        var temporary = Directory.CreateDirectory(Path.Combine(_made.Around, new string('t', 120))).FullName;
        var (exit, _, error) = await NotebookFolder.Host(
            start => start.Environment["TMPDIR"] = temporary, static _ => Task.CompletedTask, "grid", _made.Notebook, "--set", "seed=1", "--out", _made.Path);
        Assert.True(exit == 0, error);
        Assert.Equal(PointStatus.Done, _made.Open().States()[0].Status);
    }

    [Fact]
    public async Task A_plan_for_a_cluster_is_shown_where_Slurm_is_not_and_writes_nothing()
    {
        var (exit, output, error) = await NotebookFolder.Host(
            start => start.Environment["PATH"] = _made.Around, static _ => Task.CompletedTask, "grid", _made.Notebook, "--set", "seed=1..3", "--out", _made.Path, "--slurm", "--dry-run");
        Assert.Equal(0, exit);
        Assert.Contains("Assuming arrays of up to 1001 tasks", error, StringComparison.Ordinal);
        Assert.Contains("#SBATCH --array=0-2", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_made.Path));
    }

    [Fact]
    public async Task A_folder_of_several_notebooks_is_refused()
    {
        File.Copy(_made.Notebook, Path.Combine(_made.Around, "other.ipynb"));
        var (exit, _, error) = await NotebookFolder.Host("grid", _made.Around, "--set", "seed=1", "--out", _made.Path);
        Assert.Equal(RunCommand.BadRequest, exit);
        Assert.Contains("A grid runs one notebook", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_made.Path));
    }

    [Fact]
    public async Task At_the_deadline_a_running_point_is_stopped_and_none_begins()
    {
        _made.Use(GridInFolder.WaitForLeave);
        var grid = _made.Write("1,2");
        var time = new TimeByHand();
        var workers = new GridWorkers(grid, 1, time.GetUtcNow().AddHours(1), time);
        var running = workers.Run(grid.States(), new NoProgress(), TestContext.Current.CancellationToken);
        await GridInFolder.Until(() => _made.Began(1) == 1);
        time.Pass(TimeSpan.FromHours(2));
        Assert.Equal([PointStatus.Waiting, PointStatus.Waiting], (await running).Select(state => state.Status));
        Assert.True(workers.IsPastDeadline);
        Assert.False(File.Exists(Path.Combine(_made.Around, "began-2")));
    }

    /// <summary>As the user root, who may no longer write what is another's.</summary>
    private static void WithoutRootsRights(ProcessStartInfo start)
    {
        foreach (var (index, word) in new[] { "--bounding-set=-dac_override", "--inh-caps=-dac_override", start.FileName }.Index())
            start.ArgumentList.Insert(index, word);
        start.FileName = "setpriv";
    }

    private static async Task Tool(string name, params string[] arguments)
    {
        using var process = Process.Start(name, arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }
}
