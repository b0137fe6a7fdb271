using System.Globalization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// All that an unfinished training needs to go on: weights, batch-norm statistics, momentum, epochs done. Kept in one safetensors file, so that a single rename
/// makes it current. What is drawn at random is derived from the seed and the epoch, so there is no generator state to keep.
/// </summary>
internal sealed class TrainingState
{
    private const string MomentumPrefix = "momentum:";

    public static void Save(
        Stream stream, nn.Module network, IReadOnlyDictionary<string, Tensor> momentum, TrainingHistory history, string key)
    {
        var tensors = network.state_dict().Concat(
            momentum.Select(entry => KeyValuePair.Create(MomentumPrefix + entry.Key, entry.Value)));
        Safetensors.Write(stream, tensors, new Dictionary<string, string>
        {
            ["key"] = key,
            ["epochs"] = history.Epochs.Count.ToString(CultureInfo.InvariantCulture),
            ["history"] = history.ToCsv(),
        });
    }

    /// <summary>Puts a state back into a network of the same shape.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or belongs to another run.</exception>
    public static (TrainingHistory History, Dictionary<string, Tensor> Momentum) Load(string path, nn.Module network, string key)
    {
        var (tensors, metadata) = Safetensors.Read(path);
        var momentum = new Dictionary<string, Tensor>();
        try
        {
            if (!metadata.Keys.Order(StringComparer.Ordinal).SequenceEqual(["epochs", "history", "key"]))
                throw new InvalidDataException($"{path} is no training state: it says {string.Join(", ", metadata.Keys)}; expected epochs, history and key.");
            if (metadata.GetValueOrDefault("key") != key)
                throw new InvalidDataException($"{path} belongs to the run {metadata.GetValueOrDefault("key") ?? "(none)"}; expected {key}.");
            var history = TrainingHistory.FromCsv(metadata["history"], path);
            if (history.Epochs.Count.ToString(CultureInfo.InvariantCulture) != metadata["epochs"])
                throw new InvalidDataException($"{path} says {metadata["epochs"]} epochs; its history has {history.Epochs.Count}.");
            Weights.Load(network, tensors.Where(entry => !IsMomentum(entry.Key)).ToDictionary(), path);
            foreach (var (name, values) in tensors.Where(entry => IsMomentum(entry.Key)))
                momentum.Add(name[MomentumPrefix.Length..], values);
            return (history, momentum);
        }
        finally
        {
            foreach (var (name, tensor) in tensors)
            {
                if (!IsMomentum(name) || momentum.Count == 0)
                    tensor.Dispose();
            }
        }
    }

    private static bool IsMomentum(string name) => name.StartsWith(MomentumPrefix, StringComparison.Ordinal);
}
