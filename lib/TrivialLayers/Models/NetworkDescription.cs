using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// What a network is, one line per module that has something to say: <c>layer1.0.conv1: conv2d padding=1 weight[16x16x3x3]</c>. No class, field or property of ours is in it, so each can be renamed. What
/// it cannot see, a forward pass, <see cref="BehaviourProbe"/> does.
/// </summary>
internal static class NetworkDescription
{
    /// <summary>The lines, in the order of the modules.</summary>
    public static IReadOnlyList<string> Of(Module network) =>
        [.. network.named_modules().Prepend(("", network)).Select(entry => (Name: entry.Item1.Length == 0 ? "(network)" : entry.Item1, Words: Words(entry.Item2))).Where(entry => entry.Words.Length > 0).Select(entry => $"{entry.Name}:{entry.Words}")];

    /// <summary>SHA-256 over names, shapes and bytes of all parameters and buffers, in hexadecimal.</summary>
    public static string WeightsOf(Module network) => WeightsOf(network, network.state_dict().Keys);

    /// <summary>The same over some of them.</summary>
    public static string WeightsOf(Module network, IReadOnlyCollection<string> names)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var state = network.state_dict();
        foreach (var name in names.Order(StringComparer.Ordinal))
            Add(hash, name, state[name]);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Add(IncrementalHash hash, string name, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var values = tensor.detach().cpu().contiguous();
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name}[{string.Join('x', tensor.shape)}]\n")));
        hash.AppendData(values.bytes);
    }

    private static string Words(Module module)
    {
        var text = new StringBuilder();
        var ofTorch = TorchModules.Describe(module);
        if (((module as IDescribed)?.Description ?? ofTorch) is { } words)
            text.Append(' ').Append(words);
        foreach (var (name, tensor) in module.named_parameters(recurse: false))
            text.Append(CultureInfo.InvariantCulture, $" {name}[{string.Join('x', tensor.shape)}]{TypeOf(tensor)}{(tensor.requires_grad ? "" : " fixed")}");
        if (ofTorch is null) // torch's own buffers follow from its hyperparameters
        {
            foreach (var (name, tensor) in module.named_buffers(recurse: false))
                text.Append(CultureInfo.InvariantCulture, $" {name}({string.Join('x', tensor.shape)})");
        }

        return text.ToString();
    }

    private static string TypeOf(Tensor tensor) => tensor.dtype == ScalarType.Float32 ? "" : $" {tensor.dtype.ToString().ToLowerInvariant()}";
}
