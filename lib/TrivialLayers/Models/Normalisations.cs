using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Finds the batch norm that takes a convolution's output, by watching a forward pass: names alone do not say it in a user's module.</summary>
internal static class Normalisations
{
    /// <summary>The batch norm after each convolution that has one directly after it, by the convolution's dotted name.</summary>
    /// <param name="network">A network whose forward pass invokes its modules by <c>call</c>.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="height">Height of an image in pixels.</param>
    /// <param name="width">Width of an image in pixels.</param>
    public static IReadOnlyDictionary<string, BatchNorm> Of(Module<Tensor, Tensor> network, int channels, int height, int width)
    {
        var outputs = new List<(string Name, Tensor Output)>();
        var found = new Dictionary<string, BatchNorm>();
        using var hooks = new HookScope();
        foreach (var (name, convolution) in NetworkLayers.Modules(network))
            hooks.Add(convolution, (_, output) => outputs.Add((name, output)));
        foreach (var norm in network.modules().OfType<BatchNorm>())
        {
            hooks.Add(norm, (input, _) =>
            {
                foreach (var (name, _) in outputs.Where(entry => ReferenceEquals(entry.Output, input)))
                    found[name] = norm;
            });
        }

        NetworkProbe.ForwardZeros(network, channels, height, width);
        return found;
    }
}
