
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
    public (TrainedRun Run, Sweep Sweep) Of(SegmentedNetwork network, DataSplit data, Recipe recipe, long seed) => _runs.OnRecord(network, data, recipe, seed) is { } record
        ? (record, Sweep.OnRecord(network, record.WeightsFingerprint!, data.Test, _sweeps) ?? throw new FileNotFoundException($"{record.Folder} has no sweep."))
        : (_runs.GetOrTrain(network, data, recipe, seed, cancellationToken: s_never), Sweep.Run(network, data.Test, store: _sweeps, cancellationToken: s_never));

    /// <summary>Three trainings of a network and their sweeps.</summary>
    public List<(TrainedRun Run, Sweep Sweep)> Seeds(Func<SegmentedNetwork> make, DataSplit data, Recipe recipe) => Each(make, (network, seed) => Of(network, data, recipe, seed));

    /// <summary>Three trainings of a network that segments scenes and their sweeps.</summary>
    public List<(TrainedRun Run, Sweep Sweep)> OfScenes(Func<SegmentedNetwork> make) => Each(make, (network, seed) =>
        (_runs.GetOrTrain(network, _scenes.Value, Recipe.Scenes, seed, cancellationToken: s_never),
            Sweep.Run(network, _scenes.Value.Test, new() { Measure = Measure.MeanIoU(_scenes.Value.Classes.Count) }, store: _sweeps, cancellationToken: s_never)));

    /// <summary>The order in which layers went at the greedy zeroing of <c>07-joint-zeroing</c>.</summary>
    public Sweep Greedy(SegmentedNetwork network, DataSplit data) => Sweep.Run(network, data.Validation, new() { Targets = Targets.Greedy(20) }, store: _sweeps, cancellationToken: s_never);

    /// <summary>A network that was changed and trained on.</summary>
    public TrainedRun Tuned(SegmentedNetwork network, DataSplit data, Recipe recipe) => _runs.GetOrTrainFurther(network, data, recipe, seed: 1, cancellationToken: s_never);

    public void Dispose()
    {
        Sample.Dispose();
        foreach (var made in new[] { _scenes, _textured, _few, _cifar10, _fashionMnist }.Where(made => made.IsValueCreated))
            made.Value.Dispose();
        _own.Dispose();
    }

    private static List<T> Each<T>(Func<SegmentedNetwork> make, Func<SegmentedNetwork, long, T> of) => [.. new long[] { 1, 2, 3 }.Select(seed =>
    {
        using var network = make();
        return of(network, seed);
    })];
}
