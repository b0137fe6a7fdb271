using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

public sealed class SgdTests
{
    [Fact]
    public void Steps_are_those_of_torch_with_decay_on_kernels_only()
    {
        using var scope = NewDisposeScope();
        var recipe = new Recipe { WeightDecay = 0.01 };
        var ours = Linear(5, 3);
        var theirs = Linear(5, 3);
        theirs.load_state_dict(ours.state_dict());
        using var sgd = new Sgd(ours, recipe, new Dictionary<string, Tensor>());
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

    [Fact]
    public void In_flat_buffers_each_number_is_to_the_bit_what_it_is_for_each_parameter_alone()
    {
        using var scope = NewDisposeScope();
        var recipe = new Recipe { WeightDecay = 5e-4 };
        using var ours = ResNet.ForSmallImages(8, 16, 10, 3);
        using var alone = ResNet.ForSmallImages(8, 16, 10, 3);
        Initialisation.He(ours, 1);
        Initialisation.He(alone, 1);
        var momentum = alone.named_parameters().ToDictionary(entry => entry.name, entry => zeros_like(entry.parameter.detach()));
        using (var sgd = new Sgd(ours, recipe, new Dictionary<string, Tensor>()))
        {
            for (var step = 0; step < 4; step++)
            {
                var (images, labels) = (randn(32, 3, 16, 16).ToChannelsLast(), randint(10, [32], ScalarType.Int64));
                sgd.Step(functional.cross_entropy(ours.call(images), labels), 0.1);
                OneByOne(alone, functional.cross_entropy(alone.call(images), labels), recipe, momentum, 0.1);
            }

            Assert.All(sgd.State, entry => Assert.Equal(momentum[entry.Key].bytes.ToArray(), entry.Value.bytes.ToArray()));
        }

        Assert.Equal(NetworkDescription.WeightsOf(alone), NetworkDescription.WeightsOf(ours));
        Assert.All(ours.parameters(), parameter => Assert.Equal(0, parameter.storage_offset()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Resumed_it_moves_what_an_uninterrupted_one_moves_also_where_a_step_gives_no_gradient(bool isAdam)
    {
        using var scope = NewDisposeScope();
        var recipe = new Recipe { WeightDecay = 0.1, Optimiser = isAdam ? Optimiser.AdamW() : Optimiser.Default };
        var input = randn(2, 4);
        using var uninterrupted = Sequential(("always", Linear(4, 4)), ("sometimes", Linear(4, 4)), ("never", Linear(4, 4)));
        using var resumed = Sequential(("always", Linear(4, 4)), ("sometimes", Linear(4, 4)), ("never", Linear(4, 4)));
        Dictionary<string, Tensor> kept;
        using (var first = Optimiser.Begin(uninterrupted, recipe, new Dictionary<string, Tensor>()))
        {
            first.Step(Of(uninterrupted, 0) + Of(uninterrupted, 1), 0.1);
            kept = first.State.ToDictionary(entry => entry.Key, entry => entry.Value.clone());
            resumed.load_state_dict(uninterrupted.state_dict());
            first.Step(Of(uninterrupted, 0), 0.1);
        }

        using (var second = Optimiser.Begin(resumed, recipe, kept))
            second.Step(Of(resumed, 0), 0.1);

        Assert.Equal(NetworkDescription.WeightsOf(uninterrupted), NetworkDescription.WeightsOf(resumed));

        Tensor Of(Sequential network, int part) => ((Module<Tensor, Tensor>)network.children().ElementAt(part)).call(input).pow(2).sum();
    }

    [Fact]
    public void A_parameter_moves_from_its_first_gradient_on_and_one_that_gets_none_stays()
    {
        using var scope = NewDisposeScope();
        var recipe = new Recipe { WeightDecay = 0.1 };
        using var network = Sequential(("always", Linear(4, 4)), ("later", Linear(4, 4)), ("never", Linear(4, 4)));
        var before = network.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.detach().clone());
        var (always, later) = ((TorchSharp.Modules.Linear)network.children().First(), (TorchSharp.Modules.Linear)network.children().ElementAt(1));
        using (var sgd = new Sgd(network, recipe, new Dictionary<string, Tensor>()))
        {
            sgd.Step(always.call(randn(2, 4)).sum(), 0.1);
            Assert.True(later.weight!.equal(before["later.weight"]).all().item<bool>());
            var kept = sgd.State["always.weight"].clone();
            sgd.Step(later.call(randn(2, 4)).sum(), 0.1);
            Assert.False(later.weight!.equal(before["later.weight"]).all().item<bool>());
            Assert.False(kept.equal(sgd.State["always.weight"]).all().item<bool>());
        }

        Assert.True(network.get_parameter("never.weight")!.equal(before["never.weight"]).all().item<bool>());
        Assert.False(always.weight!.equal(before["always.weight"]).all().item<bool>());
    }

    /// <summary>The step as it is written for one parameter after the other.</summary>
    private static void OneByOne(Module network, Tensor loss, Recipe recipe, Dictionary<string, Tensor> momentum, double learningRate)
    {
        network.zero_grad();
        loss.backward();
        using var noGradients = no_grad();
        foreach (var (name, parameter) in network.named_parameters())
        {
            var gradient = parameter.dim() > 1 ? parameter.grad!.add(parameter, recipe.WeightDecay) : parameter.grad!;
            momentum[name].mul_(0.9).add_(gradient);
            parameter.add_(gradient.add(momentum[name], 0.9), -learningRate);
        }
    }
}
