using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>Parameters of one element type on one device, laid one after the other, those with weight decay first; see <see cref="FlatParameters"/>.</summary>
internal sealed class FlatGroup : IDisposable
{
    private readonly IReadOnlyList<FlatParameter> _parameters;
    private readonly long _decayed;
    private Tensor? _gradients;

    /// <summary>Moves the parameters, and what is remembered of them, into buffers.</summary>
    public FlatGroup(IReadOnlyList<FlatParameter> parameters)
    {
        _parameters = parameters;
        _decayed = parameters.Where(parameter => parameter.Decays).Sum(parameter => parameter.Count);
        Values = cat([.. parameters.Select(parameter => parameter.Flattened(parameter.Parameter))]).DetachFromDisposeScope();
        States = [.. Enumerable.Range(0, parameters[0].States.Count).Select(state => cat([.. parameters.Select(parameter => parameter.Flattened(parameter.States[state].Values))]).DetachFromDisposeScope())];
        var start = 0L;
        foreach (var parameter in parameters)
        {
            parameter.BecomeViewOf(Values, States, start);
            start += parameter.Count;
        }
    }

    /// <summary>The parameters' values, to be changed in place.</summary>
    public Tensor Values { get; }

    /// <summary>Their gradients in this step; may be changed.</summary>
    public Tensor Gradients => _gradients ?? throw new InvalidOperationException("There is no gradient outside a step.");

    /// <summary>What the optimiser remembers of them, one buffer for each prefix, to be changed in place.</summary>
    public IReadOnlyList<Tensor> States { get; }

    /// <summary>The part of a buffer that belongs to parameters with weight decay; a view.</summary>
    public Tensor Decayed(Tensor buffer) => buffer.narrow(0, 0, _decayed);

    /// <summary>Collects the gradients of a backward pass and drops them at the parameters. They belong to the current dispose scope.</summary>
    public void TakeGradients() => _gradients = cat([.. _parameters.Select(parameter => parameter.TakeGradient())]);

    public void Dispose()
    {
        Values.Dispose();
        foreach (var state in States)
            state.Dispose();
    }
}
