using System.Text.RegularExpressions;
using NotebookHost.Grid;
using NotebookHost.Running;
using NotebookHost.Tests.Running;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Grid;

/// <summary>Grids that are read by others: their store where it is, or a copy of it elsewhere.</summary>
public sealed partial class GridCopyTests : IDisposable
{
    private static readonly string s_imports = $"#load \"{Path.Combine(RepositoryRoot.Path, "notebooks", "setup.csx").Replace('\\', '/')}\"\nusing TrivialLayers;";

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
        Assert.Equal([.. results, "runs/run-1/history.csv", "runs/run-1/run.json", "runs/sweeps/a.json"], FilesIn(Target));
        Assert.Equal("a record", File.ReadAllText(Path.Combine(Target, "runs", "run-1", "run.json")));
        Assert.Equal([PointStatus.Done, PointStatus.Waiting], GridFolder.Open(Target).States().Select(state => state.Status));

        (copied, left) = GridCopy.Write(grid, Target, withWeights: true);
        Assert.Equal((2, 0), (copied, left.Count));
        Assert.Equal("with weights", File.ReadAllText(Path.Combine(Target, "runs", "run-1", "run.json")));
        Assert.Equal("weights", File.ReadAllText(Path.Combine(Target, "runs", "run-1", "weights.safetensors")));
        var all = FilesIn(Target);
        GridCopy.Write(grid, Target, withWeights: false);
        Assert.Equal(all, FilesIn(Target));
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
        Assert.Equal(["points.csv"], FilesIn(Target));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_chapter_reads_the_trainings_of_a_grid_from_its_copy_without_their_weights()
    {
        _made.Use(
            s_imports,
            """
            var plan = Profile.Of("quick").With(smoke: true);
            var data = plan.Fewer(plan.Load());
            await SweptRun.GetOrTrain(() => ResNet.ForSmallImages(8, 1, data.Classes.Count, data.Channels), data, plan.Fit, seed);
            """);
        Assert.Equal(0, (await NotebookFolder.Host("grid", _made.Notebook, "--set", "seed=1,2", "--out", _made.Path)).ExitCode);
        var (exit, output, _) = await NotebookFolder.Host("grid", "collect", _made.Path, "--to", Target);
        Assert.Equal(0, exit);
        Assert.Contains($"{Target}: 2 training runs without their weights", output, StringComparison.Ordinal);
        var before = FilesIn(Path.Combine(Target, "runs")).Where(file => Seeds().IsMatch(file)).ToList();
        Assert.DoesNotContain(before, file => file.EndsWith("weights.safetensors", StringComparison.Ordinal));

        await Read("05-deeper-and-wider", Path.Combine(Target, "runs"), "networks=8x8", "seeds=2");
        var after = FilesIn(Path.Combine(Target, "runs")).Where(file => Seeds().IsMatch(file)).ToList();
        var own = after.Except(before).Select(file => file.Split('/')[0]).Distinct().ToList();
        Assert.Contains("width-8-", Assert.Single(own), StringComparison.Ordinal); // the cell to change trains its own network; those of the grid are read
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Chapters_read_the_trainings_of_a_grid_and_the_claims_decided_on_them_from_its_store()
    {
        _made.Use(
            s_imports,
            """
            var plan = Profile.Of("quick").With(smoke: true);
            var all = plan.Load();
            async Task Train(Func<SegmentedNetwork> make, DataSplit on, Recipe recipe) => await SweptRun.GetOrTrain(make, on, recipe, seed);
            SegmentedNetwork Net(int depth, int width) => ResNet.ForSmallImages(depth, width, all.Classes.Count, all.Channels);
            await Train(() => Net(8, 8), plan.Fewer(all), plan.Fit);
            await Train(() => Net(20, 16), all, plan.Recipe);
            await Train(() => Net(20, 8), all, plan.Recipe);
            await Train(() => Net(20, 8), plan.LoadOther(all), plan.Recipe);
            if (seed == 1)
            {
                await Train(() => Net(56, 8), all, plan.Recipe);
                await Train(() => PlainNet.ForSmallImages(20, 16, all.Classes.Count, all.Channels), all, plan.Recipe);
            }
            """);
        Assert.Equal(0, (await NotebookFolder.Host("grid", _made.Notebook, "--set", "seed=1,2", "--out", _made.Path)).ExitCode);
        var store = _made.Open().Runs;
        var trained = Trainings(store);
        Assert.Equal(10, trained.Count);

        await Read("06-regular", store, "depth=8", "width=8", "seeds=2");
        var after06 = Trainings(store);
        Assert.Equal(trained, after06.IntersectBy(trained.Keys, training => training.Key));
        var own = after06.Keys.Except(trained.Keys).ToList(); // of the cell to change
        Assert.Equal(2, own.Count);
        Assert.All(own, training => Assert.StartsWith("resnet-8-width-16", training, StringComparison.Ordinal));

        var summary = await Read("10-summary", store);
        var after10 = Trainings(store);
        Assert.Equal(after06, after10.IntersectBy(after06.Keys, training => training.Key));
        Assert.Contains("seed3", Assert.Single(after10.Keys.Except(after06.Keys)), StringComparison.Ordinal); // of the cell to change
        Assert.Contains("Based on 2 training runs.", summary, StringComparison.Ordinal); // what 06 decided on the grid's trainings
    }

    /// <summary>Runs a notebook of the repository on a few images, with its trainings from a store.</summary>
    /// <returns>The executed notebook.</returns>
    private async Task<string> Read(string chapter, string store, params string[] parameters)
    {
        var (exit, _, error) = await NotebookFolder.Host(
            start => start.Environment["TRIVIAL_LAYERS_RUNS"] = store,
            static _ => Task.CompletedTask,
            ["run", Path.Combine(RepositoryRoot.Path, "notebooks", $"{chapter}.ipynb"), .. parameters.Append("smoke=true").SelectMany(parameter => new[] { "-p", parameter }), "--out", Path.Combine(_made.Around, "reports")]);
        Assert.Equal((0, ""), (exit, error));
        return await File.ReadAllTextAsync(Path.Combine(_made.Around, "reports", $"{chapter}.ipynb"));
    }

    /// <summary>The trainings in a store: folder → what was noted of it, with the moment and the time it took.</summary>
    private static SortedDictionary<string, string> Trainings(string store) => new(
        Directory.GetDirectories(store).Where(folder => File.Exists(Path.Combine(folder, "run.json"))).ToDictionary(folder => Path.GetFileName(folder), folder => File.ReadAllText(Path.Combine(folder, "run.json"))),
        StringComparer.Ordinal);

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

    private static List<string> FilesIn(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    [GeneratedRegex("^[^/]*-seed[0-9]+-[^/]*/", RegexOptions.CultureInvariant)]
    private static partial Regex Seeds();
}
