using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>Adam with decoupled weight decay as torch computes it; see <see cref="Optimiser.AdamW"/>. Unlike torch's own it gives its state by name.</summary>
internal sealed class AdamW : IStepper
{
    private const string First = "first:", Second = "second:", Count = "steps";

    private readonly Recipe _recipe;
    private readonly FlatParameters _parameters;
    private readonly Tensor _steps;
    private long _count;

    /// <summary>Starts from a state (copied), zero where there is none.</summary>
    public AdamW(nn.Module network, Recipe recipe, IReadOnlyDictionary<string, Tensor> state)
    {
        _recipe = recipe;
        _parameters = new FlatParameters(network, recipe.Decays, ChannelsLast.IsForTraining(NetworkProbe.DeviceOf(network), recipe.Batch), [First, Second], state);
        _count = state.TryGetValue(Count, out var kept) ? kept.item<long>() : 0;
        _steps = zeros(1, dtype: ScalarType.Int64).DetachFromDisposeScope();
    }

    public IReadOnlyDictionary<string, Tensor> State => new Dictionary<string, Tensor>(_parameters.State) { [Count] = _steps.fill_(_count) };

    public void Step(Tensor loss, double learningRate)
    {
        var (beta1, beta2) = (_recipe.Optimiser.Momentum, _recipe.Optimiser.Beta2);
        _count++;
        var (bias1, bias2) = (1 - Math.Pow(beta1, _count), 1 - Math.Pow(beta2, _count));
        _parameters.Step(loss, group =>
        {
            var (gradient, first, second) = (group.Gradients, group.States[0], group.States[1]);
            if (_recipe.WeightDecay > 0)
                group.Decayed(group.Values).mul_(1 - (learningRate * _recipe.WeightDecay));
            first.mul_(beta1).add_(gradient, 1 - beta1);
            second.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
            group.Values.addcdiv_(first, second.sqrt().div_(Math.Sqrt(bias2)).add_(_recipe.Optimiser.Epsilon), -learningRate / bias1);
        });
    }

    public void Dispose()
    {
        _parameters.Dispose();
        _steps.Dispose();
    }
}
