using System.Globalization;
using System.Text.RegularExpressions;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// Trained networks in folders, found by what they are: network, data, recipe and seed. A folder holds <c>weights.safetensors</c>, <c>probe.safetensors</c>, <c>history.csv</c> and,
/// written last, <c>run.json</c>; an unfinished one holds <c>training.safetensors</c> and resumes from there. One that ships without its weights holds
/// <c>start-probe.safetensors</c>, <c>history.csv</c> and <c>run.json</c>; a run by a recipe has these in its folder <c>record</c>. A kept run that loads leaves the network on its device and in its mode, and torch's generator on the CPU as it was.
/// </summary>
public sealed partial class RunStore
{
    /// <summary>So many differences and no more make a stored run one that was perhaps meant.</summary>
    private const int FewDifferences = 2;

    private readonly Shelf _shelf;

    /// <summary>Makes a store; nothing is created before something is stored.</summary>
    /// <param name="folder">Where new runs go.</param>
    /// <param name="shipped">Folders to look in as well; never written to.</param>
    /// <param name="report">Told in a sentence about a folder that cannot be used. By default written to the error output.</param>
    public RunStore(string folder, IEnumerable<string>? shipped = null, Action<string>? report = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _shelf = new Shelf(folder, shipped, report);
    }

    /// <summary>
    /// Loads the run if there is one, else trains it, resuming where an earlier call was cancelled or killed. The network then has the run's weights, so one that ships without them is
    /// trained. Of several processes that ask for the same run at once, one trains; the others wait, say so, and load.
    /// </summary>
    /// <param name="network">The network; its weights are overwritten.</param>
    /// <param name="data">The images.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="seed">Decides all that is random.</param>
    /// <param name="progress">Told about images done.</param>
    /// <param name="afterEpoch">Called after each epoch that is trained, before it is kept, with the network and the epochs so far. It is not part of the run's address, so it may look but must change nothing.</param>
    /// <param name="cancellationToken">Ends the training after the current batch, or the wait for another process; finished epochs are kept.</param>
    /// <exception cref="OperationCanceledException">The training or the wait was cancelled.</exception>
    /// <exception cref="IOException">The disk is full or failed; what was stored before is as it was.</exception>
    public TrainedRun GetOrTrain(
        Module<Tensor, Tensor> network,
        DataSplit data,
        Recipe recipe,
        long seed,
        IProgress<ProgressReport>? progress = null,
        Action<Module<Tensor, Tensor>, TrainingHistory>? afterEpoch = null,
        CancellationToken cancellationToken = default) =>
        Train(network, new TrainingJob(data, recipe, seed, progress, afterEpoch, cancellationToken), () => Initialisation.OfRun(network, seed));

    /// <summary>The same for a network that starts from the weights and statistics it has, which are part of the run's address: to train one on after it was changed.</summary>
    /// <inheritdoc cref="GetOrTrain"/>
    public TrainedRun GetOrTrainFurther(
        Module<Tensor, Tensor> network,
        DataSplit data,
        Recipe recipe,
        long seed,
        IProgress<ProgressReport>? progress = null,
        Action<Module<Tensor, Tensor>, TrainingHistory>? afterEpoch = null,
        CancellationToken cancellationToken = default) =>
        Train(network, new TrainingJob(data, recipe, seed, progress, afterEpoch, cancellationToken), () => [.. network.state_dict().Keys.Order(StringComparer.Ordinal)]);

