using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

public sealed class ConvolutionBackendTests
{
    [Theory]
    [InlineData(1, 8, 3, 1)]
    [InlineData(4, 8, 1, 2)]
    [InlineData(8, 8, 3, 1)]
    [InlineData(20, 20, 3, 1)]
    [InlineData(16, 40, 1, 2)]
    [InlineData(16, 32, 1, 2)]
    [InlineData(1, 16, 3, 1)]
    public void A_convolution_and_its_gradients_agree_with_double_precision_in_both_layouts(int inChannels, int outChannels, int kernel, int stride)
    {
        using var convolution = Conv2d(inChannels, outChannels, kernel, stride, padding: kernel / 2, bias: false);
        using var backend = ConvolutionBackend.For(convolution);
        for (var round = 0; round < 10; round++)
        {
            using var scope = NewDisposeScope();
            using (full([64, 16, 28, 28], float.NaN))
            {
                // Memory that the next tensors may get, so that reading what nobody wrote shows.
            }

            var input = randn(64, inChannels, 28, 28);
            if (round % 2 == 0)
                input = input.ToChannelsLast();
            var found = Compute(input, convolution.weight!, stride, kernel / 2);
            var exact = Compute(input.to(ScalarType.Float64), convolution.weight!.to(ScalarType.Float64), stride, kernel / 2);
            Assert.All(found.Zip(exact), pair => Assert.InRange(RelativeError(pair.First, pair.Second), 0, 1e-4));
        }
    }

    [Theory]
    [InlineData(256, 1024, 1)]
    [InlineData(1024, 512, 1)]
    [InlineData(512, 1024, 2)]
    public void Large_pointwise_convolutions_do_not_end_the_process(int inChannels, int outChannels, int stride)
    {
        using var scope = NewDisposeScope();
        using var convolution = Conv2d(inChannels, outChannels, 1, stride, bias: false);
        using var backend = ConvolutionBackend.For(convolution);
        var input = randn(2, inChannels, 14, 14).ToChannelsLast();
        var found = Compute(input, convolution.weight!, stride, 0);
        var exact = Compute(input.to(ScalarType.Float64), convolution.weight!.to(ScalarType.Float64), stride, 0);
        Assert.All(found.Zip(exact), pair => Assert.InRange(RelativeError(pair.First, pair.Second), 0, 1e-4));
    }

    [Fact]
    public void A_network_whose_channels_fill_the_registers_is_computed_with_oneDNN_and_the_setting_comes_back()
    {
        using var full = ResNet.ForSmallImages(8, 16, 10, 3);
        using var ragged = ResNet.ForSmallImages(8, 20, 10, 3);
        var before = ConvolutionBackend.UsesOneDnn;

        using (ConvolutionBackend.For(full))
            Assert.Equal(before, ConvolutionBackend.UsesOneDnn);
        using (ConvolutionBackend.For(ragged))
            Assert.Equal(before && ConvolutionBackend.Lanes == 1, ConvolutionBackend.UsesOneDnn);

        Assert.Equal(before, ConvolutionBackend.UsesOneDnn);
    }

    /// <summary>Output, gradient of the input, gradient of the kernel.</summary>
    private static Tensor[] Compute(Tensor input, Tensor kernel, long stride, long padding)
    {
        var (x, w) = (input.detach().requires_grad_(), kernel.detach().requires_grad_());
        var output = functional.conv2d(x, w, strides: [stride, stride], padding: [padding, padding]);
        output.square().sum().backward();
        return [output.detach(), x.grad!, w.grad!];
    }

    private static double RelativeError(Tensor found, Tensor exact) =>
        ((found.to(ScalarType.Float64) - exact).abs().max() / exact.abs().max()).item<double>();
}
