using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// A network's trained parameters laid one after the other in one buffer for each element type, and so their gradients and what an optimiser remembers of them. A step is then a handful of operations
/// however many parameters there are; on a GPU, where starting an operation takes longer than a small one does, that is most of a step's time. Each number is computed as it would be alone.
/// A parameter comes in with its first gradient, in this process or before: one that never gets any is never moved. While this lives, the parameters are views of the buffers; afterwards they have memory of their own again.
/// </summary>
internal sealed class FlatParameters : IDisposable
{
    private readonly List<FlatParameter> _parameters;
    private readonly Dictionary<string, Tensor> _state = [];
    private List<FlatGroup> _groups = [];

    /// <summary>Prepares the parameters of a network that are trained.</summary>
    /// <param name="network">The network; their gradients are dropped.</param>
    /// <param name="decays">Which parameters have weight decay.</param>
    /// <param name="isChannelsLast">Whether a GPU gets kernels of convolutions with their channels side by side.</param>
    /// <param name="prefixes">For each tensor that the optimiser remembers of a parameter, what goes before the parameter's name.</param>
    /// <param name="kept">What it remembered before, by name (copied); zero where there is none.</param>
    public FlatParameters(nn.Module network, Func<Parameter, bool> decays, bool isChannelsLast, IReadOnlyList<string> prefixes, IReadOnlyDictionary<string, Tensor> kept)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        _parameters = [.. network.named_parameters().Where(entry => entry.parameter.requires_grad).DistinctBy(entry => entry.parameter, ReferenceEqualityComparer.Instance).Select(entry => new FlatParameter(entry.name, entry.parameter, decays(entry.parameter), isChannelsLast && entry.parameter.device_type == DeviceType.CUDA, prefixes, kept))];
        foreach (var parameter in _parameters)
            parameter.Parameter.grad = null;
        NameStates();
        if (kept.Count > 0 && _parameters.Where(parameter => parameter.IsRemembered).ToHashSet() is { Count: > 0 } met)
            Lay(met);
    }

    /// <summary>What the optimiser remembers, by name and in the shape of the parameter; valid until the next step.</summary>
    public IReadOnlyDictionary<string, Tensor> State => _state;

    /// <summary>Backpropagates a loss, and has each group of parameters moved.</summary>
    public void Step(Tensor loss, Action<FlatGroup> move)
    {
        loss.backward();
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        if (_parameters.Where(parameter => !parameter.IsFlat && parameter.HasGradient).ToHashSet() is { Count: > 0 } met)
            Lay(met);
        foreach (var group in _groups)
        {
            group.TakeGradients();
            move(group);
        }
    }

    public void Dispose()
    {
        using var noGradients = no_grad();
        foreach (var parameter in _parameters)
            parameter.Dispose();
        foreach (var group in _groups)
            group.Dispose();
    }

    private void Lay(HashSet<FlatParameter> met)
    {
        var before = _groups;
        _groups = [.. _parameters
            .Where(parameter => parameter.IsFlat || met.Contains(parameter))
            .GroupBy(parameter => (parameter.Parameter.dtype, Device: parameter.Parameter.device.ToString()))
            .Select(group => new FlatGroup([.. group.OrderByDescending(parameter => parameter.Decays)]))];
        foreach (var group in before)
            group.Dispose();
        NameStates();
    }

    private void NameStates()
    {
        foreach (var (name, values) in _parameters.SelectMany(parameter => parameter.States))
            _state[name] = values;
    }
}
