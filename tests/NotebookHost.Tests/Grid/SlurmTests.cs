using System.Diagnostics;
using System.Globalization;
using NotebookHost.Grid;
using NotebookHost.Tests.Running;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Grid;

/// <summary>Grids on a real Slurm.</summary>
[Collection(SlurmCollection.Name)]
[Trait("Category", "Slurm")]
public sealed class SlurmTests : IDisposable
{
    private readonly LoopbackSlurm _slurm;
    private readonly GridInFolder _made = new(GridInFolder.WaitForLeave);

    public SlurmTests(LoopbackSlurm slurm)
    {
        LoopbackSlurm.SkipUnlessThere();
        _slurm = slurm;
    }

    public void Dispose() => _made.Dispose();

    [Fact]
    public async Task A_grid_is_a_job_array_on_both_nodes_and_gives_what_two_workers_give()
    {
        _made.Use(
            """
            if (Environment.GetEnvironmentVariable("SLURMD_NODENAME") is { } node) // until a task runs on each
                for (System.IO.File.WriteAllText($"on-{node}", ""); System.IO.Directory.GetFiles(".", "on-*").Length < 2;)
                    await Task.Delay(20);
            """,
            "if (seed == 7) throw new Exception(\"seven\");",
            "[verdict]seed * seed");
        var job = await Submit("seed=1..8", 8, "--limit", "2", "--", "--partition=main");
        await UntilEnded(8);
        var states = _made.Open().States();
        Assert.Equal([.. Enumerable.Range(0, 8).Select(index => $"{job}_{index}")], states.Select(state => state.Result!.Job));
        Assert.Equal(["node1", "node2"], states.Select(state => state.Result!.Host).Distinct().Order());
        Assert.Equal("007", Assert.Single(states, state => state.Status == PointStatus.Failed).Point.Id);
        var (exit, output, _) = await _slurm.Host("grid", "status", _made.Path);
        Assert.Equal(1, exit);
        Assert.Contains("007 failed: seed=7: cell 4: System.Exception: seven (on node", output, StringComparison.Ordinal);

        var here = Path.Combine(_made.Around, "here");
        Assert.Equal(1, (await NotebookFolder.Host("grid", _made.Notebook, "--set", "seed=1..8", "--out", here, "--workers", "2")).ExitCode);
        Assert.Equal(await Found(here), await Found(_made.Path));
    }

    [Fact]
    public async Task A_task_that_is_killed_shows_as_missing_with_the_last_lines_of_its_log_and_is_resumed()
    {
        var job = await Submit("seed=1", 1);
        await _slurm.Until(() => _made.Began(1) == 1, "the task runs");
        Kill(_made.Open().States()[0].Attempt!.Process);
        await _slurm.Until(() => Status(0) == PointStatus.Missing, "the task is dead");
        var (exit, output, _) = await _slurm.Host("grid", "status", _made.Path);
        Assert.Equal(1, exit);
        Assert.Contains($"job {job}_0, process ", output, StringComparison.Ordinal);
        Assert.Contains("    001: cell 1 of ", output, StringComparison.Ordinal);

        _made.Leave();
        await Resume(1);
        await UntilEnded(1);
        Assert.Equal((PointStatus.Done, 2), (Status(0), _made.Began(1)));
    }

    [Fact]
    public async Task A_task_that_ends_before_it_begins_its_point_shows_with_the_last_lines_of_its_log_and_is_resumed()
    {
        var job = await Submit("seed=1", 1, "--", "--hold");
        var (list, aside) = (Path.Combine(_made.Path, "points.csv"), Path.Combine(_made.Around, "aside.csv"));
        File.Move(list, aside);
        await _slurm.Run("scontrol", "release", job);
        await _slurm.Until(() => File.Exists(LogOf(job)) && File.ReadAllText(LogOf(job)).Contains("points.csv", StringComparison.Ordinal), "the task has failed");
        File.Move(aside, list);
        var (exit, output, _) = await _slurm.Host("grid", "status", _made.Path);
        Assert.Equal(1, exit);
        Assert.Contains($"001 waiting: seed=1: its last task, {job}_0, wrote to slurm/{job}_0.log:\n", output, StringComparison.Ordinal);
        Assert.Contains($"\n    {_made.Path} is ", output, StringComparison.Ordinal);

        _made.Leave();
        await Resume(1);
        await UntilEnded(1);
        Assert.Equal(PointStatus.Done, Status(0));
    }

