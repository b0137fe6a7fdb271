using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using TorchSharp;
using TrivialLayers.Data;
using TrivialLayers.Evidence;
using TrivialLayers.Models;
using TrivialLayers.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Training;

/// <summary>
/// Trained networks in folders, found by what they are: network, data, recipe and seed. A folder holds <c>weights.safetensors</c>, <c>probe.safetensors</c>, <c>history.csv</c> and,
/// written last, <c>run.json</c>; an unfinished one holds <c>training.safetensors</c> and goes on from there. One that ships without its weights holds
/// <c>start-probe.safetensors</c>, <c>history.csv</c> and <c>run.json</c>.
/// </summary>
public sealed partial class RunStore
{
    private const string RunFile = "run.json";
    private const string WeightsFile = "weights.safetensors";
    private const string ProbeFile = "probe.safetensors";
    private const string HistoryFile = "history.csv";
    private const string StateFile = "training.safetensors";
    private const string StartProbeFile = "start-probe.safetensors";

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, RespectRequiredConstructorParameters = true, TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

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
        Find(network, data, KeyAtStart(network, data, recipe, seed), unusable: (_, _) => { });

    /// <summary>
    /// The run that is on record without its weights, of a network that behaves at its start as this one does, or null. The network is left at the start of a training.
    /// </summary>
    internal TrainedRun? OnRecord(Module<Tensor, Tensor> network, DataSplit data, Recipe recipe, long seed)
    {
        var key = KeyAtStart(network, data, recipe, seed);
        using var start = Probe(network, data);
        foreach (var folder in Candidates(key))
        {
            try
            {
                var run = Read(folder);
                if (run.Key == key && !run.HasWeights && Reproduces(start, Path.Combine(folder, StartProbeFile)))
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
        var isItsKey = KeyAtStart(network, data, run.Recipe, run.Seed) == run.Key;
        using var start = Probe(network, data);
        if (!isItsKey || !Answers())
            throw new ArgumentException($"The network or the images are not those of {home}.", nameof(make));

        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, StartProbeFile), stream => Safetensors.Write(stream, start.Tensors));
        AtomicFile.WriteText(Path.Combine(folder, HistoryFile), run.History.ToCsv());
        return Sealed(run with { Folder = folder, WeightsFingerprint = ModuleTree.Fingerprint(network) }, StartProbeFile, HistoryFile);

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
        var key = RunKey.Of(network, data.Fingerprint, recipe, seed, given);
        if (Find(network, data, key, unusable: (_, _) => { }) is { } known)
            return known;
        using var turn = Turn.Take(Path.Combine(_folder, "locks", key[..12] + ".lock"), $"The run {key[..12]} is trained", _report, progress.Link(cancellationToken));
        if (Find(network, data, key, SetAside) is { } made)
            return made;
        initialise(); // a stored run that was tried has left its weights
        using (no_grad())
            own.ForEach(entry => entry.Tensor.copy_(entry.Values));
        using var start = Probe(network, data);
        var folder = FolderFor(network, data, seed, key, start);
        return Train(folder, network, data, recipe, seed, key, progress, cancellationToken);
    }

    private TrainedRun? Find(Module<Tensor, Tensor> network, DataSplit data, string key, Action<string, string> unusable) =>
        Candidates(key).Select(folder => TryLoad(folder, network, data, key, unusable)).FirstOrDefault(run => run is not null);

    private IEnumerable<string> Candidates(string key) => _shipped.Prepend(_folder)
        .Where(Directory.Exists)
        .SelectMany(store => Directory.GetDirectories(store, $"*-{key[..12]}*").Order(StringComparer.Ordinal))
        .Where(folder => File.Exists(Path.Combine(folder, RunFile)) && !folder.Contains(".damaged", StringComparison.Ordinal));

