using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Training;

/// <summary>Reads and writes a network's parameters and statistics by name.</summary>
public static class Weights
{
    /// <summary>Writes a network's parameters and buffers to a safetensors file, atomically.</summary>
    public static void Save(nn.Module network, string path)
    {
        ArgumentNullException.ThrowIfNull(network);
        Runtime.AtomicFile.Write(path, stream => Safetensors.Write(stream, network.state_dict()));
    }

    /// <summary>Reads a safetensors file into a network whose names and shapes are exactly those of the file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or a tensor is missing, extra or of another shape; the network is then as it was.</exception>
    public static void Load(nn.Module network, string path)
    {
        var (tensors, _) = Safetensors.Read(path);
        try
        {
            Load(network, tensors, path);
        }
        finally
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
        }
    }

    internal static void Load(nn.Module network, IReadOnlyDictionary<string, Tensor> tensors, string path)
    {
        var own = network.state_dict();
        var missing = own.Keys.Except(tensors.Keys).ToList();
        var extra = tensors.Keys.Except(own.Keys).ToList();
        var misshapen = own.Keys.Intersect(tensors.Keys)
            .Where(name => !own[name].shape.SequenceEqual(tensors[name].shape) || own[name].dtype != tensors[name].dtype)
            .ToList();
        if (missing.Count + extra.Count + misshapen.Count > 0)
        {
            throw new InvalidDataException(
                $"{path} does not fit the network. Missing: {List(missing)}. Extra: {List(extra)}. Of another shape or type: {List(misshapen)}.");
        }

        using var noGradients = no_grad();
        foreach (var (name, values) in tensors)
            own[name].copy_(values);
    }

    private static string List(List<string> names) =>
        names.Count == 0 ? "none" : string.Join(", ", names.Take(5)) + (names.Count > 5 ? $" and {names.Count - 5} more" : "");
}
