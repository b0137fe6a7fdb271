using TorchSharp;
using TrivialLayers.Models;
using TrivialLayers.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests.Runtime;

public sealed class OneDnnTests
{
    [Theory]
    [InlineData(4, 8, 1, 2)]
    [InlineData(8, 16, 1, 2)]
    [InlineData(8, 8, 3, 1)]
    [InlineData(16, 32, 1, 2)]
    public void Gradients_of_a_convolution_agree_with_double_precision(int inChannels, int outChannels, int kernel, int stride)
    {
        using var convolution = Conv2d(inChannels, outChannels, kernel, stride, padding: kernel / 2, bias: false);
        using var arithmetic = OneDnn.For(convolution);
        for (var round = 0; round < 10; round++)
        {
            using var scope = NewDisposeScope();
            using (full([64, 16, 28, 28], float.NaN))
            {
                // Memory that the next tensors may get, so that reading what nobody wrote shows.
            }

            var input = randn(64, inChannels, 28, 28).ToChannelsLast();
            var (dInput, dKernel) = Gradients(input, convolution.weight!, stride, kernel / 2);
            var (dInputExact, dKernelExact) = Gradients(input.to(ScalarType.Float64), convolution.weight!.to(ScalarType.Float64), stride, kernel / 2);
            Assert.InRange(RelativeError(dInput, dInputExact), 0, 1e-4);
            Assert.InRange(RelativeError(dKernel, dKernelExact), 0, 1e-4);
        }
    }

    [Fact]
    public void A_wide_network_is_computed_with_it_and_the_setting_comes_back()
    {
        using var wide = ResNet.ForSmallImages(8, 16, 10, 3);
        using var narrow = ResNet.ForSmallImages(8, 8, 10, 3);
        var before = OneDnn.IsOn;

        Assert.Null(OneDnn.For(wide));
        using (OneDnn.For(narrow))
            Assert.Equal(before && !System.Runtime.Intrinsics.X86.Avx512F.IsSupported, OneDnn.IsOn);

        Assert.Equal(before, OneDnn.IsOn);
    }

    private static (Tensor Input, Tensor Kernel) Gradients(Tensor input, Tensor kernel, long stride, long padding)
    {
        var (x, w) = (input.detach().requires_grad_(), kernel.detach().requires_grad_());
        functional.conv2d(x, w, strides: [stride, stride], padding: [padding, padding]).square().sum().backward();
        return (x.grad!, w.grad!);
    }

    private static double RelativeError(Tensor found, Tensor exact) =>
        ((found.to(ScalarType.Float64) - exact).abs().max() / exact.abs().max()).item<double>();
}
