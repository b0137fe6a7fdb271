using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// Trained networks in folders, found by what they are: network, data, recipe and seed. A folder holds <c>weights.safetensors</c>, <c>probe.safetensors</c>, <c>history.csv</c> and,
/// written last, <c>run.json</c>; an unfinished one holds <c>training.safetensors</c> and goes on from there. One that ships without its weights holds
/// <c>start-probe.safetensors</c>, <c>history.csv</c> and <c>run.json</c>.
/// </summary>
public sealed partial class RunStore
{
    private const string WeightsFile = "weights.safetensors";
    private const string ProbeFile = "probe.safetensors";
    private const string HistoryFile = "history.csv";
    private const string StateFile = "training.safetensors";
    private const string StartProbeFile = "start-probe.safetensors";

    /// <summary>So many differences and no more make a stored run one that was perhaps meant.</summary>
    private const int FewDifferences = 2;

    private readonly string _folder;
    private readonly IReadOnlyList<string> _shipped;
    private readonly Action<string> _report;

    /// <summary>Makes a store; nothing is created before something is stored.</summary>
    /// <param name="folder">Where new runs go.</param>
    /// <param name="shipped">Folders to look in as well; never written to.</param>
    /// <param name="report">Told in a sentence about a folder that cannot be used. By default written to the error output.</param>
    public RunStore(string folder, IEnumerable<string>? shipped = null, Action<string>? report = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = Path.GetFullPath(folder);
        _shipped = [.. shipped ?? []];
        _report = report ?? Console.Error.WriteLine;
    }

    /// <summary>
    /// Loads the run if there is one, else trains it, going on where an earlier call was cancelled or killed. The network then has the run's weights, so one that ships without them is
    /// trained. Of several processes that ask for the same run at once, one trains; the others wait, say so, and load.
    /// </summary>
    /// <param name="network">The network; its weights are overwritten.</param>
    /// <param name="data">The images.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="seed">Decides all that is random.</param>
    /// <param name="progress">Told about images done.</param>
    /// <param name="cancellationToken">Ends the training after the current batch, or the wait for another process; finished epochs are kept.</param>
    /// <exception cref="OperationCanceledException">The training or the wait was cancelled.</exception>
    /// <exception cref="IOException">The disk is full or failed; what was stored before is as it was.</exception>
    public TrainedRun GetOrTrain(
        Module<Tensor, Tensor> network,
        DataSplit data,
        Recipe recipe,
        long seed,
        IProgress<ProgressReport>? progress = null,
        CancellationToken cancellationToken = default) =>
        Obtain(network, data, recipe, seed, () => Initialisation.OfRun(network, seed), progress, cancellationToken);

    /// <summary>The same for a network that starts from the weights and statistics it has, which are part of the run's address: to train one on after it was changed.</summary>
    /// <inheritdoc cref="GetOrTrain"/>
    public TrainedRun GetOrTune(
        Module<Tensor, Tensor> network,
        DataSplit data,
        Recipe recipe,
        long seed,
        IProgress<ProgressReport>? progress = null,
        CancellationToken cancellationToken = default) =>
        Obtain(network, data, recipe, seed, () => [.. network.state_dict().Keys.Order(StringComparer.Ordinal)], progress, cancellationToken);

    /// <summary>Loads the run if there is one, with its weights; else null, and the network has some weights or other.</summary>
    internal TrainedRun? TryGet(Module<Tensor, Tensor> network, DataSplit data, Recipe recipe, long seed) =>
        Find(network, data, IdentityAtStart(network, data, recipe, seed), unusable: (_, _) => { });

    /// <summary>
    /// The run that is on record without its weights, of a network that behaves at its start as this one does, or null. The network is left at the start of a training.
    /// </summary>
    internal TrainedRun? OnRecord(Module<Tensor, Tensor> network, DataSplit data, Recipe recipe, long seed)
    {
        var identity = IdentityAtStart(network, data, recipe, seed);
        using var start = Probe(network, data);
        foreach (var folder in Candidates(identity))
        {
            try
            {
                var run = Read(folder);
                if (run.Identity.Equals(identity) && !run.HasWeights && Reproduces(start, Path.Combine(folder, StartProbeFile)))
                    return run;
            }
            catch (Exception error) when (error is InvalidDataException or FileNotFoundException or ArgumentException)
            {
                // Who goes on to train hears of it then.
            }
        }

        return null;
    }

