using TorchSharp;
using TrivialLayers.Data;
using TrivialLayers.Evidence;
using TrivialLayers.Models;
using TrivialLayers.Runtime;
using TrivialLayers.Training;
using TrivialLayers.Zeroing;
using static TorchSharp.torch;

namespace TrivialLayers.Tests.Training;

/// <summary>The runs in <c>data/checkpoints</c> are what every reader sees first: each is whole, gives what it says, and is found without training.</summary>
[Trait("Category", "Slow")]
public sealed class ShippedRunsTests : IDisposable
{
    private readonly DataSplit _data = Datasets.Load("fashion-mnist-sample");
    private readonly TemporaryFolder _own = new();

    public static TheoryData<string> Folders =>
        [.. Directory.EnumerateFiles(RepositoryFolder.ShippedRuns, "run.json", SearchOption.AllDirectories).Select(file => Path.GetFileName(Path.GetDirectoryName(file)!)).Order()];

    /// <summary>The networks that results are about: family, depth, width and seed.</summary>
    public static TheoryData<string, int, double, long> Networks => new()
    {
        { "ResNet", 20, 16, 1 },
        { "ResNet", 20, 16, 2 },
        { "ResNet", 20, 16, 3 },
        { "ResNet", 56, 8, 1 },
        { "PlainNet", 20, 16, 1 },
        { "VGG", 11, 0.25, 1 },
    };

    [Theory]
    [MemberData(nameof(Folders))]
    public void Each_gives_its_recorded_accuracy_within_two_images(string folder)
    {
        var run = RunStore.Read(Path.Combine(RepositoryFolder.ShippedRuns, folder));
        Assert.Equal(_data.Fingerprint, run.DataFingerprint);
        using var network = ShippedNetworks.Of(run);
        Weights.Load(network, Path.Combine(run.Folder, "weights.safetensors"));

        var here = Evaluation.Run(network, _data.Test);

        Assert.Equal(run.TestAccuracy / 100 * _data.Test.Count, here.Outcomes.Correct, tolerance: 2.01);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Run_and_sweep_load_instead_of_being_computed_and_the_README_shows_them(string family, int depth, double width, long seed)
    {
        using var network = Make(family, depth, width);
        var (run, sweep) = Shipped(network, seed);

        Assert.Equal(run.TestAccuracy, sweep.Baseline.Percent, precision: 9);
        Assert.True(run.TestAccuracy >= 88, $"{run.Network}: {run.TestAccuracy} %");
        var line = FormattableString.Invariant(
            $"| {run.Network} | {seed} | {run.TrainingAccuracy:F2} % | {run.TestAccuracy:F2} % | {sweep.Layers.Count} | {sweep.Count(Verdict.Trivial)} | {sweep.Count(Verdict.Undecided)} | {sweep.Count(Verdict.NonTrivial)} |");
        Assert.Contains(line, Readme, StringComparison.Ordinal);
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
    public void The_README_says_how_many_layers_of_the_deeper_ResNet_may_go()
    {
        using var network = Make("ResNet", 56, 8);
        var (_, sweep) = Shipped(network, 1);
        Assert.Contains(
            FormattableString.Invariant($"{sweep.Count(Verdict.Trivial)} of its {sweep.Layers.Count} convolutions are Trivial, {sweep.Count(Verdict.Undecided)} Undecided"),
            Readme, StringComparison.Ordinal);
    }

    [Fact]
    public void All_weights_together_stay_under_15_MB() =>
        Assert.True(Directory.EnumerateFiles(RepositoryFolder.ShippedRuns, "*.safetensors", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length) < 15_000_000);

    public void Dispose()
    {
        _data.Dispose();
        _own.Dispose();
    }

    private static string Readme => File.ReadAllText(Path.Combine(RepositoryFolder.Data, "..", "README.md"));

    /// <summary>A run and its sweep from what ships; whatever would have to be computed is cancelled.</summary>
    private (TrainedRun Run, ZeroSweep Sweep) Shipped(StagedNetwork network, long seed)
    {
        var never = new CancellationToken(canceled: true);
        var run = new RunStore(_own.Path, [RepositoryFolder.ShippedRuns]).GetOrTrain(network, _data, Recipe.Quick, seed, cancellationToken: never);
        var sweeps = new SweepStore(_own.Path, [Path.Combine(RepositoryFolder.ShippedRuns, "sweeps")]);
        return (run, ZeroSweep.Run(network, _data.Test, store: sweeps, cancellationToken: never));
    }

    private static StagedNetwork Make(string family, int depth, double width) => family switch
    {
        "ResNet" => ResNet.ForSmallImages(depth, (int)width, 10, 1),
        "PlainNet" => PlainNet.ForSmallImages(depth, (int)width, 10, 1),
        _ => Vgg.ForSmallImages(depth, width, 10, 1),
    };
}
