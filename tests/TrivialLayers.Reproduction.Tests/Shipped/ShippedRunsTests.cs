
namespace TrivialLayers.Tests;

/// <summary>The runs in <c>data/checkpoints</c> are what every reader sees first: each is whole, gives what it says, and is found without training.</summary>
[Trait("Category", "Slow")]
public sealed class ShippedRunsTests : IDisposable
{
    private readonly ShippedRuns _shipped = new();

    /// <summary>The data sets of the networks that the README lists, and what it calls them.</summary>
    private static readonly Dictionary<string, string> s_listed = new()
    {
        ["fashion-mnist-sample"] = "", ["cifar-10"] = "| CIFAR-10 ", ["cifar-10-5000"] = "| 5,000 of CIFAR-10 ", ["fashion-mnist"] = "| Fashion-MNIST ",
    };

    public void Dispose() => _shipped.Dispose();

    public static TheoryData<string> Folders => [.. All.Where(folder => Read(folder).HasWeights)];

    /// <summary>Those without weights.</summary>
    public static TheoryData<string> WithoutWeights => [.. All.Where(folder => !Read(folder).HasWeights)];

    /// <summary>The networks that have a row in the README: all of CIFAR-10 and Fashion-MNIST, and four kinds of those of the sample.</summary>
    public static TheoryData<string> Listed =>
        [.. Folders.Select(row => row.Data).Where(folder => RunStore.Read(Path.Combine(RepositoryFolder.ShippedRuns, folder)) is var run && s_listed.ContainsKey(run.Data)
            && (run.Data != "fashion-mnist-sample" || (run.Training == "quick" && run.Network is "ResNet-20 (width 16)" or "ResNet-56 (width 8)" or "PlainNet-20 (width 16)" or "VGG-11 (width ×0.125)")))];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Each_gives_its_recorded_accuracy_within_two_answers_of_10000(string folder)
    {
        var run = Read(folder);
        var data = _shipped.DataOf(run);
        Assert.Equal(data.Fingerprint, run.DataFingerprint);
        using var network = ShippedNetworks.Of(run);
        Weights.Load(network, Path.Combine(run.Folder, "weights.safetensors"));

        var here = Evaluation.Run(network, data.Test);

        Assert.Equal(run.TestAccuracy, here.Percent, tolerance: 0.0201);
    }

    [Theory]
    [MemberData(nameof(WithoutWeights))]
    public void Each_has_its_sweep_where_its_weights_are_not_here(string folder)
    {
        var recorded = Read(folder);
        using var network = (SegmentedNetwork)ShippedNetworks.Of(recorded);
        var (run, sweep) = _shipped.Of(network, _shipped.DataOf(recorded), recorded.Recipe!, recorded.Seed);

        Assert.Equal(recorded.Folder, run.Folder);
        Assert.Equal(run.TestAccuracy, sweep.Baseline.Value, precision: 9);
        Assert.Equal(recorded.Recipe!.Epochs, run.History.Epochs.Count);
    }

    [Theory]
    [MemberData(nameof(Listed))]
    public void Run_and_sweep_load_instead_of_being_computed_and_the_README_shows_them(string folder)
    {
        var recorded = Read(folder);
        using var network = (SegmentedNetwork)ShippedNetworks.Of(recorded);
        var (run, sweep) = _shipped.Of(network, _shipped.DataOf(recorded), recorded.Recipe!, recorded.Seed);

        Assert.Equal(run.Data switch { "fashion-mnist-sample" => Recipe.Quick, "cifar-10-5000" => Profile.Reference.Fit, _ => Profile.Reference.Recipe }, recorded.Recipe);
        Assert.Equal(run.TestAccuracy, sweep.Baseline.Value, precision: 9);
        Assert.True(run.Data != "fashion-mnist-sample" || run.TestAccuracy >= 88, $"{run.TestAccuracy} %");
        Readme.Demand($"{s_listed[run.Data]}| {run.Network} | {run.Seed} | {run.TrainingAccuracy:F2} % | {run.TestAccuracy:F2} % | {sweep.Targets.Count} | {sweep.Count(Verdict.Trivial)} | {sweep.Count(Verdict.Undecided)} | {sweep.Count(Verdict.NonTrivial)} |");
    }

    [Fact]
    public void Each_network_in_the_README_has_its_run() => Assert.Equal(Listed.Count, Readme.Rows(@"^\|( [^|]+ \|){1,2} [123] \| [\d.]+ % \|"));

    [Fact]
    public void The_pruned_network_that_was_trained_on_is_found_whatever_the_number_of_threads()
    {
        using var network = ResNet.ForSmallImages(56, 8, 10, 1);
        _shipped.Of(network, _shipped.Sample, Recipe.Quick, 1);
        var greedy = _shipped.Greedy(network, _shipped.Sample);
        var largest = greedy.Targets.LastOrDefault(step => step.Drop <= 1) ?? greedy.Targets[0];
        TrivialLayers.Pruning.TakeOut(network, largest.Names.Where(name => network.RoleOf(name) is LayerRole.Residual or LayerRole.ChannelChange), _shipped.Sample.Height, _shipped.Sample.Width);

        Assert.Equal(3, _shipped.Tuned(network, _shipped.Sample, Recipe.Quick with { Epochs = 3, LearningRate = 0.01 }).History.Epochs.Count);
    }

    [Fact]
    public void All_weights_together_stay_under_40_MB() =>
        Assert.True(Directory.EnumerateFiles(RepositoryFolder.ShippedRuns, "*.safetensors", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length) < 40_000_000);

    private static IEnumerable<string> All =>
        Directory.EnumerateFiles(RepositoryFolder.ShippedRuns, "run.json", SearchOption.AllDirectories).Select(file => Path.GetFileName(Path.GetDirectoryName(file)!)).Order();

    private static TrainedRun Read(string folder) => RunStore.Read(Path.Combine(RepositoryFolder.ShippedRuns, folder));
}
