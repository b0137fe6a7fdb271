using TrivialLayers.Results;

namespace TrivialLayers.Tests;

/// <summary>The runs in <c>data/checkpoints</c> are what every reader sees first: each is whole, gives what it says, and is found without training.</summary>
[Trait("Category", "Slow")]
public sealed class ShippedRunsTests(ShippedRunsTests.ReadOnce once) : IClassFixture<ShippedRunsTests.ReadOnce>
{
    private readonly ShippedRuns _shipped = once.Runs;

    private const int Compared = 2_000;

    /// <summary>Those with weights, and a sweep that says of each image whether it was answered right.</summary>
    public static TheoryData<string> Answered => [.. All(withWeights: true).Where(HasAnswers)];

    /// <summary>The others with weights.</summary>
    public static TheoryData<string> Evaluated => [.. All(withWeights: true).Where(folder => !HasAnswers(folder))];

    /// <summary>Those without weights.</summary>
    public static TheoryData<string> WithoutWeights => [.. All(withWeights: false)];

    /// <summary>Those with weights that stand in the tables of results.</summary>
    public static TheoryData<string> Listed => [.. NetworkTable.Listed.Where(run => run.HasWeights).Select(run => Path.GetFileName(run.Folder))];

    /// <summary>Depth and seed of each ResNet whose drops are split.</summary>
    public static TheoryData<int, int> Split => new(from depth in Profile.Quick.Depths from seed in Enumerable.Range(1, Profile.Quick.Seeds) select (depth, seed));

    [Theory]
    [MemberData(nameof(Answered))]
    public void Each_answers_its_first_2000_test_images_as_recorded_but_for_two(string folder)
    {
        var (run, data) = Read(folder);
        var recorded = _shipped.Of(() => (SegmentedNetwork)ShippedNetworks.Of(run), data, run.Recipe!, run.Seed).Sweep.Baseline.Outcomes!;
        using var first = new ImageSet(
            "first", data.Test.Images.narrow(0, 0, Compared).alias(), data.Test.Labels.narrow(0, 0, Compared).alias(), data.Test.Classes, data.Test.Mean, data.Test.Std);

        var here = AnswersOf(run, data, first).Outcomes;

        Assert.InRange(Enumerable.Range(0, Compared).Count(image => here[image] != recorded[image]), 0, 2);
    }

    [Theory]
    [MemberData(nameof(Evaluated))]
    public void Each_gives_its_recorded_accuracy_within_two_answers_of_10000(string folder)
    {
        var (run, data) = Read(folder);
        Assert.Equal(run.TestAccuracy, AnswersOf(run, data, data.Test).Percent, tolerance: 0.0201);
    }

    [Theory]
    [MemberData(nameof(WithoutWeights))]
    public void Each_has_its_sweep_where_its_weights_are_not_here(string folder)
    {
        var (recorded, data) = Read(folder);
        var (run, sweep) = _shipped.Of(() => (SegmentedNetwork)ShippedNetworks.Of(recorded), data, recorded.Recipe!, recorded.Seed);

        Assert.Equal(recorded.Folder, run.Folder);
        Assert.Equal(run.TestAccuracy, sweep.Baseline.Value, precision: 9);
        Assert.Equal(recorded.Recipe!.Epochs, run.History.Epochs.Count);
    }

    [Theory]
    [MemberData(nameof(Listed))]
    public void Run_and_sweep_load_instead_of_being_computed(string folder)
    {
        var (recorded, data) = Read(folder);
        using var network = (SegmentedNetwork)ShippedNetworks.Of(recorded);
        var (run, sweep) = _shipped.Of(network, data, recorded.Recipe!, recorded.Seed);

        Assert.Equal(recorded.Folder, run.Folder);
        if (!data.Test.HasPixelLabels)
            Assert.Equal(run.TestAccuracy, sweep.Baseline.Value, tolerance: run.Provenance.Device == sweep.Provenance.Device ? 1e-9 : 0.0201); // a card and a processor answer a few images differently
    }

    /// <summary>Those whose drops <c>08-controls</c> splits into the missing function and the shifted constant.</summary>
    [Theory]
    [MemberData(nameof(Split))]
    public void Each_depth_has_its_sweeps_with_mean_output(int depth, int seed)
    {
        var (run, sweep) = _shipped.Of(() => ResNet.ForSmallImages(depth, Profile.Quick.FitWidth, 10, 1), _shipped.Sample, Profile.Quick.Fit, seed, Intervention.MeanOutput);

        Assert.Equal(run.TestAccuracy, sweep.Baseline.Value, precision: 9);
    }

    [Fact]
    public void The_networks_of_the_default_profile_are_of_use_on_images_that_they_have_not_seen() => Assert.All(
        ShippedRuns.All.Where(run => run.Data == Profile.Quick.Dataset && run.Recipe == Profile.Quick.Recipe), run => Assert.True(run.TestAccuracy >= 88, $"{run.Folder}: {run.TestAccuracy} %"));

    [Fact]
    public void A_run_that_does_not_ship_is_an_error_that_names_it()
    {
        var error = Assert.Throws<InvalidOperationException>(() => _shipped.Of(() => ResNet.ForSmallImages(8, 8, 10, 1), _shipped.Sample, Recipe.Quick, seed: 99));

        Assert.Contains("has no run of ResNet-8 (width 8), images fashion-mnist-sample, recipe quick, seed 99. Nothing is computed here", error.Message, StringComparison.Ordinal);
    }

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

    private static bool HasAnswers(string folder) => NetworkTable.Listed.Any(run => Path.GetFileName(run.Folder) == folder && !run.Data.EndsWith("-scenes", StringComparison.Ordinal));

    /// <summary>What the weights in a run's folder answer.</summary>
    private static Evaluation AnswersOf(TrainedRun run, DataSplit data, ImageSet images)
    {
        Assert.Equal(data.Fingerprint, run.DataFingerprint);
        using var network = ShippedNetworks.Of(run);
        Weights.Load(network, Path.Combine(run.Folder, "weights.safetensors"));
        return Evaluation.Run(network, images);
    }

    private static IEnumerable<string> All(bool withWeights) => ShippedRuns.All.Where(run => run.HasWeights == withWeights).Select(run => Path.GetFileName(run.Folder));

    /// <summary>A run and its images; without these the test is skipped.</summary>
    private (TrainedRun Run, DataSplit Data) Read(string folder)
    {
        var run = ShippedRuns.All.Single(run => Path.GetFileName(run.Folder) == folder);
        Assert.SkipUnless(ShippedRuns.Has(run.Data), $"{run.Data} is not at hand: see data/README.md");
        return (run, _shipped.Images(run.Data));
    }

    /// <summary>The images are read once for all tests.</summary>
    public sealed class ReadOnce : IDisposable
    {
        internal ShippedRuns Runs { get; } = new();

        public void Dispose() => Runs.Dispose();
    }
}
