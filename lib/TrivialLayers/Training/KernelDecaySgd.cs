using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// Stochastic gradient descent with Nesterov momentum as torch computes it (Sutskever et al. 2013), with weight decay on kernels only.
/// Unlike torch's own optimiser it gives its momentum by name, so that a training can be kept and continued bit for bit.
/// </summary>
internal sealed class KernelDecaySgd : IDisposable
{
    private readonly Recipe _recipe;
    private readonly FlatParameters _parameters;

    /// <summary>Starts from a momentum by parameter name (copied), zero where there is none.</summary>
    public KernelDecaySgd(nn.Module network, Recipe recipe, IReadOnlyDictionary<string, Tensor> momentum)
    {
        _recipe = recipe;
        _parameters = new FlatParameters(network, parameter => recipe.WeightDecay > 0 && parameter.dim() > 1, [""], momentum);
    }

    /// <summary>The momentum of each parameter, by name; valid until the next step.</summary>
    public IReadOnlyDictionary<string, Tensor> Momentum => _parameters.State;

    /// <summary>Backpropagates a loss and moves each parameter.</summary>
    public void Step(Tensor loss, double learningRate) => _parameters.Step(loss, group =>
    {
        var (gradient, momentum) = (group.Gradients, group.States[0]);
        group.Decayed(gradient).add_(group.Decayed(group.Values), _recipe.WeightDecay);
        momentum.mul_(_recipe.Momentum).add_(gradient);
        group.Values.add_(gradient.add_(momentum, _recipe.Momentum), -learningRate);
    });

    public void Dispose() => _parameters.Dispose();
}
