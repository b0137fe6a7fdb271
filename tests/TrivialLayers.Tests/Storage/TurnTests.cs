
namespace TrivialLayers.Tests;

public sealed class TurnTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _reports = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_next_one_waits_says_so_once_and_comes_in_when_the_first_is_done()
    {
        var first = Take();
        var told = new TaskCompletionSource();
        var next = Task.Run(() => Turn.Take(_folder["locks/a.lock"], "It is made", text => { _reports.Add(text); told.SetResult(); }, CancellationToken.None));
        await told.Task;
        Assert.False(next.IsCompleted);
        first.Dispose();
        (await next).Dispose();
        Assert.StartsWith("It is made by another process; waiting", Assert.Single(_reports), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wait_can_be_cancelled()
    {
        using var first = Take();
        using var cancel = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Turn.Take(_folder["locks/a.lock"], "It is made", _ => cancel.Cancel(), cancel.Token));
    }

    [Fact]
    public void Where_nothing_can_be_written_the_error_is_the_disks() =>
        Assert.ThrowsAny<IOException>(() => Turn.Take(Path.Combine(_folder.Write("file", []), "a.lock"), "It is made", _reports.Add, CancellationToken.None));

    /// <summary>Four processes ask for the same; the one that works is killed; of the rest one works and the others load.</summary>
    [Theory]
    [Trait("Category", "Slow")]
    [InlineData("train", "training", "runs", "runs/locks")]
    [InlineData("sweep", "sweeping", "sweeps", "sweeps/locks")]
    [InlineData("fetch", "downloading", "small", ".downloads")]
    public async Task Of_four_processes_one_works_and_the_others_load_also_when_it_is_killed(string work, string working, string results, string locks)
    {
        await using var server = new LoopbackServer(request => request.Give(SmallDownload.Archive));
        string[] arguments = [work, _folder.Path, work == "fetch" ? server.Address : "1"];
        using var alone = new WorkerProcess(arguments);
        Assert.True(await alone.End() == 0, string.Join('\n', alone.Lines));
        Assert.Contains(working, alone.Lines);

        // The results go, so that they are to be made again, while this test has the turn and all four must wait.
        var held = Turn.Take(Directory.GetFiles(_folder[locks], "*.lock").Single(), "", _ => { }, CancellationToken.None);
        foreach (var folder in Directory.GetDirectories(_folder.Path).Where(folder => Path.GetFileName(folder) == results))
            DeleteAllBut(folder, "locks");
        await File.WriteAllTextAsync(_folder["pause"], "");
        var four = Enumerable.Range(0, 4).Select(_ => new WorkerProcess(arguments)).ToList();
        try
        {
            foreach (var worker in four)
                Assert.True(await worker.Says("waiting for it to finish"), string.Join('\n', worker.Lines));
            held.Dispose();
            var begun = four.Select(worker => (worker, says: worker.Says(working))).ToList();
            var first = await Task.WhenAny(begun.Select(entry => entry.says));
            var holder = begun.Single(entry => entry.says == first).worker;
            holder.Kill();
            File.Delete(_folder["pause"]);
            await Task.WhenAll(begun.Select(entry => entry.says));
            Assert.NotEqual(0, await holder.End());

            var rest = four.Where(worker => worker != holder).ToList();
            foreach (var worker in rest)
                Assert.True(await worker.End() == 0, string.Join('\n', worker.Lines));
            Assert.Single(rest, worker => worker.Lines.Contains(working));
            Assert.All(rest, worker => Assert.Equal(alone.Lines[^1], worker.Lines[^1]));
        }
        finally
        {
            four.ForEach(worker => worker.Dispose());
        }
    }

    private Turn Take() => Turn.Take(_folder["locks/a.lock"], "It is made", _reports.Add, CancellationToken.None);

    private static void DeleteAllBut(string folder, string kept)
    {
        foreach (var inside in Directory.GetDirectories(folder).Where(inside => Path.GetFileName(inside) != kept))
            Directory.Delete(inside, recursive: true);
        foreach (var file in Directory.GetFiles(folder))
            File.Delete(file);
    }
}
