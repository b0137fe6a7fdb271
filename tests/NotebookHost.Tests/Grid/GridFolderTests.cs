using NotebookHost.Grid;
using NotebookHost.Running;
using NotebookHost.Tests.Running;

namespace NotebookHost.Tests.Grid;

/// <summary>What the files of a grid say about its points.</summary>
public sealed class GridFolderTests : IDisposable
{
    private readonly GridInFolder _made = new();

    public void Dispose() => _made.Dispose();

    [Fact]
    public void A_folder_without_a_list_is_not_a_grid() => Assert.Contains("is not a grid's folder: it contains no points.csv", Assert.Throws<RunException>(_made.Open).Message, StringComparison.Ordinal);

    [Fact]
    public void The_list_is_there_before_anything_runs_and_the_same_grid_is_taken_as_it_is()
    {
        _made.Write("1..3");
        var list = Path.Combine(_made.Path, "points.csv");
        Assert.Equal("id,notebook,seed\n001,../n.ipynb,1\n002,../n.ipynb,2\n003,../n.ipynb,3\n", File.ReadAllText(list));
        File.WriteAllText(list, "notebook,seed,id\n../n.ipynb,3,third\n../n.ipynb,1,first\n../n.ipynb,2,second\n");
        Assert.Equal(["third", "first", "second"], _made.Write("1..3").Points.Select(point => point.Id));
    }

    [Fact]
    public void Another_list_is_never_overwritten_and_what_differs_is_said()
    {
        _made.Write("1..6");
        var before = File.ReadAllText(Path.Combine(_made.Path, "points.csv"));
        var refusal = Assert.Throws<RunException>(() => _made.Write("1,7")).Message;
        Assert.Contains("requested now but not in it: ../n.ipynb seed=7; in it but not requested: ../n.ipynb seed=2, ../n.ipynb seed=3, ../n.ipynb seed=4 and 2 more.", refusal, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(Path.Combine(_made.Path, "points.csv")));
    }

    [Fact]
    public async Task Of_two_grids_that_begin_in_one_folder_at_once_one_is_written_and_the_other_refused()
    {
        for (var round = 0; round < 20; round++)
        {
            using var made = new GridInFolder();
            using var together = new Barrier(2);
            var both = await Task.WhenAll(new[] { "1..2", "8..9" }.Select(seeds => Task.Run(() =>
            {
                together.SignalAndWait(TestContext.Current.CancellationToken);
                return Record.Exception(() => made.Write(seeds));
            })));
            var refusal = Assert.Single(both, one => one is not null);
            Assert.Contains("belongs to a different grid and was left unchanged", Assert.IsType<RunException>(refusal).Message, StringComparison.Ordinal);
            Assert.Equal(both[0] is null ? "1" : "8", made.Open().Points[0].Parameters["seed"]);
            Assert.Equal(["points.csv"], Directory.GetFileSystemEntries(made.Path).Select(Path.GetFileName));
        }
    }

