using NotebookHost.Engine;
using NotebookHost.Grid;
using NotebookHost.Running;

namespace NotebookHost.Tests.Grid;

/// <summary>What is handed to Slurm.</summary>
public sealed class SlurmScriptTests
{
    private static readonly SlurmOptions s_plain = new(null, null, null, []);

    [Fact]
    public void The_script_says_all_that_a_task_needs()
    {
        var grid = GridFolder.Planned("/shared/my grid", [new GridPoint("001", "n.ipynb", new Dictionary<string, string>())]);
        var host = typeof(SlurmScript).Assembly.Location;
        Assert.Equal(
            $"""
            #!/bin/bash
            #SBATCH --job-name=grid-my-grid
            #SBATCH --array=0-11%20
            #SBATCH --output="/shared/my grid/slurm/%A_%a.log"
            #SBATCH --open-mode=append
            #SBATCH --requeue
            #SBATCH --signal=B:USR1@120
            #SBATCH --time=04:00:00
            #SBATCH --gres=gpu:1

            export TRIVIAL_LAYERS_DATA='it'\''s here'
            exec {ShellWord.Of(DotNet.Command)} exec {ShellWord.Of(host)} grid task '/shared/my grid' '/shared/my grid/slurm/1.points'

            """,
            SlurmScript.Text(grid, "/shared/my grid/slurm/1.points", 12, new SlurmOptions("04:00:00", "gpu:1", 20, []), new Dictionary<string, string> { ["TRIVIAL_LAYERS_DATA"] = "it's here" }));
    }