    /// <summary>
    /// Keeps a training run by a loop of the user's own as <see cref="GetOrTrain"/> keeps one by a recipe: loads it if there is one, else calls the loop, which can resume where it was interrupted or killed. The
    /// loop starts from the weights that the network has, or sets others.
    /// </summary>
    /// <param name="what">Name and version of the loop, with images and seed.</param>
    /// <param name="network">The network that the loop trains. Where the run is kept it gets the weights of that.</param>
    /// <param name="make">The loop; see <see cref="OwnLoop"/>. Not called when the run is kept.</param>
    /// <param name="progress">Given to the loop.</param>
    /// <param name="cancellationToken">Given to the loop; also ends the wait for another process.</param>
    /// <exception cref="OperationCanceledException">The loop or the wait was cancelled.</exception>
    /// <exception cref="IOException">The disk is full or failed; what was stored before is as it was.</exception>
    public TrainedRun GetOrMake(
        OwnTraining what, Module<Tensor, Tensor> network, Action<OwnLoop> make, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(what);
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(make);
        cancellationToken = progress.Link(cancellationToken);
        return Obtain(network, what.Data, RunIdentity.OfLoop(network, what), () => ProbeOfForwardPass(network, what.Data), training => training.Run(what, make, progress, cancellationToken), cancellationToken);
    }

    /// <summary>Reads a finished run's record and checks it and the run's other files against their checksums; see <see cref="TrainedRun.HasWeights"/>.</summary>
    /// <exception cref="InvalidDataException">A file is damaged or missing; the message names it.</exception>
    public static TrainedRun Read(string folder) => RunFolder.Read(folder);

    /// <summary>Loads the trained run if there is one with its weights; else null, and the network is as it was.</summary>
    internal TrainedRun? TryGetTrained(Module<Tensor, Tensor> network, DataSplit data, Recipe recipe, long seed)
    {
        using var scope = NewDisposeScope();
        var before = Copy(network);
        var identity = RunIdentity.AtStart(network, data, recipe, seed);
        if (_shelf.Find(PatternOf(identity), folder => TryLoad(folder, network, data, identity)) is { } run)
            return run;
        Weights.Load(network, before, "");
        return null;
    }

    /// <summary>The run that is on record without its weights, of a network that behaves at its start as this one does, or null. The network stays as it is.</summary>
    internal TrainedRun? OnRecord(Module<Tensor, Tensor> network, DataSplit data, Recipe recipe, long seed)
    {
        using var unchanged = new NetworkState(network);
        var identity = RunIdentity.AtStart(network, data, recipe, seed);
        using var start = RunFolder.Probe(network, data);
        return _shelf.Find(PatternOf(identity), folder =>
            RunFolder.IsFinished(folder) && RunFolder.Read(folder) is { HasWeights: false } run && run.Identity.Equals(identity) && RunFolder.Reproduces(start, Path.Combine(folder, RunFolder.StartProbeFile)) ? run : null);
    }

    private TrainedRun Train(Module<Tensor, Tensor> network, TrainingJob job, Func<IReadOnlyList<string>> initialise)
    {
        ArgumentNullException.ThrowIfNull(network);
        var identity = RunIdentity.Of(network, job.Data.Fingerprint, job.Recipe, job.Seed, initialise());
        return Obtain(network, job.Data, identity, () => RunFolder.Probe(network, job.Data), training => training.Run(job), job.CancellationToken);
    }

    private TrainedRun Obtain(
        Module<Tensor, Tensor> network, DataSplit data, Identity identity, Func<BehaviourProbe> probe, Func<ResumableTraining, TrainedRun> train, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var start = Copy(network);
        return _shelf.GetOrMake(KeyOf(identity), PatternOf(identity), $"The run {KeyOf(identity)} is being trained", folder => TryLoad(folder, network, data, identity), Made, cancellationToken);

        TrainedRun Made()
        {
            ReportWhatAlmostFits(identity);
            Weights.Load(network, start, ""); // a stored run that was tried has left its own
            using var behaviour = probe();
            return train(new ResumableTraining(FolderFor(network, data, identity, behaviour), network, data, identity, _shelf.Report));
        }
    }

    private static TrainedRun? TryLoad(string folder, Module<Tensor, Tensor> network, DataSplit data, Identity identity)
    {
        if (!RunFolder.IsFinished(folder))
            return null;
        var run = RunFolder.Read(folder);
        if (!run.Identity.Equals(identity))
            throw new InvalidDataException($"{folder} contains the run {run.Address}; expected {identity.Address}.");
        if (!run.HasWeights)
            return null;
        Weights.Load(network, Path.Combine(folder, RunFolder.WeightsFile));
        using var probe = RunFolder.Probe(network, data);
        return RunFolder.Reproduces(probe, Path.Combine(folder, RunFolder.ProbeFile)) ? run : null;
    }

