using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>Parameters of one element type on one device, laid one after the other, those with weight decay first; see <see cref="FlatParameters"/>.</summary>
internal sealed class FlatGroup : IDisposable
{
    private readonly IReadOnlyList<FlatParameter> _parameters;
    private readonly long _decayed;
    private readonly IReadOnlyList<Tensor> _gaps;
    private Tensor? _gradients;

    /// <summary>Moves the parameters, and what is remembered of them, into buffers.</summary>
    public FlatGroup(IReadOnlyList<FlatParameter> parameters)
    {
        _parameters = parameters;
        _decayed = parameters.Where(parameter => parameter.Decays).Sum(parameter => parameter.Room);
        _gaps = [.. parameters.Select(parameter => zeros(parameter.Room - parameter.Count, dtype: parameter.Parameter.dtype, device: parameter.Parameter.device).DetachFromDisposeScope())];
        Values = Joined(parameter => parameter.Flattened(parameter.Parameter)).DetachFromDisposeScope();
        States = [.. Enumerable.Range(0, parameters[0].States.Count).Select(state => Joined(parameter => parameter.Flattened(parameter.States[state].Values)).DetachFromDisposeScope())];
        var start = 0L;
        foreach (var parameter in parameters)
        {
            parameter.BecomeViewOf(Values, States, start);
            start += parameter.Room;
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
    public void TakeGradients() => _gradients = Joined(parameter => parameter.TakeGradient());

    public void Dispose()
    {
        Values.Dispose();
        foreach (var rest in States.Concat(_gaps))
            rest.Dispose();
    }

    /// <summary>A row of all parameters, with zeros in the gaps between them.</summary>
    private Tensor Joined(Func<FlatParameter, Tensor> row) => cat([.. _parameters.Zip(_gaps).SelectMany(entry => entry.Second.NumberOfElements > 0 ? new[] { row(entry.First), entry.Second } : [row(entry.First)])]);
}
