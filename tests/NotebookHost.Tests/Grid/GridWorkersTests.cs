using NotebookHost.Grid;

namespace NotebookHost.Tests.Grid;

/// <summary>Which points are begun.</summary>
public sealed class GridWorkersTests : IDisposable
{
    private const string GivenUp = "The time limit ended 10 runs in a row before an epoch of training or anything else was kept. Give a longer --time and continue with grid resume.";

    private readonly GridInFolder _made = new();

    public void Dispose() => _made.Dispose();

    [Fact]
    public async Task No_point_begins_that_would_end_after_the_deadline_by_the_mean_time_of_those_done()
    {
        var grid = _made.Write("1..3");
        GridInFolder.Finish(grid, 0, seconds: 1000);
        GridInFolder.Finish(grid, 1, seconds: 2000);
        var time = new TimeByHand();
        var workers = new GridWorkers(grid, 2, time.GetUtcNow().AddSeconds(1499), time);
        Assert.Equal([PointStatus.Done, PointStatus.Done, PointStatus.Waiting], (await workers.Run(grid.States(), new NoProgress(), TestContext.Current.CancellationToken)).Select(state => state.Status));
        Assert.True(workers.IsPastDeadline);
    }

    [Fact]
    public async Task What_is_done_is_not_run_again()
    {
        var grid = _made.Write("1");
        var before = GridInFolder.Finish(grid, 0);
        var workers = new GridWorkers(grid, 2, null, TimeProvider.System);
        Assert.Equal(before.Started, Assert.Single(await workers.Run(grid.States(), new NoProgress(), TestContext.Current.CancellationToken)).Result!.Started);
        Assert.False(File.Exists(grid.ClaimOf(grid.Points[0])));
    }

    [Fact]
    public async Task A_result_that_another_process_wrote_meanwhile_is_taken_as_it_is()
    {
        var grid = _made.Write("1");
        var known = grid.States()[0];
        GridInFolder.Finish(grid, 0, exit: 1);
        var state = await new PointRun(grid).Run(known.Point, known.Result?.Started, new NoProgress(), TestContext.Current.CancellationToken);
        Assert.Equal((PointStatus.Failed, "node1"), (state!.Status, state.Result!.Host));
        Assert.False(File.Exists(grid.AttemptOf(grid.Points[0])));
    }

    [Fact]
    public async Task A_point_that_another_process_runs_is_left_to_it()
    {
        var grid = _made.Write("1");
        Directory.CreateDirectory(grid.FolderOf(grid.Points[0]));
        using var claim = PointClaim.TryTake(grid.ClaimOf(grid.Points[0]));
        Assert.Null(await new PointRun(grid).Run(grid.Points[0], null, new NoProgress(), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(9, true, GivenUp)]
    [InlineData(9, false, null)]
    [InlineData(8, true, null)]
    public async Task A_point_that_is_stopped_waits_unless_it_is_given_up(int idle, bool isTimeUp, string? why)
    {
        var status = why is null ? PointStatus.Waiting : PointStatus.Failed;
        var grid = _made.Write("1");
        Directory.CreateDirectory(grid.FolderOf(grid.Points[0]));
        (PointAttempt.Here(null) with { SecondsBefore = 100, IdleRounds = idle }).Write(grid.AttemptOf(grid.Points[0]));
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        var state = await new PointRun(grid).Run(grid.Points[0], null, new NoProgress(), stopped.Token, () => isTimeUp);
        Assert.Equal((status, why), (state!.Status, state.Result?.Error));
        Assert.Equal(status, grid.StateOf(grid.Points[0]).Status);
        Assert.True((state.Result?.Seconds ?? PointAttempt.TryRead(grid.AttemptOf(grid.Points[0]))!.SecondsBefore) >= 100, "What it took before counts.");
        Assert.Equal(why is null ? idle + (isTimeUp ? 1 : 0) : (int?)null, PointAttempt.TryRead(grid.AttemptOf(grid.Points[0]))?.IdleRounds);
    }

    [Theory]
    [InlineData("a-seed1/training.safetensors", 1, 0)]
    [InlineData("a-seed1/record/run.json", 1, 0)]
    [InlineData("sweeps/a.json", 1, 0)]
    [InlineData("a-seed1/training.safetensors", -1, 6)]
    [InlineData("a-seed1/start-probe.safetensors", 1, 6)]
    [InlineData("locks/a.lock", 1, 6)]
    public async Task Runs_that_the_time_limit_ended_are_counted_anew_when_the_store_has_kept_something_since_the_last_one_began(string file, int minutes, int idle)
    {
        var grid = _made.Write("1");
        var (point, path) = (grid.Points[0], Path.Combine(grid.Runs, file));
        Directory.CreateDirectory(grid.FolderOf(point));
        (PointAttempt.Here(null) with { IdleRounds = 5 }).Write(grid.AttemptOf(point));
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        var state = await new PointRun(grid).Run(point, null, new NoProgress(), stopped.Token, () =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "");
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(minutes));
            return true;
        });
        Assert.Equal((PointStatus.Waiting, idle), (state!.Status, PointAttempt.TryRead(grid.AttemptOf(point))!.IdleRounds));
    }

    [Fact]
    public async Task A_notebook_that_cannot_be_run_any_more_is_a_failed_point()
    {
        var grid = _made.Write("1");
        File.WriteAllText(_made.Notebook, "{");
        Directory.CreateDirectory(grid.FolderOf(grid.Points[0]));
        (PointAttempt.Here(null) with { SecondsBefore = 100.5, IsStopped = true }).Write(grid.AttemptOf(grid.Points[0]));
        var state = await new PointRun(grid).Run(grid.Points[0], null, new NoProgress(), TestContext.Current.CancellationToken);
        Assert.Equal((PointStatus.Failed, 100.5), (state!.Status, state.Result!.Seconds));
        Assert.False(File.Exists(grid.AttemptOf(grid.Points[0])));
        Assert.Contains("is not a notebook", state.Result!.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_result_is_kept_under_another_name_when_its_point_is_run_again()
    {
        var grid = _made.Write("1");
        GridInFolder.Finish(grid, 0);
        File.WriteAllText(grid.ResultOf(grid.Points[0]), "words");
        File.WriteAllText(_made.Notebook, "{");
        await new PointRun(grid).Run(grid.Points[0], null, new NoProgress(), TestContext.Current.CancellationToken);
        Assert.Equal("words", File.ReadAllText(grid.ResultOf(grid.Points[0]) + ".damaged-1"));
    }
}