    [Fact]
    public void What_is_not_asked_for_is_left_to_the_cluster()
    {
        var script = Script("/g", 1, s_plain);
        Assert.Contains("#SBATCH --array=0-0\n", script, StringComparison.Ordinal);
        Assert.DoesNotContain("--time", script, StringComparison.Ordinal);
        Assert.DoesNotContain("--gres", script, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_whose_name_Slurm_would_take_for_a_pattern_is_written_so_that_it_does_not() =>
        Assert.Contains("#SBATCH --output=\"/a%%b/slurm/%A_%a.log\"\n", Script("/a%b", 1, s_plain), StringComparison.Ordinal);

    [Fact]
    public void A_folder_that_Slurm_cannot_write_to_is_refused() =>
        Assert.Contains("Choose another with --out", Assert.Throws<RunException>(() => Script("/a\"b", 1, s_plain)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("04:00:00", "gpu:1", 3, true)]
    [InlineData("1-12", "gpu:a100:2,shard:4", null, true)]
    [InlineData("1\n#SBATCH --exclusive", null, null, false)]
    [InlineData("", null, null, false)]
    [InlineData(null, "gpu 1", null, false)]
    [InlineData(null, null, -1, false)]
    [InlineData("4", null, null, true)]
    [InlineData("0", null, null, true)]
    [InlineData("UNLIMITED", null, null, true)]
    [InlineData("3:01", null, null, true)]
    [InlineData("0-1", null, null, true)]
    [InlineData("3", null, null, false)]
    [InlineData("3:00", null, null, false)]
    [InlineData("00:02:59", null, null, false)]
    [InlineData("0-0:3", null, null, false)]
    public void What_sbatch_would_misread_is_refused_before_it_reads_it(string? time, string? gres, int? limit, bool isFine)
    {
        var refusal = Record.Exception(() => new SlurmOptions(time, gres, limit, []).Check());
        Assert.True(isFine ? refusal is null : refusal is RunException);
    }

    [Theory]
    [InlineData(null, true, "--partition=main", "--mem", "16G", "-p", "main", "--dependency=afterok:1")]
    [InlineData(null, false, "--array=0-3")]
    [InlineData(null, false, "--arr=0-3")]
    [InlineData(null, false, "-a0-3")]
    [InlineData(null, false, "-o", "x")]
    [InlineData(null, false, "--output=x")]
    [InlineData(null, false, "--wrap", "true")]
    [InlineData(null, false, "--test-only")]
    [InlineData(null, false, "--wait")]
    [InlineData(null, false, "-W")]
    [InlineData(null, true, "--wait-all-nodes=1")]
    [InlineData(null, false, "main")]
    [InlineData(null, false, "--partition=main", "long")]
    [InlineData(null, false, "-pmain", "long")]
    [InlineData(null, false, "-p", "main", "long")]
    [InlineData(2, true, "--partition=main")]
    [InlineData(2, false, "--dependency=afterok:1")]
    [InlineData(2, false, "-d", "singleton")]
    public void What_the_script_relies_on_is_not_given_to_sbatch(int? limit, bool isFine, params string[] sbatch)
    {
        var refusal = Record.Exception(() => new SlurmOptions(null, null, limit, sbatch).Check());
        Assert.True(isFine ? refusal is null : refusal is RunException);
    }

    [Theory]
    [InlineData(false, "--time=2")]
    [InlineData(false, "--time", "2")]
    [InlineData(false, "-t", "2")]
    [InlineData(false, "-t2")]
    [InlineData(false, "--partition=main", "-t", "00:03:00", "--mem=4G")]
    [InlineData(false, "--time=4 h")]
    [InlineData(true, "--time=4")]
    [InlineData(true, "-t", "1-0", "--mem=4G")]
    [InlineData(true, "--time=UNLIMITED")]
    [InlineData(true, "--time-min=2")]
    [InlineData(true, "--tmp=2")]
    public void A_time_limit_among_the_options_for_sbatch_is_checked_as_the_grids_own(bool isFine, params string[] sbatch)
    {
        var refusal = Record.Exception(() => new SlurmOptions("04:00:00", null, null, sbatch).Check());
        Assert.True(isFine ? refusal is null : refusal is RunException && refusal.Message.StartsWith("--time ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_plan_takes_the_lists_that_no_submission_took()
    {
        using var made = new GridInFolder();
        var grid = made.Write("1..3");
        Directory.CreateDirectory(grid.Jobs);
        foreach (var taken in new[] { 1, 3 })
            File.WriteAllText(Path.Combine(grid.Jobs, $"{taken}.points"), "");
        var scripts = new SlurmSubmission(grid, s_plain).Plan(grid.States(), mostTasks: 2).Select(array => array.Script).ToList();
        Assert.Equal(2, scripts.Count);
        Assert.Contains("slurm/2.points", scripts[0], StringComparison.Ordinal);
        Assert.Contains("slurm/4.points", scripts[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Points_that_were_submitted_before_and_have_not_begun_are_named()
    {
        using var made = new GridInFolder();
        var grid = made.Write("1..9");
        GridInFolder.Finish(grid, 0);
        GridInFolder.Finish(grid, 1, exit: 1);
        var submission = new SlurmSubmission(grid, s_plain);
        Assert.Empty(submission.Doubts(grid.States()));

        Directory.CreateDirectory(grid.Jobs);
        File.WriteAllLines(Path.Combine(grid.Jobs, "1.points"), ["001", "002 2026-01-02T03:04:05Z", "003"]);
        Assert.StartsWith("1 of these points (003) were submitted before", Assert.Single(submission.Doubts(grid.States())), StringComparison.Ordinal);
        File.WriteAllLines(Path.Combine(grid.Jobs, "4.points"), ["004", "005", "006", "007", "008"]);
        Assert.StartsWith("6 of these points (003, 004, 005, 006, 007, …) were submitted before", Assert.Single(submission.Doubts(grid.States())), StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_says_which_failure_a_task_is_to_repeat()
    {
        using var made = new GridInFolder();
        var grid = made.Write("1..2");
        var failed = GridInFolder.Finish(grid, 1, exit: 1);
        Assert.Equal([("001", null), ("002", failed.Started)], grid.States().Select(state => SlurmSubmission.PointIn(SlurmSubmission.LineOf(state))));
    }

    [Fact]
    public async Task A_task_whose_point_is_not_in_the_list_any_more_is_refused()
    {
        using var made = new GridInFolder();
        var grid = made.Write("1");
        var list = Path.Combine(made.Around, "1.points");
        File.WriteAllText(list, "009\n");
        foreach (var index in new[] { 0, 1 })
        {
            var refusal = await Assert.ThrowsAsync<RunException>(() => new SlurmTask(new SlurmJob($"12_{index}", index, "node1"), TimeProvider.System).Run(grid.FullPath, list, TestContext.Current.CancellationToken));
            Assert.Contains($"Task 12_{index}: {list} does not name a point of {grid.FullPath} in line {index + 1}", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_grid_larger_than_an_array_may_be_becomes_several()
    {
        var points = PointProduct.Of("n.ipynb", ["x=1..10"], new Dictionary<string, string>());
        var plan = new SlurmSubmission(GridFolder.Planned("/g", points), s_plain).Plan([.. points.Select(point => new PointState(point, PointStatus.Waiting))], mostTasks: 4).ToList();
        Assert.Equal(["001 002 003 004", "005 006 007 008", "009 010"], plan.Select(array => string.Join(' ', array.Points.Select(state => state.Point.Id))));
        Assert.Equal(["--array=0-3", "--array=0-3", "--array=0-1"], plan.Select(array => array.Script.Split('\n').First(line => line.Contains("--array", StringComparison.Ordinal))["#SBATCH ".Length..]));
        Assert.Contains("/g/slurm/3.points", plan[2].Script, StringComparison.Ordinal);
    }

    [Fact]
    public void A_task_knows_itself_by_what_Slurm_says()
    {
        var environment = new Dictionary<string, string> { ["SLURM_ARRAY_JOB_ID"] = "12", ["SLURM_ARRAY_TASK_ID"] = "3", ["SLURMD_NODENAME"] = "node7" };
        var job = SlurmJob.Current(environment.GetValueOrDefault)!;
        Assert.Equal(("12_3", 3, "node7", "slurm/12_3.log"), (job.Id, job.Index, job.Host, job.Log));
        Assert.Null(SlurmJob.Current(_ => null));
    }

    private static string Script(string folder, int tasks, SlurmOptions options) =>
        SlurmScript.Text(GridFolder.Planned(folder, [new GridPoint("001", "n.ipynb", new Dictionary<string, string>())]), "/list", tasks, options, new Dictionary<string, string>());
}
