using System.Globalization;
using TorchSharp;
using TrivialLayers.Data;
using TrivialLayers.Evidence;
using TrivialLayers.Figures;
using TrivialLayers.Models;
using TrivialLayers.Runtime;
using TrivialLayers.Tests.Data;
using TrivialLayers.Training;
using TrivialLayers.Zeroing;
using static TorchSharp.torch;

namespace TrivialLayers.Tests.Training;

/// <summary>The runs in <c>data/checkpoints</c> are what every reader sees first: each is whole, gives what it says, and is found without training.</summary>
[Trait("Category", "Slow")]
public sealed class ShippedRunsTests : IDisposable
{
    private readonly DataSplit _data = Datasets.Load("fashion-mnist-sample");
    private readonly Lazy<DataSplit> _scenes;
    private readonly Lazy<DataSplit> _textured;
    private readonly Lazy<DataSplit> _cifar10 = new(() => DataFolders.Load("cifar-10"));
    private readonly Lazy<DataSplit> _fashionMnist = new(() => DataFolders.Load("fashion-mnist"));
    private readonly Lazy<DataSplit> _few;
    private readonly TemporaryFolder _own = new();

    public ShippedRunsTests() =>
        (_scenes, _textured, _few) = (new(() => Scenes.Of(_data)), new(() => Scenes.OnTextures(_data)), new(() => Profile.Reference.Fewer(_cifar10.Value)));

    public static TheoryData<string> Folders =>
        [.. Directory.EnumerateFiles(RepositoryFolder.ShippedRuns, "run.json", SearchOption.AllDirectories).Select(file => Path.GetFileName(Path.GetDirectoryName(file)!)).Order()];

    /// <summary>The networks that the README shows: family, depth, width and seed.</summary>
    public static TheoryData<string, int, double, long> Networks =>
        [.. from network in new[] { ("ResNet", 20, 16.0), ("ResNet", 56, 8), ("PlainNet", 20, 16), ("VGG", 11, 0.125) } from seed in new long[] { 1, 2, 3 } select (network.Item1, network.Item2, network.Item3, seed)];

    /// <summary>The runs of the profile <c>reference</c>, by what the README calls their training images.</summary>
    private static readonly Dictionary<string, string> s_reference = new() { ["cifar-10"] = "CIFAR-10", ["cifar-10-5000"] = "5,000 of CIFAR-10", ["fashion-mnist"] = "Fashion-MNIST" };

