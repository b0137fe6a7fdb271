using System.Text.RegularExpressions;
using NotebookHost.Tests.Running;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Grid;

/// <summary>Chapters that read the trainings of a grid: from its store where it is, or from a copy of it elsewhere.</summary>
[Collection(TorchCollection.Name)]
[Trait("Category", "Slow")]
public sealed partial class ChaptersOfGridTests : IDisposable
{
    private readonly GridInFolder _made = new();

    public void Dispose() => _made.Dispose();

    [Fact]
    public async Task A_chapter_reads_the_trainings_of_a_grid_from_its_copy_without_their_weights()
    {
        _made.Use(
            GridInFolder.Imports,
            """
            var plan = Profile.Of("quick").With(smoke: true);
            var data = plan.Fewer(plan.Load());
            await SweptRun.GetOrTrain(() => ResNet.ForSmallImages(8, 1, data.Classes.Count, data.Channels), data, plan.Fit, seed);
            """);
        Assert.Equal(0, (await NotebookFolder.Host("grid", _made.Notebook, "--set", "seed=1,2", "--out", _made.Path)).ExitCode);
        var copy = Path.Combine(_made.Around, "copy");
        var (exit, output, _) = await NotebookFolder.Host("grid", "collect", _made.Path, "--to", copy);
        Assert.Equal(0, exit);
        Assert.Contains($"{copy}: 2 training runs without their weights", output, StringComparison.Ordinal);
        var before = GridInFolder.FilesIn(Path.Combine(copy, "runs")).Where(file => Seeds().IsMatch(file)).ToList();
        Assert.DoesNotContain(before, file => file.EndsWith("weights.safetensors", StringComparison.Ordinal));

        await Read("05-deeper-and-wider", Path.Combine(copy, "runs"), "networks=8x8", "seeds=2");
        var after = GridInFolder.FilesIn(Path.Combine(copy, "runs")).Where(file => Seeds().IsMatch(file)).ToList();
        var own = after.Except(before).Select(file => file.Split('/')[0]).Distinct().ToList();
        Assert.Contains("width-8-", Assert.Single(own), StringComparison.Ordinal); // the cell to change trains its own network; those of the grid are read
    }

    [Fact]
    public async Task Chapters_read_the_trainings_of_a_grid_and_the_claims_decided_on_them_from_its_store()
    {
        _made.Use(
            GridInFolder.Imports,
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

    [GeneratedRegex("^[^/]*-seed[0-9]+-[^/]*/", RegexOptions.CultureInvariant)]
    private static partial Regex Seeds();
}
