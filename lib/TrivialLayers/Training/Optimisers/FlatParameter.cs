using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>One parameter of <see cref="FlatParameters"/>. On a GPU that gets large batches, kernels of convolutions are laid with their channels side by side, as the convolutions read them; so no step copies them.</summary>
internal sealed class FlatParameter : IDisposable
{
    private const long Aligned = 16;

    private readonly long[] _shape;
    private readonly bool _isChannelsLast;
    private readonly (string Name, Tensor Values)[] _states;

    public FlatParameter(string name, Parameter parameter, bool decays, bool isChannelsLast, IReadOnlyList<string> prefixes, IReadOnlyDictionary<string, Tensor> kept)
    {
        (Parameter, Decays, _shape, Count) = (parameter, decays, parameter.shape, parameter.numel());
        _isChannelsLast = isChannelsLast && parameter.dim() == 4;
        if (_isChannelsLast)
            parameter.set_(parameter.ToChannelsLast()); // from the first step on, so that a resumed training has the same
        _states = [.. prefixes.Select(prefix => (prefix + name, zeros(_shape, dtype: parameter.dtype, device: parameter.device).DetachFromDisposeScope()))];
        foreach (var (key, values) in _states)
        {
            if (kept.TryGetValue(key, out var given))
                values.copy_(given);
        }
    }

    public Parameter Parameter { get; }

    /// <summary>Whether it has weight decay.</summary>
    public bool Decays { get; }

    /// <summary>Its elements.</summary>
    public long Count { get; }

    /// <summary>Elements that it takes in a buffer: the next one begins at a multiple of 64 bytes; kernels of a GPU demand 16.</summary>
    public long Room => (Count + Aligned - 1) / Aligned * Aligned;

    /// <summary>Whether it is a view of a buffer.</summary>
    public bool IsFlat { get; private set; }

    /// <summary>What the optimiser remembers of it, in its shape.</summary>
    public IReadOnlyList<(string Name, Tensor Values)> States => _states;

    /// <summary>Whether the optimiser remembers anything of it: an earlier step had a gradient for it.</summary>
    public bool IsRemembered => _states.Any(state => state.Values.count_nonzero().item<long>() > 0);

    public bool HasGradient
    {
        get
        {
            using var gradient = Parameter.grad;
            return gradient is not null;
        }
    }

    /// <summary>A tensor of the parameter's shape as a row in the order of the buffers: a view where it is stored in that order.</summary>
    public Tensor Flattened(Tensor values) => (_isChannelsLast ? values.permute(0, 2, 3, 1) : values).reshape(-1);

    /// <summary>The gradient as a row, zeros where the last backward pass gave none; the parameter has none afterwards.</summary>
    public Tensor TakeGradient()
    {
        if (Parameter.grad is not { } gradient)
            return zeros(Count, dtype: Parameter.dtype, device: Parameter.device);
        Parameter.grad = null;
        return Flattened(gradient);
    }

    /// <summary>Becomes a part of buffers that hold its values already.</summary>
    public void BecomeViewOf(Tensor values, IReadOnlyList<Tensor> states, long start)
    {
        Parameter.set_(Shaped(values, start));
        for (var state = 0; state < _states.Length; state++)
        {
            var view = Shaped(states[state], start).DetachFromDisposeScope();
            _states[state].Values.Dispose();
            _states[state].Values = view;
        }

        IsFlat = true;
    }

    public void Dispose()
    {
        Parameter.grad = null;
        if (IsFlat)
        {
            using var own = empty(_shape, dtype: Parameter.dtype, device: Parameter.device).copy_(Parameter);
            Parameter.set_(own);
        }

        foreach (var (_, values) in _states)
            values.Dispose();
    }

    private Tensor Shaped(Tensor buffer, long start)
    {
        var row = buffer.narrow(0, start, Count);
        return _isChannelsLast ? row.view(_shape[0], _shape[2], _shape[3], _shape[1]).permute(0, 3, 1, 2) : row.view(_shape);
    }
}
