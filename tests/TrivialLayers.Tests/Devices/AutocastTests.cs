using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

public sealed class AutocastTests
{
    [Fact]
    public void Convolutions_and_linear_layers_compute_in_bfloat16_and_their_weights_and_gradients_stay_as_they_are()
    {
        using var scope = NewDisposeScope();
        using var network = Sequential(Conv2d(16, 16, 3, padding: 1, bias: false), BatchNorm2d(16), ReLU(), Flatten(), Linear(1024, 2));
        var images = randn(4, 16, 8, 8).ToChannelsLast();
        using (new Autocast(CPU))
            Assert.Equal(ScalarType.BFloat16, network.call(images).dtype);
        var exact = network.call(images);
        Assert.Equal(ScalarType.Float32, exact.dtype);
        Tensor rounded;
        using (new Autocast(CPU))
            rounded = network.call(images).to(ScalarType.Float32);
        Assert.InRange((rounded - exact).abs().max().item<float>(), 1e-7f, 0.1f);
        rounded.pow(2).mean().backward();
        Assert.All(network.parameters(), parameter => Assert.Equal((ScalarType.Float32, ScalarType.Float32), (parameter.dtype, parameter.grad!.dtype)));
    }

    [Fact]
    public void A_changed_weight_is_rounded_anew_in_the_next_scope()
    {
        using var scope = NewDisposeScope();
        using var layer = Linear(4, 1, hasBias: false);
        Tensor Answer()
        {
            using var autocast = new Autocast(CPU);
            return layer.call(ones(1, 4)).to(ScalarType.Float32);
        }

        using (no_grad())
            layer.weight!.fill_(1);
        Assert.Equal(4f, Answer().item<float>());
        using (no_grad())
            layer.weight!.fill_(2);
        Assert.Equal(8f, Answer().item<float>());
    }
}
