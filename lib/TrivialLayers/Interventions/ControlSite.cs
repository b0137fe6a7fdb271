using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Where a <see cref="Control"/> acts.</summary>
/// <param name="Network">The network, in evaluation mode.</param>
/// <param name="Layer">The convolution.</param>
/// <param name="Normalisation">The batch norm directly behind it, or null.</param>
/// <param name="EndsBranch">Whether it is the last convolution in the branch of a residual unit.</param>
internal sealed record ControlSite(Module<Tensor, Tensor> Network, ConvolutionLayer Layer, BatchNorm? Normalisation, bool EndsBranch)
{
    /// <summary>The kernel weights, <c>[out, in, height, width]</c>.</summary>
    public Parameter Kernel => Network.get_parameter(Layer.Weight)!;
}