    [Fact]
    public void A_folder_without_a_name_is_refused() => Assert.Contains("is empty", Assert.Throws<RunException>(() => GridFolder.Open("")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_point_is_done_when_its_result_is_valid_and_failed_when_the_result_says_so()
    {
        var grid = _made.Write("1..3");
        GridInFolder.Finish(grid, 0);
        GridInFolder.Finish(grid, 1, exit: 1);
        Assert.Equal([PointStatus.Done, PointStatus.Failed, PointStatus.Waiting], grid.States().Select(state => state.Status));
        Assert.Equal("2.0 s on node1, job 12_3", grid.States()[0].Words);
        Assert.Equal("cell 2: System.Exception: no (on node1, job 12_3)", grid.States()[1].Words);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"id\": \"001\"}")]
    [InlineData("[]")]
    public void A_damaged_result_is_none(string text)
    {
        var grid = _made.Write("1");
        GridInFolder.Finish(grid, 0);
        File.WriteAllText(grid.ResultOf(grid.Points[0]), text);
        Assert.Equal(PointStatus.Missing, grid.States()[0].Status);
        Assert.Contains("result.json is damaged", grid.States()[0].Words, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_whose_notebook_is_cut_off_or_gone_is_none()
    {
        var grid = _made.Write("1");
        GridInFolder.Finish(grid, 0);
        var executed = grid.ExecutedOf(grid.Points[0]);
        File.WriteAllText(executed, File.ReadAllText(executed)[..20]);
        Assert.Contains("has 20 bytes; result.json records ", grid.States()[0].Words, StringComparison.Ordinal);
        File.Delete(executed);
        Assert.EndsWith("n.ipynb is missing", grid.States()[0].Words, StringComparison.Ordinal);
        Assert.Equal(PointStatus.Missing, grid.States()[0].Status);
    }

    [Theory]
    [InlineData(true, "n.ipynb is damaged: it has the SHA-256 ")]
    [InlineData(false, "n.ipynb is not a notebook: ")]
    public void A_result_whose_notebook_is_damaged_though_as_long_as_before_is_none_and_the_others_are_collected(bool hasChecksum, string damage)
    {
        var grid = _made.Write("1,2");
        var result = GridInFolder.Finish(grid, 0);
        GridInFolder.Finish(grid, 1);
        if (!hasChecksum)
            (result with { NotebookSha256 = null }).Write(grid.ResultOf(grid.Points[0])); // as earlier versions wrote it
        Assert.Equal([PointStatus.Done, PointStatus.Done], grid.States().Select(state => state.Status));

        var executed = grid.ExecutedOf(grid.Points[0]);
        File.WriteAllText(executed, new string('x', (int)new FileInfo(executed).Length));
        var states = grid.States();
        Assert.Equal([PointStatus.Missing, PointStatus.Done], states.Select(state => state.Status));
        Assert.Contains(damage, states[0].Words, StringComparison.Ordinal);
        Assert.Equal(new string?[] { null, "found by seed=2" }, new GridTable(grid, states).Rows.Select(row => row.GetValueOrDefault("verdict")));
    }

    [Fact]
    public async Task The_status_reads_a_notebook_only_if_it_was_written_to_after_its_result()
    {
        var grid = _made.Write("1");
        GridInFolder.Finish(grid, 0);
        var (executed, written) = (grid.ExecutedOf(grid.Points[0]), File.GetLastWriteTimeUtc(grid.ResultOf(grid.Points[0])));
        File.WriteAllText(executed, new string('x', (int)new FileInfo(executed).Length));
        Assert.Contains("001 missing: ", (await NotebookFolder.Host("grid", "status", _made.Path)).Output, StringComparison.Ordinal);

        File.SetLastWriteTimeUtc(executed, written.AddSeconds(-1)); // as a failing disk leaves it
        Assert.Contains("1 of 1 points done", (await NotebookFolder.Host("grid", "status", _made.Path)).Output, StringComparison.Ordinal);
        Assert.Equal([PointStatus.Missing], grid.States().Select(state => state.Status));
    }

    [Fact]
    public async Task What_is_wrong_with_the_files_of_a_point_is_said_when_the_others_are_collected()
    {
        var grid = _made.Write("1,2");
        GridInFolder.Finish(grid, 0);
        GridInFolder.Finish(grid, 1);
        File.Delete(grid.ExecutedOf(grid.Points[0]));
        var (exit, output, error) = await NotebookFolder.Host("grid", "collect", _made.Path);
        Assert.Equal((0, ""), (exit, error));
        Assert.Contains("1 of 2 points done, 1 missing: ", output, StringComparison.Ordinal);
        Assert.Contains($"001 missing: {grid.ExecutedOf(grid.Points[0])} is missing", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_is_not_taken_for_that_of_a_line_that_was_changed_afterwards()
    {
        GridInFolder.Finish(_made.Write("1"), 0);
        File.WriteAllText(Path.Combine(_made.Path, "points.csv"), "id,notebook,seed\n001,../n.ipynb,2\n");
        Assert.EndsWith(
            "is a result of ../n.ipynb seed=1, but points.csv now defines point 001 as ../n.ipynb seed=2. Give the changed line a new id, or delete that folder.",
            Assert.Throws<RunException>(() => Preflight.Check(_made.Open(), _made.Open().Points)).Message,
            StringComparison.Ordinal);
        Assert.Equal(PointStatus.Missing, _made.Open().States()[0].Status);
    }

    [Fact]
    public async Task A_line_that_was_changed_after_its_result_is_shown_beside_the_others_and_refused_when_it_would_be_run()
    {
        var grid = _made.Write("1,2");
        GridInFolder.Finish(grid, 0);
        GridInFolder.Finish(grid, 1);
        File.WriteAllText(Path.Combine(_made.Path, "points.csv"), "id,notebook,seed\n001,../n.ipynb,3\n002,../n.ipynb,2\n");
        var result = grid.ResultOf(grid.Points[0]);
        var changed = $"{result} is a result of ../n.ipynb seed=1, but points.csv now defines point 001 as ../n.ipynb seed=3. Give the changed line a new id, or delete that folder.";

        var (exit, output, error) = await NotebookFolder.Host("grid", "status", _made.Path);
        Assert.Equal((1, ""), (exit, error));
        Assert.Contains("1 of 2 points done, 1 missing", output, StringComparison.Ordinal);
        Assert.Contains($"001 missing: seed=3: {changed}", output, StringComparison.Ordinal);

        (exit, output, error) = await NotebookFolder.Host("grid", "collect", _made.Path);
        Assert.Equal((0, ""), (exit, error));
        Assert.Contains($"001 missing: {changed}", output, StringComparison.Ordinal);

        (exit, _, error) = await NotebookFolder.Host("grid", "resume", _made.Path);
        Assert.Equal((RunCommand.BadRequest, changed), (exit, error.Trim()));
        Assert.True(File.Exists(result));
    }

    [Fact]
    public void A_grid_that_was_made_through_a_link_finds_its_notebook_whichever_way_it_is_opened()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "To make a link takes a right there that not every account has.");
        var real = Directory.CreateDirectory(Path.Combine(_made.Around, "disk", "user")).FullName;
        var link = Path.Combine(_made.Around, "link");
        Directory.CreateSymbolicLink(link, real);
        GridPlan.Of([_made.Notebook], ["seed=1"], new Dictionary<string, string>(), null, Path.Combine(link, "grid")).WritePoints();
        foreach (var folder in new[] { link, real })
        {
            var grid = GridFolder.Open(Path.Combine(folder, "grid"));
            Assert.Equal(_made.Notebook, grid.NotebookOf(grid.Points[0]));
        }

        File.WriteAllText(Path.Combine(real, "list.csv"), "notebook,seed\n../../n.ipynb,1\n");
        var listed = GridPlan.Of([], [], new Dictionary<string, string>(), Path.Combine(link, "list.csv"), Path.Combine(link, "listed"));
        Assert.Equal(_made.Notebook, listed.NotebookOf(listed.Points[0]));
    }

    [Fact]
    public void A_point_runs_while_its_claim_is_held_and_is_missing_when_it_was_let_go_without_a_result()
    {
        var grid = _made.Write("1");
        var point = grid.Points[0];
        Directory.CreateDirectory(grid.FolderOf(point));
        new PointAttempt("node2", 77, "5_0", "slurm/5_0.log", new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc)).Write(grid.AttemptOf(point));
        using (PointClaim.TryTake(grid.ClaimOf(point)))
            Assert.Equal("running on node2, job 5_0, process 77, since 2026-01-02 03:04:05 UTC", grid.StateOf(point) is { Status: PointStatus.Running } state ? state.Words : "");
        Assert.Equal("started but not finished, on node2, job 5_0, process 77, since 2026-01-02 03:04:05 UTC", grid.StateOf(point) is { Status: PointStatus.Missing } left ? left.Words : "");
    }

    [Fact]
    public void A_point_that_was_stopped_in_good_order_waits()
    {
        var grid = _made.Write("1");
        var point = grid.Points[0];
        Directory.CreateDirectory(grid.FolderOf(point));
        using (PointClaim.TryTake(grid.ClaimOf(point)))
            new PointAttempt("node2", 77, null, null, default, SecondsBefore: 3, IsStopped: true).Write(grid.AttemptOf(point));
        Assert.Equal(PointStatus.Waiting, grid.StateOf(point).Status);
    }

    [Fact]
    public void A_missing_point_shows_with_the_last_lines_of_its_job()
    {
        var grid = _made.Write("1..2");
        var point = grid.Points[0];
        GridInFolder.Finish(grid, 1);
        Directory.CreateDirectory(grid.FolderOf(point));
        Directory.CreateDirectory(grid.Jobs);
        new PointAttempt("node2", 77, "5_0", "slurm/5_0.log", default).Write(grid.AttemptOf(point));
        Assert.EndsWith("5_0.log, cannot be read", GridStatusText.Of(grid, grid.States()).Last(), StringComparison.Ordinal);
        File.WriteAllLines(Path.Combine(grid.Jobs, "5_0.log"), Enumerable.Range(1, 9).Select(number => $"line {number}"));
        var lines = GridStatusText.Of(grid, grid.States()).ToList();
        Assert.Equal($"{grid.FullPath}: 1 of 2 points done, 1 missing", lines[0]);
        Assert.StartsWith("001 missing: seed=1: started but not finished, on node2, job 5_0", lines[1], StringComparison.Ordinal);
        Assert.Equal(["    line 5", "    line 6", "    line 7", "    line 8", "    line 9"], lines[2..]);
    }

    [Fact]
    public void A_point_whose_task_ended_before_it_began_shows_with_that_tasks_log()
    {
        var grid = _made.Write("1..3");
        Submitted(grid, 2, "17\n", "001", "002");
        Assert.Equal($"{grid.FullPath}: 0 of 3 points done, 3 waiting", Assert.Single(GridStatusText.Of(grid, grid.States())));
        WriteLog(grid, "17_0");
        WriteLog(grid, "17_1", "exec: /opt/dotnet: cannot execute");
        Assert.Equal(
            ["002 waiting: seed=2: its last task, 17_1, wrote to slurm/17_1.log:", "    exec: /opt/dotnet: cannot execute"],
            GridStatusText.Of(grid, grid.States()).Skip(1));

        Submitted(grid, 10, "18\n", "002");
        Assert.Single(GridStatusText.Of(grid, grid.States()));
        WriteLog(grid, "18_0", "no such node");
        Assert.Equal(["002 waiting: seed=2: its last task, 18_0, wrote to slurm/18_0.log:", "    no such node"], GridStatusText.Of(grid, grid.States()).Skip(1));
    }

    [Fact]
    public void A_point_that_failed_or_is_missing_shows_with_the_log_of_a_later_task_that_did_not_begin_it()
    {
        var grid = _made.Write("1..2");
        var failed = GridInFolder.Finish(grid, 0, exit: 1);
        Directory.CreateDirectory(grid.FolderOf(grid.Points[1]));
        new PointAttempt("node2", 77, "12_4", "slurm/12_4.log", failed.Started).Write(grid.AttemptOf(grid.Points[1]));
        Submitted(grid, 1, "12\n", "x", "x", "x", "001", "002");
        WriteLog(grid, "12_3", "this run's own");
        WriteLog(grid, "12_4", "the end of it");
        var lines = GridStatusText.Of(grid, grid.States()).ToList();
        Assert.Equal("001 failed: seed=1: cell 2: System.Exception: no (on node1, job 12_3)", lines[1]);
        Assert.Equal("    the end of it", lines[3]);

        Submitted(grid, 2, "13\n", "001 2026-01-02T03:04:05Z", "002");
        string[] logs = [WriteLog(grid, "13_0", "not begun"), WriteLog(grid, "13_1", "nor this")];
        Date(failed.Ended.AddHours(1));
        lines = [.. GridStatusText.Of(grid, grid.States())];
        Assert.Equal(["001 failed: seed=1: cell 2: System.Exception: no (on node1, job 12_3); its last task, 13_0, wrote to slurm/13_0.log:", "    not begun"], lines[1..3]);
        Assert.EndsWith("; its last task, 13_1, wrote to slurm/13_1.log:", lines[3], StringComparison.Ordinal);
        Assert.Equal("    nor this", Assert.Single(lines[4..]));

        Date(failed.Started.AddHours(-1)); // the points were run since, outside of Slurm
        lines = [.. GridStatusText.Of(grid, grid.States())];
        Assert.DoesNotContain("13_0", lines[1], StringComparison.Ordinal);
        Assert.Equal("    the end of it", lines[3]);

        void Date(DateTime written) => Array.ForEach(logs, log => File.SetLastWriteTimeUtc(log, written));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("-1")]
    public void A_list_without_a_job_tells_of_no_task(string job)
    {
        var grid = _made.Write("1");
        Submitted(grid, 1, job, "001");
        Assert.Empty(SlurmArray.LastTasks(grid));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("0001")]
    public void Ids_that_a_spreadsheet_changed_are_refused_before_their_points_count_as_new(string id)
    {
        GridInFolder.Finish(_made.Write("1..2"), 0);
        var list = Path.Combine(_made.Path, "points.csv");
        var before = File.ReadAllText(list);
        File.WriteAllText(list, before.Replace("\n001,", $"\n{id},", StringComparison.Ordinal));
        Assert.StartsWith($"{list} has the id {id}, and points/ has the folder 001: they differ only in leading zeros, which a spreadsheet drops", Assert.Throws<RunException>(_made.Open).Message, StringComparison.Ordinal);
        File.WriteAllText(list, before);
        Assert.Equal(PointStatus.Done, _made.Open().States()[0].Status);
    }

    [Fact]
    public void Ids_of_the_users_own_may_differ_in_leading_zeros()
    {
        Directory.CreateDirectory(_made.Path);
        File.WriteAllText(Path.Combine(_made.Path, "points.csv"), "id,notebook,seed\n1,../n.ipynb,1\n01,../n.ipynb,2\na1,../n.ipynb,3\n");
        var grid = _made.Open();
        GridInFolder.Finish(grid, 0);
        GridInFolder.Finish(grid, 1);
        Directory.CreateDirectory(Path.Combine(_made.Path, "points", "0a1"));
        Assert.Equal([PointStatus.Done, PointStatus.Done, PointStatus.Waiting], _made.Open().States().Select(state => state.Status));
    }

    [Fact]
    public void Folders_of_points_that_no_line_names_are_named()
    {
        var grid = _made.Write("1..7");
        foreach (var index in Enumerable.Range(0, 7))
            GridInFolder.Finish(grid, index);
        Assert.Single(GridStatusText.Of(grid, grid.States()));
        File.WriteAllText(Path.Combine(_made.Path, "points.csv"), "id,notebook,seed\n001,../n.ipynb,1\nnew,../n.ipynb,9\n");
        grid = _made.Open();
        Assert.Equal(
            [$"{grid.FullPath}: 1 of 2 points done, 1 waiting", "points/ also holds 002, 003, 004, 005, 006, …, which no line of points.csv names: what is in there is left out."],
            GridStatusText.Of(grid, grid.States()));
    }

    [Fact]
    public void Where_one_result_cannot_be_read_the_other_points_are_shown_and_that_one_is_not_run()
    {
        var grid = _made.Write("1..2");
        GridInFolder.Finish(grid, 0);
        GridInFolder.Finish(grid, 1);
        using (new FileStream(grid.ResultOf(grid.Points[0]), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Equal([PointStatus.Missing, PointStatus.Done], grid.States().Select(state => state.Status));
            Assert.StartsWith("001 missing: seed=1: The files of point 001 cannot be read: ", GridStatusText.Of(grid, grid.States()).Last(), StringComparison.Ordinal);
            Assert.Contains("The files of point 001 cannot be read: ", Assert.Throws<RunException>(() => Preflight.Check(grid, grid.Points)).Message, StringComparison.Ordinal);
        }

        Assert.Equal(PointStatus.Done, grid.States()[0].Status);
        Preflight.Check(grid, grid.Points);
    }

    [Fact]
    public async Task A_point_that_ends_while_it_is_looked_at_is_never_missing()
    {
        var grid = _made.Write("1..200");
        var running = Task.Run(
            () =>
            {
                foreach (var (index, point) in grid.Points.Index())
                {
                    Directory.CreateDirectory(grid.FolderOf(point));
                    using var claim = Taken(grid.ClaimOf(point));
                    new PointAttempt("node2", 77, null, null, default).Write(grid.AttemptOf(point));
                    GridInFolder.Finish(grid, index);
                    File.Delete(grid.AttemptOf(point));
                }
            },
            TestContext.Current.CancellationToken);
        foreach (var point in grid.Points)
        {
            PointState state;
            do
            {
                state = grid.StateOf(point);
                Assert.NotEqual(PointStatus.Missing, state.Status);
            }
            while (state.Status != PointStatus.Done && !running.IsFaulted);
        }

        await running;
    }

    [Theory]
    [InlineData("id", "two columns are called id")]
    [InlineData("seed", "is identical to point 001: n.ipynb seed=1")]
    public void Points_whose_list_could_not_be_read_again_are_refused_before_anything_is_written(string name, string reason)
    {
        var points = Enumerable.Range(1, 2).Select(number => new GridPoint($"00{number}", "n.ipynb", new Dictionary<string, string> { [name] = "1" })).ToList();
        Assert.Contains(reason, Assert.Throws<RunException>(() => GridFolder.Planned(_made.Path, points)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_keeps_a_second_one_out_until_it_is_let_go_and_looking_takes_it_from_nobody()
    {
        var path = Path.Combine(_made.Around, "claim.lock");
        Assert.False(PointClaim.IsTaken(path));
        using (var first = PointClaim.TryTake(path))
        {
            Assert.NotNull(first);
            Assert.Null(PointClaim.TryTake(path));
            Assert.True(PointClaim.IsTaken(path));
        }

        Assert.False(PointClaim.IsTaken(path));
        using var next = PointClaim.TryTake(path);
        Assert.NotNull(next);
        Assert.True(PointClaim.HoldIn(_made.Around));
    }

    /// <summary>Leaves what a submission leaves.</summary>
    private static void Submitted(GridFolder grid, int number, string job, params string[] lines)
    {
        Directory.CreateDirectory(grid.Jobs);
        File.WriteAllLines(Path.Combine(grid.Jobs, $"{number}.points"), lines);
        File.WriteAllText(Path.Combine(grid.Jobs, $"{number}.job"), job);
    }

    /// <summary>Leaves what a task wrote, and gives the file.</summary>
    private static string WriteLog(GridFolder grid, string task, params string[] lines)
    {
        var log = Path.Combine(grid.Jobs, $"{task}.log");
        File.WriteAllLines(log, lines);
        return log;
    }

    /// <summary>A claim, as workers take it: who looks at a point may hold them up for a moment.</summary>
    private static PointClaim Taken(string path)
    {
        PointClaim? claim;
        while ((claim = PointClaim.TryTake(path)) is null)
            Thread.Yield();
        return claim;
    }
}
