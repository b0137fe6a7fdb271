using NotebookHost.Grid;
using NotebookHost.Running;

namespace NotebookHost.Tests.Grid;

/// <summary>What becomes of a grid that is submitted, as far as Slurm's answers decide it.</summary>
public sealed class SlurmSubmissionTests : IDisposable
{
    private const string SubmitFewer = "If the cluster limits how many tasks you may submit (MaxSubmitJobs, MaxJobCount), submit fewer points at a time: add --at-most N.";

    private readonly GridInFolder _made = new();

    public void Dispose() => _made.Dispose();

    [Theory]
    [InlineData(1001, "MaxArraySize            = 1001\nSchedulerParameters     = (null)\n")]
    [InlineData(4, "MaxArraySize            = 1001\nSchedulerParameters     = max_array_tasks=4\n")]
    [InlineData(4, "MaxArraySize            = 1001\nSchedulerParameters     = bf_interval=2,max_array_tasks=4,default_queue_depth=9\n")]
    [InlineData(5, "MaxArraySize            = 5\nSchedulerParameters     = max_array_tasks=100\n")]
    [InlineData(6, "MaxArraySize            = 6\nSchedulerParameters     = bf_max_job_array_resv=3\nComment = max_array_tasks=2\n")]
    public void An_array_has_as_many_tasks_as_both_limits_of_the_cluster_allow(int most, string configuration) => Assert.Equal(most, SlurmCluster.MostTasksIn(configuration));

    [Fact]
    public async Task When_a_later_array_is_refused_it_is_said_what_was_submitted_and_nothing_of_the_refused_one_stays()
    {
        var (exit, output, error) = await new ScriptedSlurm(_made.Around, arrays: 2).Host("grid", _made.Notebook, "--set", "seed=1..5", "--out", _made.Path, "--slurm");
        Assert.Equal(RunCommand.NotebookFailed, exit);
        Assert.Equal(["Job 17: 2 tasks (001 to 002), ", "Job 18: 2 tasks (003 to 004), "], output.Split('\n').Where(line => line.StartsWith("Job ", StringComparison.Ordinal)).Select(line => line[..(line.IndexOf("), ", StringComparison.Ordinal) + 3)]));
        Assert.EndsWith(
            $"Job violates accounting/QOS policy\n{SubmitFewer}\n4 of 5 points were submitted (001 to 004; job 17, 18); these were not: 005. Submit them later with: grid resume {_made.Path} --slurm",
            error.Trim(),
            StringComparison.Ordinal);

        var grid = _made.Open();
        Assert.Equal(["1.job", "1.points", "1.sh", "2.job", "2.points", "2.sh"], FilesIn(grid.Jobs));
        Assert.Equal("18\n", File.ReadAllText(Path.Combine(grid.Jobs, "2.job")));
        Assert.StartsWith("4 of these points (001, 002, 003, 004) were submitted before", Assert.Single(new SlurmSubmission(grid, new SlurmOptions(null, null, null, [])).Doubts(grid.States())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_first_array_is_refused_nothing_was_submitted_and_nothing_of_it_stays()
    {
        var (exit, output, error) = await new ScriptedSlurm(_made.Around, arrays: 0).Host("grid", _made.Notebook, "--set", "seed=1..3", "--out", _made.Path, "--slurm");
        Assert.Equal((RunCommand.BadRequest, ""), (exit, output));
        Assert.EndsWith($"Job violates accounting/QOS policy\n{SubmitFewer}", error.Trim(), StringComparison.Ordinal);
        Assert.DoesNotContain("points were submitted", error, StringComparison.Ordinal);
        Assert.Empty(FilesIn(_made.Open().Jobs));
    }

    [Fact]
    public async Task With_at_most_so_many_points_the_others_are_left_for_a_later_submission()
    {
        var slurm = new ScriptedSlurm(_made.Around);
        var (exit, output, error) = await slurm.Host("grid", _made.Notebook, "--set", "seed=1..5", "--out", _made.Path, "--slurm", "--at-most", "3");
        Assert.True(exit == 0, error);
        Assert.Contains($"Not submitted because of --at-most 3: 2 points. When these tasks have ended: grid resume {_made.Path} --slurm --at-most 3", output, StringComparison.Ordinal);
        var grid = _made.Open();
        Assert.Equal(5, grid.Points.Count);
        Assert.Equal(["001\n002\n", "003\n"], Lists());

        GridInFolder.Finish(grid, 0);
        GridInFolder.Finish(grid, 1);
        GridInFolder.Finish(grid, 2, exit: 1);
        (exit, output, error) = await slurm.Host("grid", "resume", _made.Path, "--slurm", "--at-most", "3");
        Assert.True(exit == 0, error);
        Assert.DoesNotContain("Not submitted", output, StringComparison.Ordinal);
        Assert.Equal([$"{SlurmSubmission.LineOf(grid.StateOf(grid.Points[2]))}\n004\n", "005\n"], Lists().Skip(2));

        IEnumerable<string> Lists() => Directory.GetFiles(grid.Jobs, "*.points").Order(StringComparer.Ordinal).Select(File.ReadAllText);
    }

    [Theory]
    [InlineData("SBATCH_PARTITION SBATCH_TIMELIMIT SBATCH_GRES", "--limit", "2")]
    [InlineData("SBATCH_PARTITION SBATCH_GRES", "--time", "04:00:00")]
    [InlineData("SBATCH_PARTITION SBATCH_TIMELIMIT", "--gres", "gpu:1")]
    public async Task Variables_that_sbatch_would_let_win_over_the_script_do_not_reach_it(string left, params string[] options)
    {
        string[] names =
        [
            "SBATCH_PARTITION", "SBATCH_TIMELIMIT", "SBATCH_GRES", "SBATCH_JOB_NAME", "SBATCH_ARRAY_INX", "SBATCH_OUTPUT", "SBATCH_ERROR", "SBATCH_OPEN_MODE", "SBATCH_REQUEUE", "SBATCH_NO_REQUEUE",
            "SBATCH_SIGNAL", "SBATCH_WAIT",
        ];
        var slurm = new ScriptedSlurm(_made.Around);
        var (exit, _, error) = await slurm.Host(names.ToDictionary(name => name, _ => "7"), ["grid", _made.Notebook, "--set", "seed=1,2", "--out", _made.Path, "--slurm", .. options]);
        Assert.True(exit == 0, error);
        Assert.Equal(left.Split(' '), names.Where(name => slurm.Variables.Contains($"{name}=7")));
    }

    [Fact]
    public async Task A_dry_run_has_the_same_notes_as_the_submission()
    {
        var grid = _made.Write("1,2");
        Directory.CreateDirectory(grid.Jobs);
        File.WriteAllLines(Path.Combine(grid.Jobs, "1.points"), ["001"]);
        var slurm = new ScriptedSlurm(_made.Around);
        var (exit, _, error) = await slurm.Host("grid", "resume", _made.Path, "--slurm", "--dry-run");
        Assert.True(exit == 0, error);
        Assert.Contains("Note: 1 of these points (001) were submitted before", error, StringComparison.Ordinal);
        Assert.Equal(["1.points"], FilesIn(grid.Jobs));

        (exit, _, var submitted) = await slurm.Host("grid", "resume", _made.Path, "--slurm");
        Assert.True(exit == 0, submitted);
        Assert.Equal(submitted, error);
    }

    private static IEnumerable<string?> FilesIn(string folder) => Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);
}
