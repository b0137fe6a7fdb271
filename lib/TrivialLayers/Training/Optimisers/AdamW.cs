using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>Adam with decoupled weight decay as torch computes it; see <see cref="Optimiser.AdamW"/>. Unlike torch's own it gives its state by name.</summary>
internal sealed class AdamW : IStepper
{
    private const string First = "first:", Second = "second:", Count = "steps";

    private readonly Recipe _recipe;
    private readonly List<(string Name, Parameter Parameter)> _parameters;
    private readonly Dictionary<string, Tensor> _state;

    /// <summary>Starts from a state (copied), zero where there is none.</summary>
    public AdamW(nn.Module network, Recipe recipe, IReadOnlyDictionary<string, Tensor> state)
    {
        using var scope = NewDisposeScope();
        _recipe = recipe;
        _parameters = [.. network.named_parameters().Where(entry => entry.parameter.requires_grad)];
        _state = new() { [Count] = zeros(1, dtype: ScalarType.Int64) };
        foreach (var (name, parameter) in _parameters)
            (_state[First + name], _state[Second + name]) = (zeros(parameter.shape, device: parameter.device), zeros(parameter.shape, device: parameter.device));
        foreach (var (name, values) in _state)
        {
            if (state.TryGetValue(name, out var kept))
                values.copy_(kept);
            values.DetachFromDisposeScope();
        }
    }

    public IReadOnlyDictionary<string, Tensor> State => _state;

    public void Step(Tensor loss, double learningRate)
    {
        foreach (var (_, parameter) in _parameters)
            parameter.grad?.zero_();
        loss.backward();
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var (beta1, beta2) = (_recipe.Optimiser.Momentum, _recipe.Optimiser.Beta2);
        var steps = _state[Count].add_(1).item<long>();
        var (bias1, bias2) = (1 - Math.Pow(beta1, steps), 1 - Math.Pow(beta2, steps));
        foreach (var (name, parameter) in _parameters)
        {
            if (parameter.grad is not { } gradient)
                continue;
            if (_recipe.Decays(parameter))
                parameter.mul_(1 - (learningRate * _recipe.WeightDecay));
            var (first, second) = (_state[First + name], _state[Second + name]);
            first.mul_(beta1).add_(gradient, 1 - beta1);
            second.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
            parameter.addcdiv_(first, second.sqrt().div_(Math.Sqrt(bias2)).add_(_recipe.Optimiser.Epsilon), -learningRate / bias1);
        }
    }

    public void Dispose()
    {
        foreach (var values in _state.Values)
            values.Dispose();
    }
}
