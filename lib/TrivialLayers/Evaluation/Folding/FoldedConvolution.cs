using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// A convolution and the batch norm after it as one convolution with a bias, which is what they are in evaluation: kernel <c>w·γ/√(σ² + ε)</c>, bias <c>β + (b − μ)·γ/√(σ² + ε)</c>
/// (Jacob et al. 2018, <i>Quantization and Training of Neural Networks</i>, section 3.2). A snapshot: later changes of the modules are not seen.
/// </summary>
internal sealed class FoldedConvolution : IDisposable
{
    private readonly Conv2d _convolution;
    private readonly Tensor _kernel;
    private readonly Tensor _bias;

    private FoldedConvolution(string name, Conv2d convolution, BatchNorm2d normalisation)
    {
        Name = name;
        _convolution = convolution;
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var scale = normalisation.running_var!.to(ScalarType.Float64).add(normalisation.eps).rsqrt();
        if (normalisation.weight is { } gamma)
            scale = scale * gamma;
        var bias = (convolution.bias is { } own ? own - normalisation.running_mean! : normalisation.running_mean!.neg()) * scale;
        if (normalisation.bias is { } beta)
            bias = bias + beta;
        _kernel = (convolution.weight! * scale.view(-1, 1, 1, 1)).to(ScalarType.Float32).DetachFromDisposeScope();
        _bias = bias.to(ScalarType.Float32).DetachFromDisposeScope();
    }

    /// <summary>The convolution's dotted name in the network.</summary>
    public string Name { get; }

    /// <summary>Folds the two modules, or gives null where they are not a zero-padded convolution and a batch norm with statistics of its own.</summary>
    public static FoldedConvolution? Of(string name, Module convolution, Module normalisation) =>
        convolution is Conv2d { padding_mode: PaddingModes.Zeros, padding: not null, weight.dtype: ScalarType.Float32 } kernel
        && normalisation is BatchNorm2d { running_mean: not null, running_var: not null } statistics
            ? new FoldedConvolution(name, kernel, statistics)
            : null;

    /// <summary><c>[N, in, H, W] → [N, out, H', W']</c>.</summary>
    public Tensor Forward(Tensor input) =>
        functional.conv2d(input, _kernel, _bias, _convolution.stride, _convolution.padding, _convolution.dilation, _convolution.groups);

    /// <summary>What is left when the convolution's kernel is zero: a constant for each channel, as a view <c>[1, out, H', W']</c>.</summary>
    /// <param name="size">Height and width of the output in pixels.</param>
    public Tensor Constant((long Height, long Width) size) => _bias.view(1, -1, 1, 1).expand(1, -1, size.Height, size.Width);

    /// <summary>Height and width of the output in pixels, for an input of this size.</summary>
    public (long Height, long Width) SizeAfter((long Height, long Width) input)
    {
        long Along(int axis, long length) =>
            ((length + (2 * _convolution.padding![axis]) - (_convolution.dilation[axis] * (_convolution.kernel_size[axis] - 1)) - 1) / _convolution.stride[axis]) + 1;
        return (Along(0, input.Height), Along(1, input.Width));
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _bias.Dispose();
    }
}
