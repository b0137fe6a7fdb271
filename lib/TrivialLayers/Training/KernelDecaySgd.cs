using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// Stochastic gradient descent as torch computes it, with weight decay on what the recipe says; see <see cref="Optimiser.Sgd"/>.
/// Unlike torch's own optimiser it gives its momentum by name, so that a training can be kept and continued bit for bit.
/// </summary>
internal sealed class KernelDecaySgd : IStepper
{
    private readonly Recipe _recipe;
    private readonly List<(string Name, Parameter Parameter)> _parameters;
    private readonly Dictionary<string, Tensor> _momentum;

    /// <summary>Starts from a momentum by parameter name (copied), zero where there is none.</summary>
    public KernelDecaySgd(nn.Module network, Recipe recipe, IReadOnlyDictionary<string, Tensor> momentum)
    {
        _recipe = recipe;
        _parameters = [.. network.named_parameters().Where(entry => entry.parameter.requires_grad)];
        _momentum = _parameters.ToDictionary(
            entry => entry.Name,
            entry =>
            {
                var buffer = zeros(entry.Parameter.shape, device: entry.Parameter.device).DetachFromDisposeScope();
                if (momentum.TryGetValue(entry.Name, out var values))
                    buffer.copy_(values);
                return buffer;
            });
    }

    /// <summary>The momentum of each parameter, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> State => _momentum;

    public void Step(Tensor loss, double learningRate)
    {
        foreach (var (_, parameter) in _parameters)
            parameter.grad?.zero_();
        loss.backward();
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        foreach (var (name, parameter) in _parameters)
        {
            if (parameter.grad is not { } gradient)
                continue;
            if (_recipe.Decays(parameter))
                gradient = gradient.add(parameter, _recipe.WeightDecay);
            var buffer = _momentum[name];
            var sgd = _recipe.Optimiser;
            buffer.mul_(sgd.Momentum).add_(gradient);
            parameter.add_(sgd.Nesterov ? gradient.add(buffer, sgd.Momentum) : buffer, -learningRate);
        }
    }

    public void Dispose()
    {
        foreach (var buffer in _momentum.Values)
            buffer.Dispose();
    }
}
