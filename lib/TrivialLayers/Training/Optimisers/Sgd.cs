using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// Stochastic gradient descent as torch computes it, with weight decay on what the recipe says; see <see cref="Optimiser.Sgd"/>.
/// Unlike torch's own optimiser it gives its momentum by name, so that a training can be kept and continued bit for bit.
/// </summary>
internal sealed class Sgd : IStepper
{
    private readonly Recipe _recipe;
    private readonly FlatParameters _parameters;

    /// <summary>Starts from a momentum by parameter name (copied), zero where there is none.</summary>
    public Sgd(nn.Module network, Recipe recipe, IReadOnlyDictionary<string, Tensor> momentum)
    {
        _recipe = recipe;
        _parameters = new FlatParameters(network, recipe.Decays, ChannelsLast.IsForTraining(NetworkProbe.DeviceOf(network), recipe.Batch), [""], momentum);
    }

    /// <summary>The momentum of each parameter, by name; valid until the next step.</summary>
    public IReadOnlyDictionary<string, Tensor> State => _parameters.State;

    public void Step(Tensor loss, double learningRate) => _parameters.Step(loss, group =>
    {
        var sgd = _recipe.Optimiser;
        var (gradient, momentum) = (group.Gradients, group.States[0]);
        group.Decayed(gradient).add_(group.Decayed(group.Values), _recipe.WeightDecay);
        momentum.mul_(sgd.Momentum).add_(gradient);
        group.Values.add_(sgd.Nesterov ? gradient.add_(momentum, sgd.Momentum) : momentum, -learningRate);
    });

    public void Dispose() => _parameters.Dispose();
}
