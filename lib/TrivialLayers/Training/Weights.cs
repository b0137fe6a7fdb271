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

    /// <summary>Reads a safetensors file into a network whose names, shapes and types are exactly those of the file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or a tensor is missing, extra or of another shape or type; the network is then as it was.</exception>
    public static void Load(nn.Module network, string path)
    {
        ArgumentNullException.ThrowIfNull(network);
        Read(path, tensors => Load(network, tensors, path));
    }

    /// <summary>
    /// Reads what fits of a safetensors file that somebody else made, of torchvision's or timm's weights for instance: the names are the same. Other number types are converted; what does not
    /// fit, the last layer of a network with other classes for instance, keeps its values and is reported.
    /// </summary>
    /// <returns>What was loaded and what was not.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, or nothing of it fits; the network is then as it was.</exception>
    public static WeightsReport LoadByName(nn.Module network, string path)
    {
        ArgumentNullException.ThrowIfNull(network);
        return Read(path, tensors =>
        {
            var own = network.state_dict();
            var report = Compare(own, tensors);
            if (report.Loaded.Count == 0)
                throw new InvalidDataException($"{path} has no tensor that fits the network. {report}");
            Copy(own, tensors, report.Loaded);
            return report;
        });
    }

    internal static WeightsReport Load(nn.Module network, IReadOnlyDictionary<string, Tensor> tensors, string path)
    {
        var own = network.state_dict();
        var report = Compare(own, tensors);
        if (!report.IsComplete)
            throw new InvalidDataException($"{path} does not fit the network. {report}");
        if (report.Loaded.FirstOrDefault(name => own[name].dtype != tensors[name].dtype) is { } other)
            throw new InvalidDataException($"{path} does not fit the network: '{other}' is {tensors[other].dtype}; expected {own[other].dtype}.");
        Copy(own, tensors, report.Loaded);
        return report;
    }

    private static WeightsReport Compare(Dictionary<string, Tensor> own, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var shared = own.Keys.Where(tensors.ContainsKey).ToLookup(name => own[name].shape.SequenceEqual(tensors[name].shape));
        return new WeightsReport(
            [.. shared[true]],
            [.. own.Keys.Except(tensors.Keys)],
            [.. tensors.Keys.Except(own.Keys)],
            [.. shared[false].Select(name => $"{name} [{string.Join(", ", tensors[name].shape)}], not [{string.Join(", ", own[name].shape)}]")]);
    }

    private static void Copy(Dictionary<string, Tensor> own, IReadOnlyDictionary<string, Tensor> tensors, IEnumerable<string> names)
    {
        using var noGradients = no_grad();
        foreach (var name in names)
            own[name].copy_(tensors[name]);
    }

    /// <summary>Reads a file's tensors for a use of them, and disposes them after it.</summary>
    internal static WeightsReport Read(string path, Func<IReadOnlyDictionary<string, Tensor>, WeightsReport> use)
    {
        var (tensors, _) = Safetensors.Read(path);
        try
        {
            return use(tensors);
        }
        finally
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
        }
    }
}