    [Fact]
    public async Task What_the_user_has_set_for_sbatch_does_not_win_over_the_script()
    {
        var set = new Dictionary<string, string> { ["SBATCH_NO_REQUEUE"] = "1", ["SBATCH_TIMELIMIT"] = "1", ["SBATCH_OUTPUT"] = "/dev/null", ["SBATCH_ARRAY_INX"] = "5", ["SBATCH_JOB_NAME"] = "mine" };
        var (exit, output, error) = await _slurm.Host(set, "grid", _made.Notebook, "--set", "seed=1", "--out", _made.Path, "--slurm", "--time", "10");
        Assert.True(exit == 0, error);
        var job = Assert.Single(JobsIn(output));
        var shown = await _slurm.Run("scontrol", "show", "job", $"{job}_0");
        foreach (var word in new[] { "JobName=grid-a-grid", "Requeue=1", "TimeLimit=00:10:00" })
            Assert.Contains(word, shown, StringComparison.Ordinal);
        _made.Leave();
        await UntilEnded(1);
        Assert.Equal((PointStatus.Done, $"{job}_0"), (Status(0), _made.Open().States()[0].Result!.Job));
        Assert.Contains("point 001 on node", await Log(job), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_is_preempted_stops_in_good_order_and_goes_on_under_its_number()
    {
        var job = await Submit("seed=1", 1);
        await _slurm.Until(() => _made.Began(1) == 1, "the task runs");
        await _slurm.Run("scontrol", "requeue", $"{job}_0");
        await _slurm.Until(() => _made.Began(1) == 2, "the task runs again");
        _made.Leave();
        await UntilEnded(1);
        Assert.Equal((PointStatus.Done, $"{job}_0"), (Status(0), _made.Open().States()[0].Result!.Job));
        Assert.Equal(2, (await Log(job)).Split("point 001 on node").Length - 1);
        Assert.DoesNotContain("point 001: failed", await Log(job), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Before_its_time_limit_a_task_stops_its_notebook_and_queues_itself_again()
    {
        var job = await Submit("seed=1", 1);
        await _slurm.Until(() => _made.Began(1) == 1, "the task runs");
        await _slurm.Run("scontrol", "update", $"JobId={job}_0", "TimeLimit=2"); // minutes: two minutes before the end is now; Slurm looks twice a minute
        await _slurm.Until(() => _made.Began(1) == 2, "the task runs again");
        _made.Leave();
        await UntilEnded(1);
        Assert.Equal((PointStatus.Done, $"{job}_0"), (Status(0), _made.Open().States()[0].Result!.Job));
        Assert.Contains($"point 001 was stopped before the time limit; task {job}_0 asks Slurm to queue it again", await Log(job), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grid_larger_than_an_array_may_be_is_cancelled_half_way_and_resumed()
    {
        await using var back = await _slurm.WithArraysOf(4);
        _made.Use("if (seed > 2) {" + GridInFolder.WaitForLeave + "}");
        var (exit, output, error) = await _slurm.Host("grid", _made.Notebook, "--set", "seed=1..6", "--out", _made.Path, "--slurm", "--limit", "2");
        Assert.True(exit == 0, error);
        var jobs = JobsIn(output).ToList();
        Assert.Equal(2, jobs.Count);
        await _slurm.Until(() => _made.Began(3) + _made.Began(4) == 2, "two are done and two run");
        await _slurm.Run("scancel", [.. jobs]);
        await _slurm.Until(() => Enumerable.Range(0, 6).All(index => Status(index) is PointStatus.Done or PointStatus.Waiting), "nothing runs");
        Assert.Equal("2 of 6 points done, 4 waiting", GridCounts.Of([.. _made.Open().States()]).ToString());

        _made.Leave();
        await Resume(4);
        await UntilEnded(6);
        Assert.All(_made.Open().States(), state => Assert.Equal(PointStatus.Done, state.Status));
        Assert.Equal([1, 1, 0, 0], new[] { 3, 4, 1, 2 }.Select(seed => _made.Began(seed) > 0 ? 1 : 0));
    }

    [Fact]
    public async Task A_training_that_is_killed_goes_on_to_the_same_bits()
    {
        await BeginTraining();
        Kill(_made.Open().States()[0].Attempt!.Process);
        await _slurm.Until(() => Status(0) == PointStatus.Missing, "the task is dead");
        _made.Leave();
        await Resume(1);
        await UntilTrainedAsHere();
        Assert.Equal(3, _made.Began(7)); // twice on the cluster, since the third epoch was not kept; once in one sitting
    }

    [Fact]
    public async Task A_training_whose_time_is_nearly_up_keeps_its_epoch_and_goes_on_to_the_same_bits()
    {
        var job = await BeginTraining();
        await _slurm.Run("scancel", "--signal=USR1", "--batch", $"{job}_0"); // what Slurm itself sends before the limit
        await UntilTrainedAsHere();
        Assert.Contains("was stopped before the time limit", await Log(job), StringComparison.Ordinal);
        Assert.Equal(2, _made.Began(7)); // once on the cluster, since the third epoch was kept; once in one sitting
    }

    /// <summary>Submits a point that trains a network, and waits until that has computed three of its four epochs.</summary>
    private async Task<string> BeginTraining()
    {
        _made.Use(
            GridInFolder.Imports,
            """
            var asked = (System.Threading.CancellationToken)AppContext.GetData("Notebook.CancellationToken");
            var plan = Profile.Of("quick").With(smoke: true);
            var data = plan.Load();
            var network = ResNet.ForSmallImages(8, 16, data.Classes.Count, data.Channels);
            var run = await Runs.GetOrTrain(network, data, plan.Recipe with { Epochs = 4 }, seed, afterEpoch: (_, history) =>
            {
                if (history.Epochs.Count == 3)
                    System.IO.File.AppendAllText($"began-{seed}", "x");
                while (history.Epochs.Count == 3 && !asked.IsCancellationRequested && !System.IO.File.Exists("leave"))
                    System.Threading.Thread.Sleep(20);
            });
            """,
            "[verdict]run.Address + \" \" + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.IO.File.ReadAllBytes(System.IO.Path.Combine(run.Folder, \"weights.safetensors\"))))");
        var job = await Submit("seed=7", 1);
        await _slurm.Until(() => _made.Began(7) == 1 || Status(0) == PointStatus.Failed, "the training is in its third epoch");
        return job;
    }

    /// <summary>Waits until the point is done, and trains the same network here: weights, address and all must be the same.</summary>
    private async Task UntilTrainedAsHere()
    {
        await UntilEnded(1);
        Assert.Equal(PointStatus.Done, Status(0));
        _made.Leave();
        var here = Path.Combine(_made.Around, "here");
        Assert.Equal(0, (await NotebookFolder.Host("grid", _made.Notebook, "--set", "seed=7", "--out", here)).ExitCode);
        Assert.Equal(await Found(here), await Found(_made.Path));
    }

    /// <summary>Submits a grid that is one array, and gives its job.</summary>
    private async Task<string> Submit(string set, int tasks, params string[] options)
    {
        var (exit, output, error) = await _slurm.Host(["grid", _made.Notebook, "--set", set, "--out", _made.Path, "--slurm", .. options]);
        Assert.True(exit == 0, error);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $": {tasks} tasks ("), output, StringComparison.Ordinal);
        return Assert.Single(JobsIn(output));
    }

    private async Task Resume(int tasks)
    {
        var (exit, output, error) = await _slurm.Host("grid", "resume", _made.Path, "--slurm");
        Assert.True(exit == 0, error);
        Assert.Single(JobsIn(output));
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $": {tasks} tasks ("), output, StringComparison.Ordinal);
    }

    private static IEnumerable<string> JobsIn(string output) =>
        output.Split('\n').Where(line => line.StartsWith("Job ", StringComparison.Ordinal)).Select(line => line["Job ".Length..line.IndexOf(':', StringComparison.Ordinal)]);

    private Task UntilEnded(int points) => _slurm.Until(() => _made.Open().States().Count(state => state.Status is PointStatus.Done or PointStatus.Failed) == points, $"{points} points have ended");

    private PointStatus Status(int index) => _made.Open().States()[index].Status;

    private Task<string> Log(string job) => File.ReadAllTextAsync(LogOf(job));

    private string LogOf(string job) => Path.Combine(_made.Path, "slurm", $"{job}_0.log");

    /// <summary>What becomes of a task whose node dies.</summary>
    private static void Kill(int process)
    {
        using var found = Process.GetProcessById(process);
        found.Kill(entireProcessTree: true);
    }

    /// <summary>What a grid found, without what differs from machine to machine.</summary>
    private static async Task<IReadOnlyList<string>> Found(string folder)
    {
        Assert.Equal(0, (await NotebookFolder.Host("grid", "collect", folder)).ExitCode);
        var lines = CsvText.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "results.csv"))).Select(line => line.Fields).ToList();
        var columns = new[] { "id", "seed", "status", "error", "verdict" }.Select(name => lines[0].ToList().IndexOf(name)).ToList();
        return [.. lines.Select(line => string.Join(' ', columns.Select(column => line[column])))];
    }
}
