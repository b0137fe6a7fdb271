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

    [Theory]
    [InlineData(16)]
    [InlineData(20)]
    [InlineData(8)]
    public void A_network_is_computed_with_oneDNN_where_a_process_of_its_own_finds_all_its_convolutions_right_and_the_setting_comes_back(int width)
    {
        using var network = ResNet.ForSmallImages(8, width, 10, 3);
        var before = ConvolutionBackend.UsesOneDnn;
        var tried = new ConvolutionTrials(folder: null, (folder, arguments) => ChildProcess.Start(folder, ConvolutionCheck.Main, arguments), TimeSpan.FromMinutes(1));
        var wrong = tried.FirstWrong(ConvolutionShape.Of(network, Precision.Float32), get_num_threads());
        Assert.NotEqual(ConvolutionTrials.Untried, wrong?.Fault);

        using (ConvolutionBackend.For(network))
            Assert.Equal(before && wrong is null, ConvolutionBackend.UsesOneDnn);
        Assert.Equal(before, ConvolutionBackend.UsesOneDnn);
    }

    [Fact]
    public void A_network_that_is_computed_slowly_is_told_with_the_reason() => Assert.Equal(
        "oneDNN, the library with which libtorch convolves on this CPU, is disabled for networks with conv2d 16→40, 1×1, stride 2: a crash, exit code 136. They are computed correctly but several times slower. "
        + "See environment.md, \"Widths that libtorch computes wrongly\".",
        ConvolutionBackend.InWords(new(ScalarType.Float32, 16, 40, 1, (1, 1), (2, 2), (0, 0), (1, 1)), "a crash, exit code 136"));

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
