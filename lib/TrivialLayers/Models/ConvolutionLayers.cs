using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Finds the convolution layers of any module, a user's own included.</summary>
public static class ConvolutionLayers
{
    /// <summary>Lists the two-dimensional convolutions of a network in the order of its modules.</summary>
    /// <param name="network">Any module.</param>
    /// <param name="roleOf">
    /// Gives a layer's role by its dotted name. By default a <see cref="StagedNetwork"/> knows its own roles, and the layers of any other module are <see cref="LayerRole.Unspecified"/>.
    /// </param>
    public static IReadOnlyList<ConvolutionLayer> Of(Module network, Func<string, LayerRole>? roleOf = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        roleOf ??= network is StagedNetwork staged ? staged.RoleOf : _ => LayerRole.Unspecified;
        return [.. Modules(network).Select(found => Describe(found.Name, found.Convolution, roleOf(found.Name)))];
    }

    /// <summary>Lists the convolutions with the multiply-accumulates each needs for one image of a given size.</summary>
    /// <param name="network">A network whose forward pass invokes its convolutions by <c>call</c>; the others keep null.</param>
    /// <param name="channels">Channels of the image.</param>
    /// <param name="height">Height of the image in pixels.</param>
    /// <param name="width">Width of the image in pixels.</param>
    public static IReadOnlyList<ConvolutionLayer> For(Module<Tensor, Tensor> network, int channels, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(network);
        var outputs = new Dictionary<string, long>();
        using (Watch(network, (name, _, output) => outputs[name] = output.shape[2] * output.shape[3]))
            NetworkProbe.ForwardZeros(network, channels, height, width);
        return
        [
            .. Of(network).Select(layer => layer with
            {
                MultiplyAccumulates = outputs.TryGetValue(layer.Name, out var pixels)
                    ? pixels * layer.OutChannels * layer.KernelHeight * layer.KernelWidth * (layer.InChannels / layer.Groups)
                    : null,
            }),
        ];
    }

    /// <summary>Checks that each name is that of a convolution of the network.</summary>
    /// <exception cref="ArgumentException">A name is not; the message gives the nearest ones.</exception>
    internal static void Demand(Module network, IEnumerable<string> layers)
    {
        var known = Modules(network).Select(found => found.Name).ToList();
        foreach (var layer in layers.Where(layer => !known.Contains(layer)))
            throw new ArgumentException($"The network has no convolution named '{layer}'. Nearest names: {string.Join(", ", NearestNames.To(layer, known))}.", nameof(layers));
    }

    internal static IEnumerable<(string Name, Conv2d Convolution)> Modules(Module network)
    {
        foreach (var (name, module) in network.named_modules())
            if (module is Conv2d convolution)
                yield return (name, convolution);
    }

    internal static IDisposable Watch(Module network, Action<string, Tensor, Tensor> observe)
    {
        var watch = new HookScope();
        foreach (var (name, convolution) in Modules(network))
            watch.Add(convolution, (input, output) => observe(name, input, output));
        return watch;
    }

    private static ConvolutionLayer Describe(string name, Conv2d convolution, LayerRole role)
    {
        var dot = name.LastIndexOf('.');
        var bias = convolution.bias is { } b ? b.numel() : 0;
        return new ConvolutionLayer(
            name,
            role,
            dot < 0 ? "" : name[..dot].Replace(".downsample", "", StringComparison.Ordinal),
            convolution.in_channels,
            convolution.out_channels,
            convolution.kernel_size[0],
            convolution.kernel_size[1],
            convolution.stride[0],
            convolution.groups,
            convolution.weight!.numel() + bias);
    }
}
