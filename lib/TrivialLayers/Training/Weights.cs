using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>Reads and writes a network's parameters and statistics by name.</summary>
public static class Weights
{
    private const string ByName = " Try Weights.LoadByName: it removes a prefix that all names have, converts number types, and skips and reports what the network does not need.";

    /// <summary>Writes a network's parameters and buffers to a safetensors file, atomically.</summary>
    public static void Save(nn.Module network, string path)
    {
        ArgumentNullException.ThrowIfNull(network);
        AtomicFile.Write(path, stream => Safetensors.Write(stream, network.state_dict()));
    }

    /// <summary>Reads a safetensors file into a network whose names, shapes and types are exactly those of the file.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, or a tensor is missing, extra or of another shape or type; the network is then as it was.
    /// </exception>
    public static void Load(nn.Module network, string path)
    {
        ArgumentNullException.ThrowIfNull(network);
        Read(path, file => file.Unread.Count == 0
            ? Load(network, file.Tensors, path)
            : throw Unreadable(path, file.Unread.First().Key, file.Unread.First().Value, file.Unread.Keys.Any(network.state_dict().ContainsKey) ? "" : ByName));
    }

    /// <summary>
    /// Reads what fits of a safetensors file that somebody else made, of torchvision's or timm's weights for instance: the names are the same. Other number
    /// types are converted; what does not fit, the last layer of a network with other classes for instance, keeps its values and is reported. A prefix of the
    /// names, <c>module.</c> for instance, is taken off when that makes all names fit.
    /// </summary>
    /// <returns>What was loaded and what was not, and the prefix.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, nothing of it fits, or a tensor that the network needs is of an element type that is not read; the network is then as it was.
    /// </exception>
    public static WeightsReport LoadByName(nn.Module network, string path)
    {
        ArgumentNullException.ThrowIfNull(network);
        return Read(path, file =>
        {
            var own = network.state_dict();
            string[] names = [.. file.Tensors.Keys, .. file.Unread.Keys];
            var prefix = NamePrefix.Of(own.Keys, names, path);
            if (own.Keys.FirstOrDefault(name => file.Unread.ContainsKey(prefix + name)) is { } unread)
                throw Unreadable(path, prefix + unread, file.Unread[prefix + unread]);
            var prefixed = file.Tensors.ToLookup(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal));
            var tensors = prefixed[true].ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value);
            var others = prefixed[false].Select(entry => entry.Key).Concat(file.Unread.Select(entry => $"{entry.Key} ({entry.Value})"));
            var report = Compare(own, tensors);
            report = report with { Prefix = prefix, Extra = [.. report.Extra, .. others] };
            if (report.Loaded.Count == 0)
                throw new InvalidDataException($"{path} has no tensor that fits the network. {NamePrefix.Hint(own.Keys, names)}{report}");
            Copy(own, tensors, report.Loaded);
            return report;
        });
    }

    internal static WeightsReport Load(nn.Module network, IReadOnlyDictionary<string, Tensor> tensors, string path)
    {
        var own = network.state_dict();
        var report = Compare(own, tensors);
        if (!report.IsComplete)
            throw new InvalidDataException($"{path} does not fit the network. {report}{(HasAllUnderOtherNames(report) ? ByName : "")}");
        if (report.Loaded.FirstOrDefault(name => own[name].dtype != tensors[name].dtype) is { } other)
            throw new InvalidDataException($"{path} does not fit the network: '{other}' is {tensors[other].dtype}; expected {own[other].dtype}.{ByName}");
        Copy(own, tensors, report.Loaded);
        return report;
    }

    /// <summary>Whether a file has all that the network needs, if perhaps under a prefix, and more.</summary>
    private static bool HasAllUnderOtherNames(WeightsReport report) =>
        report.Misshapen.Count == 0 && report.Missing.All(name => report.Extra.Any(other => other.EndsWith($".{name}", StringComparison.Ordinal)));

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

    /// <summary>Reads a file's tensors for a use of them all, and disposes them after it.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or a tensor is of an element type that is not read.</exception>
    internal static WeightsReport ReadAll(string path, Func<IReadOnlyDictionary<string, Tensor>, WeightsReport> use) =>
        Read(path, file => file.Unread.Count == 0 ? use(file.Tensors) : throw Unreadable(path, file.Unread.First().Key, file.Unread.First().Value));

    private static WeightsReport Read(string path, Func<SafetensorsContents, WeightsReport> use)
    {
        var file = Safetensors.Read(path);
        try
        {
            return use(file);
        }
        finally
        {
            foreach (var tensor in file.Tensors.Values)
                tensor.Dispose();
        }
    }

    private static InvalidDataException Unreadable(string path, string name, string type, string advice = "") =>
        new($"{path} does not fit the network: '{name}' is {type}, which is not supported; save it as one of {string.Join(", ", Safetensors.ReadTypes)}.{advice}");
}