    /// <summary>Writes a run without its weights, for where there is no room for them: its history, its record and how the network behaves before the first step. The run stays as it is.</summary>
    /// <param name="run">A finished run of <see cref="GetOrTrain"/>.</param>
    /// <param name="make">Makes the network.</param>
    /// <param name="data">The images it was trained on.</param>
    /// <param name="store">The folder of another store; the run gets a folder of the same name there.</param>
    /// <returns>The run as it was written, which has no weights.</returns>
    /// <exception cref="ArgumentException">The network or the images are not those of the run, the run has no weights, or it is in that store itself.</exception>
    public static TrainedRun WriteRecord(TrainedRun run, Func<Module<Tensor, Tensor>> make, DataSplit data, string store)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(make);
        ArgumentNullException.ThrowIfNull(data);
        var home = Path.TrimEndingDirectorySeparator(Path.GetFullPath(run.Folder));
        var folder = Path.Combine(Path.GetFullPath(store), Path.GetFileName(home));
        if (folder == home)
            throw new ArgumentException($"{home} would lose its weights. Name the folder of another store.", nameof(store));
        if (!run.HasWeights)
            throw new ArgumentException($"{home} has no weights, so it cannot be compared with the network.", nameof(run));

        using var network = make();
        var isIts = IdentityAtStart(network, data, run.Recipe, run.Seed).Equals(run.Identity);
        using var start = Probe(network, data);
        if (!isIts || !Answers())
            throw new ArgumentException($"The network or the images are not those of {home}.", nameof(make));

        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, StartProbeFile), stream => Safetensors.Write(stream, start.Tensors));
        AtomicFile.WriteText(Path.Combine(folder, HistoryFile), run.History.ToCsv());
        return Sealed(run with { Folder = folder, WeightsFingerprint = NetworkDescription.WeightsOf(network) }, StartProbeFile, HistoryFile);

        bool Answers()
        {
            Weights.Load(network, Path.Combine(home, WeightsFile));
            using var trained = Probe(network, data);
            return Reproduces(trained, Path.Combine(home, ProbeFile));
        }
    }

    private TrainedRun Obtain(
        Module<Tensor, Tensor> network,
        DataSplit data,
        Recipe recipe,
        long seed,
        Func<IReadOnlyList<string>> initialise,
        IProgress<ProgressReport>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(recipe);
        recipe.Validate();
        using var scope = NewDisposeScope();
        var given = initialise();
        var own = network.state_dict().Where(entry => given.Contains(entry.Key)).Select(entry => (Tensor: entry.Value, Values: entry.Value.detach().clone())).ToList();
        var identity = RunIdentity.Of(network, data.Fingerprint, recipe, seed, given);
        if (Find(network, data, identity, unusable: (_, _) => { }) is { } known)
            return known;
        using var turn = Turn.Take(Path.Combine(_folder, "locks", identity.Address[..12] + ".lock"), $"The run {identity.Address[..12]} is trained", _report, progress.Link(cancellationToken));
        if (Find(network, data, identity, SetAside) is { } made)
            return made;
        ReportWhatAlmostFits(identity);
        initialise(); // a stored run that was tried has left its weights
        using (no_grad())
            own.ForEach(entry => entry.Tensor.copy_(entry.Values));
        using var start = Probe(network, data);
        var folder = FolderFor(network, data, seed, identity, start);
        return Train(folder, network, data, recipe, seed, identity, progress, cancellationToken);
    }

    private TrainedRun? Find(Module<Tensor, Tensor> network, DataSplit data, Identity identity, Action<string, string> unusable) =>
        Candidates(identity).Select(folder => TryLoad(folder, network, data, identity, unusable)).FirstOrDefault(run => run is not null);

    private IEnumerable<string> Candidates(Identity identity) => Finished($"*-{identity.Address[..12]}*");

    /// <summary>The folders of finished runs whose names match, the user's own first.</summary>
    private IEnumerable<string> Finished(string pattern) => _shipped.Prepend(_folder)
        .Where(Directory.Exists)
        .SelectMany(store => Directory.GetDirectories(store, pattern).Order(StringComparer.Ordinal))
        .Where(folder => File.Exists(Path.Combine(folder, RunFile.Name)) && !folder.Contains(".damaged", StringComparison.Ordinal));

    /// <summary>Before hours of training: the stored run of the same network that is nearly the one asked for, and runs that an earlier version left.</summary>
    private void ReportWhatAlmostFits(Identity wanted)
    {
        if (Directory.Exists(_folder) && Directory.GetDirectories(_folder).Where(RunFile.IsEarlier).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList() is { Count: > 0 } earlier)
            _report($"{_folder} holds {earlier.Count} of an earlier version, which are kept but not used, as their addresses are not known here: {string.Join(", ", earlier.Take(3))}{(earlier.Count > 3 ? ", …" : "")}.");
        var nearest = Finished("*")
            .Select(folder => (Folder: folder, Identity: RunFile.IdentityIn(folder)))
            .Where(stored => stored.Identity is { } identity && !identity.Equals(wanted) && RunIdentity.NetworkOf(identity).SequenceEqual(RunIdentity.NetworkOf(wanted)) && identity["seed"]?.ToJsonString() == wanted["seed"]?.ToJsonString())
            .Select(stored => (stored.Folder, Differences: RunIdentity.Differences(stored.Identity!, wanted)))
            .Where(stored => stored.Differences.Count is > 0 and <= FewDifferences)
            .OrderBy(stored => stored.Differences.Count)
            .FirstOrDefault();
        if (nearest.Folder is not null)
            _report($"No such run is stored. {nearest.Folder} is the same but for {string.Join("; ", nearest.Differences)}.");
    }

    private static TrainedRun? TryLoad(string folder, Module<Tensor, Tensor> network, DataSplit data, Identity identity, Action<string, string> unusable)
    {
        try
        {
            var run = Read(folder);
            if (!run.Identity.Equals(identity))
                throw new InvalidDataException($"{folder} holds the run {run.Address}; expected {identity.Address}.");
            if (!run.HasWeights)
                return null;
            Weights.Load(network, Path.Combine(folder, WeightsFile));
            using var probe = Probe(network, data);
            return Reproduces(probe, Path.Combine(folder, ProbeFile)) ? run : null;
        }
        catch (Exception error) when (error is InvalidDataException or FileNotFoundException or ArgumentException)
        {
            unusable(folder, error.Message);
            return null;
        }
    }

    /// <summary>Reads a finished run's record and checks it and the run's other files against their checksums; see <see cref="TrainedRun.HasWeights"/>.</summary>
    /// <exception cref="InvalidDataException">A file is damaged or missing; the message names it.</exception>
    public static TrainedRun Read(string folder)
    {
        var run = RunFile.Read(folder);
        foreach (var (file, expected) in run.Files)
        {
            var found = File.Exists(Path.Combine(folder, file)) ? Sha256(Path.Combine(folder, file)) : "none: it is missing";
            if (found != expected)
                throw new InvalidDataException($"{Path.Combine(folder, file)} is damaged: its SHA-256 is {found}; {RunFile.Name} says {expected}.");
        }

        var history = Path.Combine(folder, HistoryFile);
        return run with { History = TrainingHistory.FromCsv(File.ReadAllText(history), history) };
    }

    /// <summary>The first folder of this run that holds nothing, or an unfinished training of a network that behaved the same at its start.</summary>
    private string FolderFor(Module<Tensor, Tensor> network, DataSplit data, long seed, Identity identity, BehaviourProbe start)
    {
        var name = $"{Slug(TitleOf(network))}-{data.Name}-seed{seed.ToString(CultureInfo.InvariantCulture)}-{identity.Address[..12]}";
        for (var variant = 1; ; variant++)
        {
            var folder = Path.Combine(_folder, variant == 1 ? name : $"{name}-{variant}");
            var probe = Path.Combine(folder, StartProbeFile);
            if (File.Exists(Path.Combine(folder, RunFile.Name)))
                continue;
            if (!File.Exists(probe))
            {
                Directory.CreateDirectory(folder);
                AtomicFile.Write(probe, stream => Safetensors.Write(stream, start.Tensors));
                return folder;
            }

            try
            {
                if (Reproduces(start, probe))
                    return folder;
            }
            catch (InvalidDataException error)
            {
                SetAside(folder, error.Message);
                variant--;
            }
        }
    }

    private TrainedRun Train(
        string folder,
        Module<Tensor, Tensor> network,
        DataSplit data,
        Recipe recipe,
        long seed,
        Identity identity,
        IProgress<ProgressReport>? progress,
        CancellationToken cancellationToken)
    {
        AtomicFile.DeleteLeftovers(folder, "*");
        var state = Path.Combine(folder, StateFile);
        var history = new TrainingHistory([]);
        var momentum = new Dictionary<string, Tensor>();
        if (File.Exists(state))
        {
            try
            {
                (history, momentum) = TrainingState.Load(state, network, identity.Address);
            }
            catch (InvalidDataException error)
            {
                File.Move(state, AtomicFile.FreeName(state + ".damaged"));
                _report($"Training starts over: {error.Message}");
            }
        }

        var clock = Stopwatch.StartNew();
        var before = history.Epochs.Sum(epoch => data.Train.Count / epoch.ImagesPerSecond);
        void Keep(TrainingHistory epochs, IReadOnlyDictionary<string, Tensor> buffers)
        {
            AtomicFile.Write(state, stream => TrainingState.Save(stream, network, buffers, epochs, identity.Address));
            history = epochs;
        }

        try
        {
            Trainer.Continue(network, data, recipe, seed, history, momentum, Keep, progress, cancellationToken);
        }
        catch (OperationCanceledException stopped)
        {
            throw new OperationCanceledException(
                $"Interrupted. {history.Epochs.Count} of {recipe.Epochs} epochs are kept in {folder}; ask for the same run again and it goes on from there.", stopped, stopped.CancellationToken);
        }
        finally
        {
            foreach (var buffer in momentum.Values)
                buffer.Dispose();
        }

        return Finish(folder, network, data, recipe, seed, identity, history, before + clock.Elapsed.TotalSeconds, cancellationToken);
    }

    private static TrainedRun Finish(
        string folder,
        Module<Tensor, Tensor> network,
        DataSplit data,
        Recipe recipe,
        long seed,
        Identity identity,
        TrainingHistory history,
        double seconds,
        CancellationToken cancellationToken)
    {
        Weights.Save(network, Path.Combine(folder, WeightsFile));
        using (var probe = Probe(network, data))
            AtomicFile.Write(Path.Combine(folder, ProbeFile), stream => Safetensors.Write(stream, probe.Tensors));
        AtomicFile.WriteText(Path.Combine(folder, HistoryFile), history.ToCsv());
        var run = new TrainedRun
        {
            Network = TitleOf(network),
            Identity = identity,
            Data = data.Name,
            Recipe = recipe,
            Parameters = network.parameters().Sum(parameter => parameter.numel()),
            TrainingAccuracy = Evaluation.Run(network, data.Train, cancellationToken: cancellationToken).Percent,
            ValidationAccuracy = Evaluation.Run(network, data.Validation, cancellationToken: cancellationToken).Percent,
            TestAccuracy = Evaluation.Run(network, data.Test, cancellationToken: cancellationToken).Percent,
            Seconds = seconds,
            Files = new Dictionary<string, string>(),
            Provenance = Provenance.Current(),
            History = history,
            Folder = folder,
        };
        run = Sealed(run, WeightsFile, ProbeFile, HistoryFile);
        File.Delete(Path.Combine(folder, StateFile));
        File.Delete(Path.Combine(folder, StartProbeFile));
        return run;
    }

    /// <summary>Writes <c>run.json</c>, with the checksums of the run's other files and its own.</summary>
    private static TrainedRun Sealed(TrainedRun run, params string[] files)
    {
        run = run with { Files = files.ToDictionary(file => file, file => Sha256(Path.Combine(run.Folder, file))) };
        return run with { Checksum = RunFile.Write(run) };
    }

    private void SetAside(string folder, string reason)
    {
        if (Path.GetDirectoryName(folder) != Path.TrimEndingDirectorySeparator(_folder))
        {
            _report($"The shipped run {folder} is not used: {reason}");
            return;
        }

        var aside = AtomicFile.FreeName(folder + ".damaged");
        Directory.Move(folder, aside);
        _report($"The run {folder} cannot be used and is now {aside}: {reason}");
    }

    /// <summary>Brings the network to the start of a training; the identity of the run that begins there.</summary>
    private static Identity IdentityAtStart(Module<Tensor, Tensor> network, DataSplit data, Recipe recipe, long seed) =>
        RunIdentity.Of(network, data.Fingerprint, recipe, seed, Initialisation.OfRun(network, seed));

    private static BehaviourProbe Probe(Module<Tensor, Tensor> network, DataSplit data)
    {
        using var scope = NewDisposeScope();
        return BehaviourProbe.Of(network, data.Train.Batch(0, Math.Min(BehaviourProbe.Images, data.Train.Count), NetworkProbe.DeviceOf(network)).Images);
    }

    private static bool Reproduces(BehaviourProbe probe, string path)
    {
        var (tensors, metadata) = Safetensors.Read(path);
        try
        {
            if (metadata.Count > 0)
                throw new InvalidDataException($"{path} is no probe: it says {string.Join(", ", metadata.Keys)}, and a probe says nothing.");
            return probe.Reproduces(tensors);
        }
        finally
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
        }
    }

    private static string Sha256(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static string TitleOf(Module network) => network is SegmentedNetwork segmented ? segmented.Title : network.GetName();

    private static string Slug(string title) => NotInNames().Replace(title.ToLowerInvariant(), "-").Trim('-');

    [GeneratedRegex("[^a-z0-9.]+")]
    private static partial Regex NotInNames();
}
