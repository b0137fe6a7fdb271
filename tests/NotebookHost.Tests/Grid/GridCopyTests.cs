using NotebookHost.Grid;
using NotebookHost.Running;

namespace NotebookHost.Tests.Grid;

/// <summary>What a copy of a grid has, and where it may go.</summary>
public sealed class GridCopyTests : IDisposable
{
    private readonly GridInFolder _made = new();

    private string Target => Path.Combine(_made.Around, "copy");

    public void Dispose() => _made.Dispose();

    [Fact]
    public void A_copy_has_the_results_and_of_each_training_the_record_and_its_weights_only_when_asked()
    {
        var grid = Finished();
        var (copied, left) = GridCopy.Write(grid, Target, withWeights: false);
        Assert.Equal((1, "earlier"), (copied, Assert.Single(left)));
        string[] results = ["points.csv", "points/001/n.ipynb", "points/001/result.json", "results.csv"];
        Assert.Equal([.. results, "runs/run-1/history.csv", "runs/run-1/run.json", "runs/sweeps/a.json"], GridInFolder.FilesIn(Target));
        Assert.Equal("a record", File.ReadAllText(Path.Combine(Target, "runs", "run-1", "run.json")));
        Assert.Equal([PointStatus.Done, PointStatus.Waiting], GridFolder.Open(Target).States().Select(state => state.Status));

        (copied, left) = GridCopy.Write(grid, Target, withWeights: true);
        Assert.Equal((2, 0), (copied, left.Count));
        Assert.Equal("with weights", File.ReadAllText(Path.Combine(Target, "runs", "run-1", "run.json")));
        Assert.Equal("weights", File.ReadAllText(Path.Combine(Target, "runs", "run-1", "weights.safetensors")));
        var all = GridInFolder.FilesIn(Target);
        GridCopy.Write(grid, Target, withWeights: false);
        Assert.Equal(all, GridInFolder.FilesIn(Target));
        Assert.Equal("with weights", File.ReadAllText(Path.Combine(Target, "runs", "run-1", "run.json")));
    }

    [Fact]
    public void A_copy_goes_neither_onto_the_grid_itself_nor_onto_another()
    {
        var grid = Finished();
        Assert.Contains("is the grid itself", Assert.Throws<RunException>(() => GridCopy.Write(grid, grid.FullPath, withWeights: false)).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(Target);
        File.WriteAllText(Path.Combine(Target, "points.csv"), "id,notebook\na,n.ipynb\n");
        Assert.Contains("belongs to a different grid", Assert.Throws<RunException>(() => GridCopy.Write(grid, Target, withWeights: false)).Message, StringComparison.Ordinal);
        Assert.Equal(["points.csv"], GridInFolder.FilesIn(Target));
    }

    /// <summary>A grid with one of two points done, and in its store a training, one without a record, one that is not finished, and a sweep.</summary>
    private GridFolder Finished()
    {
        var grid = _made.Write("1,2");
        GridInFolder.Finish(grid, 0);
        foreach (var (file, text) in new[]
        {
            ("results.csv", "id"), ("slurm/1.points", "001"), ("points/002/claim.lock", ""), ("runs/locks/a.lock", ""), ("runs/sweeps/a.json", "{}"),
            ("runs/run-1/run.json", "with weights"), ("runs/run-1/weights.safetensors", "weights"), ("runs/run-1/record/run.json", "a record"), ("runs/run-1/record/history.csv", "1"),
            ("runs/earlier/run.json", "{}"), ("runs/earlier/weights.safetensors", "weights"),
            ("runs/begun/start-probe.safetensors", "probe"), ("runs/begun/training.safetensors", "state"),
        })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(grid.FullPath, file))!);
            File.WriteAllText(Path.Combine(grid.FullPath, file), text);
        }

        return grid;
    }
}
