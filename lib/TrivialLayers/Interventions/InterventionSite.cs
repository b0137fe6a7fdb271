using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Where an <see cref="Intervention"/> acts.</summary>
/// <param name="Network">The network.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Normalisation">The batch norm directly after it, or null.</param>
/// <param name="EndsBranch">Whether it is the last convolution in the branch of a residual unit.</param>
public sealed record InterventionSite(Module<Tensor, Tensor> Network, Layer Layer, BatchNorm? Normalisation, bool EndsBranch)
{
    /// <summary>The kernel weights: <c>[out, in/groups, kH, kW]</c> of a convolution, <c>[out, in]</c> of a linear layer.</summary>
    public Parameter Kernel => Network.get_parameter(Layer.Weight)!;

    /// <summary>The last convolution of a unit that is not on its shortcut; null where there is none.</summary>
    private static string? EndOfBranch(string unit, Module module) =>
        NetworkLayers.Modules(module).Select(found => found.Name).LastOrDefault(name => !name.StartsWith("downsample", StringComparison.Ordinal)) is { } last ? $"{unit}.{last}" : null;

    /// <summary>The sites of all layers of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="layers">Its layers.</param>
    /// <param name="images">Images whose size shows which batch norm takes which layer's output.</param>
    internal static IReadOnlyList<InterventionSite> Of(Module<Tensor, Tensor> network, IReadOnlyList<Layer> layers, ImageSet images)
    {
        var norms = Normalisations.Of(network, images.Channels, images.Height, images.Width);
        var ends = network.named_modules().Where(found => found.module is IResidualUnit).Select(unit => EndOfBranch(unit.name, unit.module)).OfType<string>().ToHashSet();
        return [.. layers.Select(layer => new InterventionSite(network, layer, norms.GetValueOrDefault(layer.Name), ends.Contains(layer.Name)))];
    }
}