    /// <summary>Before hours of training: the stored run of the same network that is nearly the one asked for, and runs that an earlier version left.</summary>
    private void ReportWhatAlmostFits(Identity wanted)
    {
        var stored = _shelf.Entries("*").Where(RunFolder.IsFinished).Select(folder => (Folder: folder, Record: RunFile.Glance(folder))).ToList();
        var earlier = stored.Where(run => run.Record.IsEarlier && Path.GetDirectoryName(run.Folder) == _shelf.Folder).Select(run => Path.GetFileName(run.Folder)).ToList();
        if (earlier.Count > 0)
            _shelf.Report($"{_shelf.Folder} contains {earlier.Count} run{(earlier.Count == 1 ? "" : "s")} from an earlier version, kept but not used, because their addresses are not known here: {string.Join(", ", earlier.Take(3))}{(earlier.Count > 3 ? ", …" : "")}.");
        var nearest = stored
            .Where(run => run.Record.Identity is { } identity && !identity.Equals(wanted) && RunIdentity.NetworkOf(identity).SequenceEqual(RunIdentity.NetworkOf(wanted)) && identity["seed"]?.ToJsonString() == wanted["seed"]?.ToJsonString())
            .Select(run => (run.Folder, Differences: RunIdentity.Differences(run.Record.Identity!, wanted)))
            .Where(run => run.Differences.Count is > 0 and <= FewDifferences)
            .OrderBy(run => run.Differences.Count)
            .FirstOrDefault();
        if (nearest.Folder is not null)
            _shelf.Report($"No such run is stored. {nearest.Folder} differs only in {string.Join("; ", nearest.Differences)}.");
    }

    /// <summary>The first folder of this run that holds nothing, or an unfinished training of a network that behaved the same at its start.</summary>
    private string FolderFor(Module network, DataSplit data, Identity identity, BehaviourProbe start)
    {
        var name = $"{NotInNames().Replace(network.GetName().ToLowerInvariant(), "-").Trim('-')}-{data.Name}-seed{identity["seed"]!.ToJsonString()}-{KeyOf(identity)}";
        for (var variant = 1; ; variant++)
        {
            var folder = Path.Combine(_shelf.Folder, variant == 1 ? name : $"{name}-{variant.ToString(CultureInfo.InvariantCulture)}");
            var probe = Path.Combine(folder, RunFolder.StartProbeFile);
            if (RunFolder.IsFinished(folder))
                continue;
            if (!File.Exists(probe))
            {
                Directory.CreateDirectory(folder);
                RunFolder.Write(start, probe);
                return folder;
            }

            try
            {
                if (RunFolder.Reproduces(start, probe))
                    return folder;
            }
            catch (InvalidDataException error)
            {
                _shelf.SetAside(folder, error.Message);
                variant--;
            }
        }
    }

    /// <summary>How a network behaves whatever its weights are: with those of one fixed draw, which are taken out again.</summary>
    private static BehaviourProbe ProbeOfForwardPass(Module<Tensor, Tensor> network, DataSplit data)
    {
        using var scope = NewDisposeScope();
        using var unchanged = new NetworkState(network);
        using var generator = new Generator(0, CPU);
        var others = Initialisation.He(network, 0).ToHashSet();
        using (no_grad())
        {
            foreach (var (name, parameter) in network.named_parameters().Where(entry => others.Contains(entry.name)))
                parameter.copy_(randn(parameter.shape, generator: generator));
        }

        return RunFolder.Probe(network, data);
    }

    private static Dictionary<string, Tensor> Copy(Module network) => network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());

    private static string KeyOf(Identity identity) => identity.Address[..12];

    private static string PatternOf(Identity identity) => $"*-{KeyOf(identity)}*";

    [GeneratedRegex("[^a-z0-9.]+")]
    private static partial Regex NotInNames();
}
