using NotebookHost.Grid;

namespace NotebookHost.Tests.Grid;

/// <summary>Which points are begun.</summary>
public sealed class GridWorkersTests : IDisposable
{
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
    [InlineData("too often")]
    [InlineData(null)]
    public async Task A_point_that_is_stopped_waits_unless_it_is_given_up(string? why)
    {
        var status = why is null ? PointStatus.Waiting : PointStatus.Failed;
        var grid = _made.Write("1");
        Directory.CreateDirectory(grid.FolderOf(grid.Points[0]));
        (PointAttempt.Here(null) with { SecondsBefore = 100 }).Write(grid.AttemptOf(grid.Points[0]));
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        var state = await new PointRun(grid).Run(grid.Points[0], null, new NoProgress(), stopped.Token, () => why);
        Assert.Equal((status, why), (state!.Status, state.Result?.Error));
        Assert.Equal(status, grid.StateOf(grid.Points[0]).Status);
        Assert.True((state.Result?.Seconds ?? PointAttempt.TryRead(grid.AttemptOf(grid.Points[0]))!.SecondsBefore) >= 100, "What it took before counts.");
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
