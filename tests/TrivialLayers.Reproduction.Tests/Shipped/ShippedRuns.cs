
namespace TrivialLayers.Tests;

/// <summary>The runs in <c>data/checkpoints</c> with their images and sweeps, as tests take them: what would have to be computed is cancelled.</summary>
internal sealed class ShippedRuns : IDisposable
{
    private static readonly CancellationToken s_never = new(canceled: true);
    private readonly TemporaryFolder _own = new();
    private readonly RunStore _runs;
    private readonly SweepStore _sweeps;
    private readonly Lazy<DataSplit> _scenes;
    private readonly Lazy<DataSplit> _textured;
    private readonly Lazy<DataSplit> _cifar10 = new(() => DataFolders.Load("cifar-10"));
    private readonly Lazy<DataSplit> _fashionMnist = new(() => DataFolders.Load("fashion-mnist"));
    private readonly Lazy<DataSplit> _few;

    public ShippedRuns()
    {
        (_runs, _sweeps) = (new(_own.Path, [RepositoryFolder.ShippedRuns]), new(_own.Path, [Path.Combine(RepositoryFolder.ShippedRuns, "sweeps")]));
        (_scenes, _textured, _few) = (new(() => Scenes.Of(Sample)), new(() => Scenes.OnTextures(Sample)), new(() => Profile.Reference.Fewer(Cifar10)));
    }

    public DataSplit Sample { get; } = Datasets.Load("fashion-mnist-sample");

    /// <summary>CIFAR-10; without it the test is skipped.</summary>
    public DataSplit Cifar10 => _cifar10.Value;

    /// <summary>CIFAR-10 with 5,000 training images; without it the test is skipped.</summary>
    public DataSplit FewOfCifar10 => _few.Value;

    /// <summary>The images a run was trained and tested on; without them the test is skipped.</summary>
    public DataSplit DataOf(TrainedRun run) => run.Data switch
    {
        "fashion-mnist-sample" => Sample,
        "fashion-mnist-sample-scenes" => _scenes.Value,
        "fashion-mnist-sample-textured" => _textured.Value,
        "cifar-10-5000" => FewOfCifar10,
        "cifar-10" => Cifar10,
        _ => _fashionMnist.Value,
    };

    /// <summary>A run and its sweep; the network has its weights, where they ship.</summary>
    public (TrainedRun Run, ZeroSweep Sweep) Of(StagedNetwork network, DataSplit data, Recipe recipe, long seed) => _runs.OnRecord(network, data, recipe, seed) is { } record
        ? (record, ZeroSweep.OnRecord(network, record.WeightsFingerprint!, data.Test, _sweeps) ?? throw new FileNotFoundException($"{record.Folder} has no sweep."))
        : (_runs.GetOrTrain(network, data, recipe, seed, cancellationToken: s_never), ZeroSweep.Run(network, data.Test, store: _sweeps, cancellationToken: s_never));

    /// <summary>Three trainings of a network and their sweeps.</summary>
    public List<(TrainedRun Run, ZeroSweep Sweep)> Seeds(Func<StagedNetwork> make, DataSplit data, Recipe recipe) => Each(make, (network, seed) => Of(network, data, recipe, seed));

    /// <summary>Three trainings of a network that segments scenes and their sweeps.</summary>
    public List<(TrainedRun Run, MetricSweep Sweep)> OfScenes(Func<StagedNetwork> make) => Each(make, (network, seed) =>
        (_runs.GetOrTrain(network, _scenes.Value, Recipe.Scenes, seed, cancellationToken: s_never),
            MetricSweep.Run(network, _scenes.Value.Test, Metric.MeanIoU(_scenes.Value.Classes.Count), store: _sweeps, cancellationToken: s_never)));

    /// <summary>The order in which layers went at the greedy zeroing of <c>07-joint-zeroing</c>.</summary>
    public JointZeroing Greedy(StagedNetwork network, DataSplit data) => JointZeroing.Greedy(network, data.Validation, steps: 20, store: _sweeps, cancellationToken: s_never);

    /// <summary>A network that was changed and trained on.</summary>
    public TrainedRun Tuned(StagedNetwork network, DataSplit data, Recipe recipe) => _runs.GetOrTrainFurther(network, data, recipe, seed: 1, cancellationToken: s_never);

    public void Dispose()
    {
        Sample.Dispose();
        foreach (var made in new[] { _scenes, _textured, _few, _cifar10, _fashionMnist }.Where(made => made.IsValueCreated))
            made.Value.Dispose();
        _own.Dispose();
    }

    private static List<T> Each<T>(Func<StagedNetwork> make, Func<StagedNetwork, long, T> of) => [.. new long[] { 1, 2, 3 }.Select(seed =>
    {
        using var network = make();
        return of(network, seed);
    })];
}
