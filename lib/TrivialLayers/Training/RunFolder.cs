using System.Security.Cryptography;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>The files of one run.</summary>
internal static class RunFolder
{
    public const string WeightsFile = "weights.safetensors";
    public const string ProbeFile = "probe.safetensors";
    public const string HistoryFile = "history.csv";
    public const string StateFile = "training.safetensors";
    public const string StartProbeFile = "start-probe.safetensors";
    public const string RecordFolder = "record";

    /// <summary>Whether a folder holds a run that is finished.</summary>
    public static bool IsFinished(string folder) => File.Exists(Path.Combine(folder, RunFile.Name));

    /// <inheritdoc cref="RunStore.Read"/>
    public static TrainedRun Read(string folder)
    {
        var run = RunFile.Read(folder);
        foreach (var (file, expected) in run.Files)
        {
            var found = File.Exists(Path.Combine(folder, file)) ? Sha256(Path.Combine(folder, file)) : "none: it is missing";
            if (found != expected)
                throw new InvalidDataException($"{Path.Combine(folder, file)} is damaged: its SHA-256 is {found}; {RunFile.Name} records {expected}.");
        }

        var history = Path.Combine(folder, HistoryFile);
        return run with { History = TrainingHistory.FromCsv(File.ReadAllText(history), history) };
    }

    /// <summary>Writes history and, last, <c>run.json</c>, with the checksums of the run's other files and its own.</summary>
    /// <param name="run">The run, whose folder holds its weights or what stands for them.</param>
    /// <param name="files">The names of those files.</param>
    public static TrainedRun Seal(TrainedRun run, params IReadOnlyList<string> files)
    {
        AtomicFile.WriteText(Path.Combine(run.Folder, HistoryFile), run.History.ToCsv());
        return RunFile.Write(run with { Files = files.Append(HistoryFile).ToDictionary(file => file, file => Sha256(Path.Combine(run.Folder, file))) });
    }

    /// <summary>Seals the record of a run, which is the run without its weights; the folder holds the start probe.</summary>
    public static TrainedRun SealRecord(TrainedRun run, string folder, Module<Tensor, Tensor> trained) =>
        Seal(run with { Folder = folder, WeightsFingerprint = NetworkDescription.WeightsOf(trained) }, StartProbeFile);

    /// <summary>How a network answers the first training images.</summary>
    public static BehaviourProbe Probe(Module<Tensor, Tensor> network, DataSplit data)
    {
        using var scope = NewDisposeScope();
        return BehaviourProbe.Of(network, data.Train.Batch(0, Math.Min(BehaviourProbe.Images, data.Train.Count), NetworkProbe.DeviceOf(network)).Images);
    }

    public static void Write(BehaviourProbe probe, string path) => AtomicFile.Write(path, stream => Safetensors.Write(stream, probe.Tensors));

    /// <summary>Whether a network answers as the one did whose probe was written.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or not a probe.</exception>
    public static bool Reproduces(BehaviourProbe probe, string path)
    {
        var (tensors, metadata) = Safetensors.Read(path);
        try
        {
            if (metadata.Count > 0)
                throw new InvalidDataException($"{path} is not a probe file: it has the metadata {string.Join(", ", metadata.Keys)}; a probe file has none.");
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
}
