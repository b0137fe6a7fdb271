namespace TrivialLayers.Results;

/// <summary>The runs in <c>data/checkpoints</c> with their images and sweeps. Nothing is trained or swept: a missing run or sweep is an error.</summary>
internal sealed class ShippedRuns : IDisposable
{
    private static readonly CancellationToken s_never = new(canceled: true);
    private readonly string _own = Directory.CreateTempSubdirectory("trivial-layers-").FullName;
    private readonly RunStore _runs;
    private readonly SweepStore _sweeps;
    private readonly Dictionary<string, Lazy<DataSplit>> _images;
    private readonly Dictionary<(string Address, Intervention Done), SweptRun> _read = [];

    public ShippedRuns()
    {
        (_runs, _sweeps) = (new(_own, [RepositoryFolder.ShippedRuns]), new(_own, [Path.Combine(RepositoryFolder.ShippedRuns, "sweeps")]));
        _images = new()
        {
            [Profile.Quick.Dataset] = new(() => Datasets.Load(Profile.Quick.Dataset)),
            [$"{Profile.Quick.Dataset}-scenes"] = new(() => Scenes.Of(Sample)),
            [$"{Profile.Quick.Dataset}-textured"] = new(() => Scenes.OnTextures(Sample)),
            [Profile.Reference.Dataset] = new(() => Datasets.Load(Profile.Reference.Dataset)),
            [$"{Profile.Reference.Dataset}-{Profile.Reference.Few}"] = new(() => Profile.Reference.Fewer(Images(Profile.Reference.Dataset))),
            ["fashion-mnist"] = new(() => Datasets.Load("fashion-mnist")),
        };
    }

    /// <summary>The record of every run that ships, in the order of their folders' names.</summary>
    public static IReadOnlyList<TrainedRun> All { get; } =
        [.. Directory.EnumerateDirectories(RepositoryFolder.ShippedRuns).Where(RunFolder.IsFinished).Order(StringComparer.Ordinal).Select(RunStore.Read)];

    /// <summary>The sample of Fashion-MNIST that comes with the repository.</summary>
    public DataSplit Sample => Images(Profile.Quick.Dataset);

    /// <summary>Whether the images of that name are available, or those they are made from.</summary>
    /// <param name="name">As in <see cref="TrainedRun.Data"/>.</param>
    public static bool Has(string name)
    {
        var entry = DatasetCatalog.Default.Datasets.Where(known => name.StartsWith(known.Name, StringComparison.Ordinal)).MaxBy(known => known.Name.Length)!;
        return Datasets.Folders().Any(folder => new DatasetFolder(entry, Path.Combine(folder, entry.Folder)).Missing().Count == 0);
    }

    /// <summary>The images of that name.</summary>
    /// <param name="name">As in <see cref="TrainedRun.Data"/>.</param>
    public DataSplit Images(string name) => _images[name].Value;

    /// <summary>A run and its sweep as they stand in their files, read once; no network is evaluated.</summary>
    /// <param name="make">Makes the network, which is disposed.</param>
    /// <param name="data">The images.</param>
    /// <param name="recipe">How it was trained.</param>
    /// <param name="seed">The seed of the training.</param>
    /// <param name="intervention">What was done to each layer; by default it was zeroed.</param>
    /// <exception cref="InvalidOperationException">There is no such run or sweep.</exception>
    public SweptRun Of(Func<SegmentedNetwork> make, DataSplit data, Recipe recipe, long seed, Intervention? intervention = null)
    {
        using var network = make();
        var modules = NetworkDescription.Of(network);
        var run = All.FirstOrDefault(run => run.Seed == seed && run.DataFingerprint == data.Fingerprint && run.Recipe == recipe && run.Modules.SequenceEqual(modules)) ?? throw Missing("run", network, data, recipe, seed);
        var done = intervention ?? Intervention.Zero;
        if (_read.TryGetValue((run.Address, done), out var read))
            return read;
        if (run.HasWeights)
            Weights.Load(network, Path.Combine(run.Folder, RunFolder.WeightsFile));
        var sweep = Sweep.OnRecord(network, run.WeightsFingerprint ?? NetworkDescription.WeightsOf(network), data.Test, _sweeps, OptionsFor(data) with { Intervention = done }, recipe.Precision) ?? throw Missing("sweep", network, data, recipe, seed);
        return _read[(run.Address, done)] = new SweptRun(run, sweep);
    }

    /// <summary>A run whose weights ship and its sweep, as a notebook finds them; the network has the run's weights afterwards.</summary>
    /// <exception cref="InvalidOperationException">There is no such run or sweep.</exception>
    public SweptRun Of(SegmentedNetwork network, DataSplit data, Recipe recipe, long seed)
    {
        try
        {
            return new(_runs.GetOrTrain(network, data, recipe, seed, cancellationToken: s_never), Sweep.Run(network, data.Test, OptionsFor(data), store: _sweeps, cancellationToken: s_never));
        }
        catch (OperationCanceledException)
        {
            throw Missing("run, or no sweep of it,", network, data, recipe, seed);
        }
    }

    /// <summary>Trainings of a network with seeds 1 and up, and their sweeps.</summary>
    public IReadOnlyList<SweptRun> Seeds(Func<SegmentedNetwork> make, DataSplit data, Recipe recipe, int seeds = ClaimRules.Seeds) =>
        [.. Enumerable.Range(1, seeds).Select(seed => Of(make, data, recipe, seed))];

    /// <summary>The order in which layers were zeroed by the greedy method of <c>07-joint-zeroing</c>.</summary>
    public Sweep Greedy(SegmentedNetwork network, DataSplit data) => Sweep.Run(network, data.Validation, new() { Targets = Targets.Greedy(20) }, store: _sweeps, cancellationToken: s_never);

    /// <summary>A network that was changed and fine-tuned.</summary>
    public TrainedRun Tuned(SegmentedNetwork network, DataSplit data, Recipe recipe) => _runs.GetOrTrainFurther(network, data, recipe, seed: 1, cancellationToken: s_never);

    public void Dispose()
    {
        foreach (var made in _images.Values.Where(made => made.IsValueCreated))
            made.Value.Dispose();
        Directory.Delete(_own, recursive: true);
    }

    private static SweepOptions OptionsFor(DataSplit data) => new() { Measure = data.Test.HasPixelLabels ? Measure.MeanIoU(data.Classes.Count) : Measure.Accuracy };

    private static InvalidOperationException Missing(string what, SegmentedNetwork network, DataSplit data, Recipe recipe, long seed) => new(
        $"{RepositoryFolder.ShippedRuns} has no {what} of {network.Title}, images {data.Name}, recipe {recipe.Name}, seed {seed}. Nothing is computed here; README.md in that folder says how its runs are made.");
}
