using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// All that an unfinished training needs to go on: weights, batch-norm statistics, what the optimiser remembers, how far it is. Kept in one safetensors file, so that a single rename
/// makes it current. What is drawn at random is derived from the seed and the epoch, so there is no generator state to keep.
/// </summary>
/// <param name="Done">How far it is: epochs, or what a loop of the user's own counts.</param>
/// <param name="History">The epochs, where a recipe is followed.</param>
/// <param name="Seconds">How long it took so far.</param>
/// <param name="Memory">Tensors by name beside the network's own; whoever loaded them disposes them.</param>
internal sealed record TrainingState(int Done, TrainingHistory History, double Seconds, IReadOnlyDictionary<string, Tensor> Memory) : IDisposable
{
    private const string MemoryPrefix = "momentum:";

    private static readonly string[] Words = ["epochs", "history", "key", "seconds"];

    /// <summary>The state of a training that has not begun.</summary>
    public static TrainingState None => new(0, new TrainingHistory([]), 0, new Dictionary<string, Tensor>());

    public void Save(Stream stream, nn.Module network, string key)
    {
        var tensors = network.state_dict().Concat(Memory.Select(entry => KeyValuePair.Create(MemoryPrefix + entry.Key, entry.Value)));
        Safetensors.Write(stream, tensors, new Dictionary<string, string>
        {
            ["key"] = key,
            ["epochs"] = Done.ToString(CultureInfo.InvariantCulture),
            ["history"] = History.ToCsv(),
            ["seconds"] = Seconds.ToString("R", CultureInfo.InvariantCulture),
        });
    }

    /// <summary>Puts a state back into a network of the same shape.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or belongs to another run.</exception>
    public static TrainingState Load(string path, nn.Module network, string key)
    {
        var (tensors, metadata) = Safetensors.Read(path);
        var memory = new Dictionary<string, Tensor>();
        try
        {
            if (!metadata.Keys.Order(StringComparer.Ordinal).SequenceEqual(Words))
                throw new InvalidDataException($"{path} is not a training state: it has the metadata {string.Join(", ", metadata.Keys)}; expected {string.Join(", ", Words)}.");
            if (metadata["key"] != key)
                throw new InvalidDataException($"{path} belongs to the run {metadata["key"]}; expected {key}.");
            var history = TrainingHistory.FromCsv(metadata["history"], path);
            if (!int.TryParse(metadata["epochs"], NumberStyles.None, CultureInfo.InvariantCulture, out var done)
                || !double.TryParse(metadata["seconds"], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
                throw new InvalidDataException($"{path} records {metadata["epochs"]} epochs in {metadata["seconds"]} seconds; expected numbers.");
            if (history.Epochs.Count > 0 && history.Epochs.Count != done)
                throw new InvalidDataException($"{path} records {done} epochs; its history has {history.Epochs.Count}.");
            Weights.Load(network, tensors.Where(entry => !IsMemory(entry.Key)).ToDictionary(), path);
            foreach (var (name, values) in tensors.Where(entry => IsMemory(entry.Key)))
                memory.Add(name[MemoryPrefix.Length..], values);
            return new TrainingState(done, history, seconds, memory);
        }
        finally
        {
            foreach (var (name, tensor) in tensors)
            {
                if (!IsMemory(name) || memory.Count == 0)
                    tensor.Dispose();
            }
        }
    }

    public void Dispose()
    {
        foreach (var tensor in Memory.Values)
            tensor.Dispose();
    }

    private static bool IsMemory(string name) => name.StartsWith(MemoryPrefix, StringComparison.Ordinal);
}