    public static TheoryData<string> ReferenceFolders =>
        [.. Folders.Select(row => row.Data).Where(folder => s_reference.ContainsKey(RunStore.Read(Path.Combine(RepositoryFolder.ShippedRuns, folder)).Data))];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Each_gives_its_recorded_accuracy_within_two_answers_of_10000(string folder)
    {
        var run = RunStore.Read(Path.Combine(RepositoryFolder.ShippedRuns, folder));
        var data = DataOf(run);
        Assert.Equal(data.Fingerprint, run.DataFingerprint);
        using var network = ShippedNetworks.Of(run);
        Weights.Load(network, Path.Combine(run.Folder, "weights.safetensors"));

        var here = Evaluation.Run(network, data.Test);

        Assert.Equal(run.TestAccuracy, here.Percent, tolerance: 0.0201);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Run_and_sweep_load_instead_of_being_computed_and_the_README_shows_them(string family, int depth, double width, long seed)
    {
        using var network = Make(family, depth, width);
        var (run, sweep) = Shipped(network, seed);

        Assert.Equal(run.TestAccuracy, sweep.Baseline.Percent, precision: 9);
        Assert.True(run.TestAccuracy >= 88, $"{run.Network}: {run.TestAccuracy} %");
        DemandRow("", run, sweep);
    }

    [Theory]
    [MemberData(nameof(ReferenceFolders))]
    public void A_reference_run_and_its_sweep_load_and_the_README_shows_them(string folder)
    {
        var recorded = RunStore.Read(Path.Combine(RepositoryFolder.ShippedRuns, folder));
        using var network = (StagedNetwork)ShippedNetworks.Of(recorded);
        var recipe = recorded.Data == "cifar-10-5000" ? Profile.Reference.Fit : Profile.Reference.Recipe;
        var (run, sweep) = Shipped(network, DataOf(recorded), recipe, recorded.Seed);

        Assert.Equal(run.TestAccuracy, sweep.Baseline.Percent, precision: 9);
        DemandRow($"| {s_reference[run.Data]} ", run, sweep);
        Assert.Equal(0, sweep.Count(Verdict.Trivial)); // as the README says
        if (run.Data == "cifar-10-5000")
            Assert.True(sweep.Layers.Min(layer => layer.Drop) >= 0.7 && Readme.Contains("no layer of them costs less than 0.7 points", StringComparison.Ordinal), $"{sweep.Layers.Min(layer => layer.Drop)}");
    }

    [Fact]
    public void Three_seeds_of_one_ResNet_are_over_parameterised_and_the_README_says_what_their_layers_cost()
    {
        var drops = new List<double[]>();
        foreach (var seed in new long[] { 1, 2, 3 })
        {
            using var network = Make("ResNet", 20, 16);
            var (run, sweep) = Shipped(network, seed);
            Assert.True(run.IsOverParameterised, $"seed {seed}: {run.TrainingAccuracy} % of the training images");
            drops.Add([.. sweep.Layers.Select(layer => layer.Drop).Order()]);
        }

        var (least, median) = (drops.ConvertAll(sorted => sorted[0]), drops.ConvertAll(sorted => sorted[sorted.Length / 2]));
        Assert.Contains(
            FormattableString.Invariant($"cheapest layer costs {least.Min():F1} to {least.Max():F1} points, the median layer {median.Min():F1} to {median.Max():F1}"),
            Readme, StringComparison.Ordinal);
    }

    [Fact]
    public void The_README_says_what_became_of_the_claims()
    {
        var (resNets, deep, plain, vgg) = (Sweeps("ResNet", 20, 16), Sweeps("ResNet", 56, 8), Sweeps("PlainNet", 20, 16), Sweeps("VGG", 11, 0.125));
        List<NetworkVerdicts> Verdicts(IEnumerable<(TrainedRun Run, ZeroSweep Sweep)> trained) => [.. trained.Select(entry => entry.Sweep.Verdicts(entry.Run.Seed, entry.Run.TrainingAccuracy))];
        foreach (var (claim, decision) in new[]
        {
            ("C1", ClaimRules.SomeLayersAreTrivial(Verdicts(resNets.Concat(deep)))),
            ("C2", ClaimRules.EveryLayerIsNeeded(Verdicts(plain.Concat(vgg)), Verdicts(resNets))),
            ("C4", ClaimRules.ChannelChangesMatterMore(Verdicts([.. Sweeps("ResNet", 8, 8), .. Sweeps("ResNet", 8, 16), .. Sweeps("ResNet", 14, 8), .. Sweeps("ResNet", 14, 16), .. Sweeps("ResNet", 20, 8), .. resNets, .. deep]))),
            ("C5", ClaimRules.TrivialPlacesAreRegular(SweepAgreement.Test(deep.ConvertAll(entry => entry.Sweep)))),
        })
        {
            var row = $"| {claim} | {ClaimTables.NameOf(decision.Verdict)} | {ClaimTables.Effect(decision.Effect, decision.Interval)} |";
            Assert.True(Readme.Contains(row, StringComparison.Ordinal), $"README.md is without this row:\n{row}\n{string.Join('\n', decision.Because)}");
        }

        var with = ShareDifference.Of([.. Verdicts([.. Sweeps("ResNet", 8, 16), .. Sweeps("ResNet", 14, 16), .. Sweeps("ResNet", 20, 8), .. resNets, .. deep])], withStemAndShortcuts: true);
        Assert.Contains($"{with.Interval.Around(with.Points)} with stem and shortcuts", Readme, StringComparison.Ordinal);
        var counts = deep.ConvertAll(entry => (Trivial: entry.Sweep.Count(Verdict.Trivial), Undecided: entry.Sweep.Count(Verdict.Undecided)));
        Assert.Contains(
            $"{counts[0].Trivial}, {counts[1].Trivial} and {counts[2].Trivial} of its 57 convolutions are Trivial, {counts[0].Undecided}, {counts[1].Undecided} and {counts[2].Undecided} Undecided", Readme, StringComparison.Ordinal);
    }

    [Fact]
    public void The_README_says_what_became_of_long_connections()
    {
        var trained = new[]
        {
            Segmented(() => PlainEncoderDecoder.ForSmallImages(width: 8)), Segmented(() => UNet.ForSmallImages(width: 8)),
            Segmented(() => SegNet.ForSmallImages(width: 8)), Segmented(() => ResidualEncoderDecoder.ForSmallImages(width: 8)),
        };
        foreach (var seeds in trained)
        {
            string Listed(Verdict verdict) => string.Join(", ", seeds.Select(entry => entry.Sweep.Count(verdict)));
            var line = string.Create(
                CultureInfo.InvariantCulture,
                $"| {seeds[0].Run.Network} | {string.Join(", ", seeds.Select(entry => entry.Sweep.Baseline.ToString("F1", CultureInfo.InvariantCulture)))} % | {seeds[0].Sweep.Layers.Count} | {Listed(Verdict.Trivial)} | {Listed(Verdict.Undecided)} | {Listed(Verdict.NonTrivial)} |");
            Assert.True(Readme.Contains(line, StringComparison.Ordinal), $"README.md is without this row:\n{line}");
        }

        List<NetworkVerdicts> Verdicts(params IEnumerable<List<(TrainedRun Run, MetricSweep Sweep)>> kinds) => [.. kinds.SelectMany(kind => kind).Select(entry => entry.Sweep.Verdicts(entry.Run.Seed, entry.Run.TrainingAccuracy))];
        var decision = ClaimRules.LongConnectionsActLikeNone(Verdicts(trained[0]), Verdicts(trained[1], trained[2]), Verdicts(trained[3]));
        var behind = trained[3].Average(entry => entry.Sweep.Baseline) - trained[2].Average(entry => entry.Sweep.Baseline);
        Assert.Contains(FormattableString.Invariant($"SegNet is {behind:F1} points behind the residual one"), Readme, StringComparison.Ordinal);
        var row = $"| C3 | {ClaimTables.NameOf(decision.Verdict)} | {ClaimTables.Effect(decision.Effect, decision.Interval)} |";
        Assert.True(Readme.Contains(row, StringComparison.Ordinal), $"README.md is without this row:\n{row}\n{string.Join('\n', decision.Because)}");
    }

    [Fact]
    public void The_pruned_network_that_was_trained_on_is_found_whatever_the_number_of_threads()
    {
        using var network = Make("ResNet", 56, 8);
        Shipped(network, 1);
        var never = new CancellationToken(canceled: true);
        var greedy = JointZeroing.Greedy(network, _data.Validation, steps: 20, store: new SweepStore(_own.Path, [Path.Combine(RepositoryFolder.ShippedRuns, "sweeps")]), cancellationToken: never);
        var largest = greedy.Steps.LastOrDefault(step => step.Drop <= 1) ?? greedy.Steps[0];
        TrivialLayers.Pruning.Pruning.TakeOut(network, largest.Layers.Where(name => network.RoleOf(name) is LayerRole.Residual or LayerRole.ChannelChange), _data.Height, _data.Width);
        var tune = Recipe.Quick with { Epochs = 3, LearningRate = 0.01 };
        Assert.Equal(3, new RunStore(_own.Path, [RepositoryFolder.ShippedRuns]).GetOrTune(network, _data, tune, seed: 1, cancellationToken: never).History.Epochs.Count);
    }

    private List<(TrainedRun Run, MetricSweep Sweep)> Segmented(Func<StagedNetwork> make) => [.. new long[] { 1, 2, 3 }.Select(seed =>
    {
        using var network = make();
        var never = new CancellationToken(canceled: true);
        var run = new RunStore(_own.Path, [RepositoryFolder.ShippedRuns]).GetOrTrain(network, _scenes.Value, Recipe.Scenes, seed, cancellationToken: never);
        var sweeps = new SweepStore(_own.Path, [Path.Combine(RepositoryFolder.ShippedRuns, "sweeps")]);
        return (run, MetricSweep.Run(network, _scenes.Value.Test, Metric.MeanIoU(_scenes.Value.Classes.Count), store: sweeps, cancellationToken: never));
    })];

    private List<(TrainedRun Run, ZeroSweep Sweep)> Sweeps(string family, int depth, double width) => [.. new long[] { 1, 2, 3 }.Select(seed =>
    {
        using var network = Make(family, depth, width);
        return Shipped(network, seed);
    })];

    [Fact]
    public void The_picture_that_opens_the_README_is_drawn_from_the_shipped_sweeps()
    {
        using var deep = Make("ResNet", 56, 8);
        using var plain = Make("PlainNet", 20, 16);
        var drawn = SweepFigures.AccuracyByLayer(("ResNet-56, with shortcuts", Shipped(deep, 1).Sweep), ("PlainNet-20, without", Shipped(plain, 1).Sweep)).Svg;
        var file = Path.Combine(RepositoryFolder.Data, "..", "notebooks", "answer.svg");
        if (File.Exists(file) && File.ReadAllText(file) == drawn)
            return;
        var fresh = Path.Combine(Path.GetTempPath(), "answer.svg");
        File.WriteAllText(fresh, drawn);
        Assert.Fail($"{Path.GetFullPath(file)} is not the picture of the shipped sweeps; {fresh} is: look at it, then copy it there.");
    }

    [Fact]
    public void All_weights_together_stay_under_40_MB() =>
        Assert.True(Directory.EnumerateFiles(RepositoryFolder.ShippedRuns, "*.safetensors", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length) < 40_000_000);

    public void Dispose()
    {
        _data.Dispose();
        foreach (var made in new[] { _scenes, _textured, _few, _cifar10, _fashionMnist }.Where(made => made.IsValueCreated))
            made.Value.Dispose();
        _own.Dispose();
    }

    /// <summary>The images a run was trained and tested on; without them the test is skipped.</summary>
    private DataSplit DataOf(TrainedRun run) => run.Data switch
    {
        "fashion-mnist-sample" => _data,
        "fashion-mnist-sample-scenes" => _scenes.Value,
        "fashion-mnist-sample-textured" => _textured.Value,
        "cifar-10-5000" => _few.Value,
        "cifar-10" => _cifar10.Value,
        _ => _fashionMnist.Value,
    };

    private static string Readme => File.ReadAllText(Path.Combine(RepositoryFolder.Data, "..", "README.md"));

    private static void DemandRow(string first, TrainedRun run, ZeroSweep sweep)
    {
        var row = first + FormattableString.Invariant(
            $"| {run.Network} | {run.Seed} | {run.TrainingAccuracy:F2} % | {run.TestAccuracy:F2} % | {sweep.Layers.Count} | {sweep.Count(Verdict.Trivial)} | {sweep.Count(Verdict.Undecided)} | {sweep.Count(Verdict.NonTrivial)} |");
        Assert.True(Readme.Contains(row, StringComparison.Ordinal), $"README.md is without this row:\n{row}");
    }

    private (TrainedRun Run, ZeroSweep Sweep) Shipped(StagedNetwork network, long seed) => Shipped(network, _data, Recipe.Quick, seed);

    /// <summary>A run and its sweep from what ships; whatever would have to be computed is cancelled.</summary>
    private (TrainedRun Run, ZeroSweep Sweep) Shipped(StagedNetwork network, DataSplit data, Recipe recipe, long seed)
    {
        var never = new CancellationToken(canceled: true);
        var run = new RunStore(_own.Path, [RepositoryFolder.ShippedRuns]).GetOrTrain(network, data, recipe, seed, cancellationToken: never);
        var sweeps = new SweepStore(_own.Path, [Path.Combine(RepositoryFolder.ShippedRuns, "sweeps")]);
        return (run, ZeroSweep.Run(network, data.Test, store: sweeps, cancellationToken: never));
    }

    private static StagedNetwork Make(string family, int depth, double width) => family switch
    {
        "ResNet" => ResNet.ForSmallImages(depth, (int)width, 10, 1),
        "PlainNet" => PlainNet.ForSmallImages(depth, (int)width, 10, 1),
        _ => Vgg.ForSmallImages(depth, width, 10, 1),
    };
}