    private static TrainedRun? TryLoad(string folder, Module<Tensor, Tensor> network, DataSplit data, string key, Action<string, string> unusable)
    {
        try
        {
            var run = Read(folder);
            if (run.Key != key)
                throw new InvalidDataException($"{folder} holds the run {run.Key}; expected {key}.");
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
        var path = Path.Combine(folder, RunFile);
        TrainedRun run;
        try
        {
            run = JsonSerializer.Deserialize<TrainedRun>(File.ReadAllText(path), Json) ?? throw new InvalidDataException($"{path} is empty.");
            if (ChecksumOf(run) != run.Checksum)
                throw new InvalidDataException($"{path} was changed after it was written: its checksum is {ChecksumOf(run)}; it says {run.Checksum}.");
        }
        catch (Exception error) when (error is JsonException or ArgumentException) // ArgumentException: an infinite number, which can be read but not written
        {
            throw new InvalidDataException($"{path} cannot be read: {error.Message}", error);
        }

        foreach (var (file, expected) in run.Files)
        {
            var found = File.Exists(Path.Combine(folder, file)) ? Sha256(Path.Combine(folder, file)) : "none: it is missing";
            if (found != expected)
                throw new InvalidDataException($"{Path.Combine(folder, file)} is damaged: its SHA-256 is {found}; {RunFile} says {expected}.");
        }

        var history = Path.Combine(folder, HistoryFile);
        return run with { Folder = folder, History = TrainingHistory.FromCsv(File.ReadAllText(history), history) };
    }

    /// <summary>The first folder of this key that holds nothing, or an unfinished training of a network that behaved the same at its start.</summary>
    private string FolderFor(Module<Tensor, Tensor> network, DataSplit data, long seed, string key, BehaviourProbe start)
    {
        var name = $"{Slug(TitleOf(network))}-{data.Name}-seed{seed.ToString(CultureInfo.InvariantCulture)}-{key[..12]}";
        for (var variant = 1; ; variant++)
        {
            var folder = Path.Combine(_folder, variant == 1 ? name : $"{name}-{variant}");
            var probe = Path.Combine(folder, StartProbeFile);
            if (File.Exists(Path.Combine(folder, RunFile)))
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
        string key,
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
                (history, momentum) = TrainingState.Load(state, network, key);
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
            AtomicFile.Write(state, stream => TrainingState.Save(stream, network, buffers, epochs, key));
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

        return Finish(folder, network, data, recipe, seed, key, history, before + clock.Elapsed.TotalSeconds, cancellationToken);
    }

    private static TrainedRun Finish(
        string folder,
        Module<Tensor, Tensor> network,
        DataSplit data,
        Recipe recipe,
        long seed,
        string key,
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
            Key = key,
            Data = data.Name,
            DataFingerprint = data.Fingerprint,
            Recipe = recipe,
            Seed = seed,
            Parameters = network.parameters().Sum(parameter => parameter.numel()),
            TrainingAccuracy = Evaluation.Run(network, data.Train, cancellationToken: cancellationToken).Percent,
            ValidationAccuracy = Evaluation.Run(network, data.Validation, cancellationToken: cancellationToken).Percent,
            TestAccuracy = Evaluation.Run(network, data.Test, cancellationToken: cancellationToken).Percent,
            Seconds = seconds,
            Files = new Dictionary<string, string>(),
            Modules = ModuleTree.Describe(network).TrimEnd('\n').Split('\n'),
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
        run = run with { Checksum = ChecksumOf(run) };
        AtomicFile.WriteText(Path.Combine(run.Folder, RunFile), JsonSerializer.Serialize(run, Json) + "\n");
        return run;
    }

    private void SetAside(string folder, string reason)
    {
        if (!folder.StartsWith(_folder, StringComparison.Ordinal))
        {
            _report($"The shipped run {folder} is not used: {reason}");
            return;
        }

        var aside = AtomicFile.FreeName(folder + ".damaged");
        Directory.Move(folder, aside);
        _report($"The run {folder} cannot be used and is now {aside}: {reason}");
    }

    /// <summary>Brings the network to the start of a training; the address of the run that begins there.</summary>
    private static string KeyAtStart(Module<Tensor, Tensor> network, DataSplit data, Recipe recipe, long seed) =>
        RunKey.Of(network, data.Fingerprint, recipe, seed, Initialisation.OfRun(network, seed));

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

    private static string ChecksumOf(TrainedRun run) => JsonChecksum.Of(run with { Checksum = "" }, Json);

    private static string Sha256(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static string TitleOf(Module network) => network is StagedNetwork staged ? staged.Title : network.GetName();

    private static string Slug(string title) => NotInNames().Replace(title.ToLowerInvariant(), "-").Trim('-');

    [GeneratedRegex("[^a-z0-9.]+")]
    private static partial Regex NotInNames();
}
