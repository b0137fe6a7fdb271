using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Finds the layers of any module, a user's own included.</summary>
public static class NetworkLayers
{
    /// <summary>Lists the two-dimensional convolutions of a network in the order of its modules.</summary>
    /// <param name="network">Any module.</param>
    /// <param name="roleOf">
    /// Gives a layer's role by its dotted name. By default a <see cref="SegmentedNetwork"/> knows its own roles, and the layers of any other module are <see cref="LayerRole.Unspecified"/>.
    /// </param>
    public static IReadOnlyList<Layer> Of(Module network, Func<string, LayerRole>? roleOf = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        roleOf ??= network is SegmentedNetwork segmented ? segmented.RoleOf : _ => LayerRole.Unspecified;
        return [.. Modules(network).Select(found => Describe(found.Name, found.Convolution, roleOf(found.Name)))];
    }

    /// <summary>Lists the two-dimensional convolutions of a network in the order of its modules, and after them its linear layers.</summary>
    /// <param name="network">Any module.</param>
    /// <param name="roleOf">Gives a layer's role by its dotted name. By default that of a convolution is as <see cref="Of"/> has it, and a linear layer is <see cref="LayerRole.Unspecified"/>.</param>
    public static IReadOnlyList<Layer> All(Module network, Func<string, LayerRole>? roleOf = null)
    {
        return
        [
            .. Of(network, roleOf),
            .. network.named_modules().Where(found => found.module is TorchSharp.Modules.Linear).Select(found => Describe(found.name, (TorchSharp.Modules.Linear)found.module, roleOf?.Invoke(found.name) ?? LayerRole.Unspecified)),
        ];
    }

    /// <summary>Lists the convolutions with the multiply-accumulates each needs for one image of a given size.</summary>
    /// <param name="network">A network whose forward pass invokes its convolutions by <c>call</c>; the others keep null.</param>
    /// <param name="channels">Channels of the image.</param>
    /// <param name="height">Height of the image in pixels.</param>
    /// <param name="width">Width of the image in pixels.</param>
    public static IReadOnlyList<Layer> For(Module<Tensor, Tensor> network, int channels, int height, int width)
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

    /// <summary>Checks that each name is that of a convolution of the network, or of a linear layer where these will do.</summary>
    /// <exception cref="ArgumentException">A name is not; the message gives the nearest ones.</exception>
    internal static void Demand(Module network, IEnumerable<string> layers, bool linearToo = false)
    {
        var known = network.named_modules().Where(found => found.module is TorchSharp.Modules.Conv2d || (linearToo && found.module is TorchSharp.Modules.Linear)).Select(found => found.name).ToList();
        foreach (var layer in layers.Where(layer => !known.Contains(layer)))
            throw new ArgumentException($"The network has no convolution named '{layer}'{(linearToo ? ", and no linear layer either" : "")}. Nearest names: {string.Join(", ", NearestNames.To(layer, known))}.", nameof(layers));
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

    private static Layer Describe(string name, TorchSharp.Modules.Linear linear, LayerRole role) => new(
        name, role, UnitOf(name), linear.in_features, linear.out_features, KernelHeight: 1, KernelWidth: 1, Stride: 1, Groups: 1, linear.parameters().Sum(parameter => parameter.numel())) { Kind = "linear" };

    private static Layer Describe(string name, Conv2d convolution, LayerRole role)
    {
        var bias = convolution.bias is { } b ? b.numel() : 0;
        return new Layer(
            name,
            role,
            UnitOf(name),
            convolution.in_channels,
            convolution.out_channels,
            convolution.kernel_size[0],
            convolution.kernel_size[1],
            convolution.stride[0],
            convolution.groups,
            convolution.weight!.numel() + bias);
    }

    private static string UnitOf(string name) => name.LastIndexOf('.') is >= 0 and var dot ? name[..dot].Replace(".downsample", "", StringComparison.Ordinal) : "";
}
