using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

public sealed class KernelDecaySgdTests
{
    [Fact]
    public void Steps_are_those_of_torch_with_decay_on_kernels_only()
    {
        using var scope = NewDisposeScope();
        var recipe = new Recipe { WeightDecay = 0.01 };
        var ours = Linear(5, 3);
        var theirs = Linear(5, 3);
        theirs.load_state_dict(ours.state_dict());
        using var sgd = new KernelDecaySgd(ours, recipe, new Dictionary<string, Tensor>());
        using var kernels = optim.SGD([theirs.weight!], 0.1, 0.9, 0, 0.01, nesterov: true);
        using var biases = optim.SGD([theirs.bias!], 0.1, 0.9, 0, 0, nesterov: true);
        for (var step = 0; step < 5; step++)
        {
            var input = randn(4, 5);
            sgd.Step(ours.call(input).pow(2).mean(), 0.1);
            kernels.zero_grad();
            biases.zero_grad();
            theirs.call(input).pow(2).mean().backward();
            kernels.step();
            biases.step();
        }

        Assert.True(ours.weight!.allclose(theirs.weight!, rtol: 1e-6, atol: 1e-7));
        Assert.True(ours.bias!.allclose(theirs.bias!, rtol: 1e-6, atol: 1e-7));
    }
}
