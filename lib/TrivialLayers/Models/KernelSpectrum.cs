using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>How large a convolution's kernel weights are and how they spread over directions: its singular values as a matrix <c>[out, in · height · width]</c>.</summary>
/// <param name="Layer">The convolution's dotted name.</param>
/// <param name="Norm">Frobenius norm ‖W‖ divided by the square root of the number of weights: the root mean square weight.</param>
/// <param name="StableRank">‖W‖² divided by the square of the largest singular value, 1 to the number of output channels: in how many directions the layer acts (Rudelson and Vershynin 2007, <i>Sampling from large matrices</i>).</param>
public sealed record KernelSpectrum(string Layer, double Norm, double StableRank)
{
    /// <summary>The spectra of all convolutions of a network, in the order of its modules.</summary>
    /// <param name="network">Any module.</param>
    public static IReadOnlyList<KernelSpectrum> Of(Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return [.. NetworkLayers.Of(network).Select(layer => Measure(layer.Name, network.get_parameter(layer.Weight)!))];
    }

    private static KernelSpectrum Measure(string layer, Tensor kernel)
    {
        using var scope = NewDisposeScope();
        var singular = linalg.svdvals(kernel.detach().cpu().to(ScalarType.Float64).flatten(1)).data<double>().ToArray();
        var square = singular.Sum(value => value * value);
        return new KernelSpectrum(layer, Math.Sqrt(square / kernel.numel()), singular[0] > 0 ? square / (singular[0] * singular[0]) : 0);
    }
}
