using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// A residual unit. With a kernel of its branch at zero the branch is a constant from there on, or a constant with a border, that is added to the shortcut; nothing is convolved but that one map.
/// </summary>
internal sealed class FoldedUnit : IFoldedSegment
{
    private readonly IReadOnlyList<FoldedConvolution> _convolutions;
    private readonly FoldedConvolution? _projection;
    private readonly Func<Tensor, Tensor>? _identity;
    private Tensor? _input;
    private Tensor? _branch;
    private Tensor? _shortcut;

    /// <param name="convolutions">The branch, with ReLU between the convolutions.</param>
    /// <param name="projection">The shortcut where it is a convolution, else null.</param>
    /// <param name="identity">The shortcut where it has no weights; null for the input itself.</param>
    public FoldedUnit(IReadOnlyList<FoldedConvolution> convolutions, FoldedConvolution? projection, Func<Tensor, Tensor>? identity) =>
        (_convolutions, _projection, _identity) = (convolutions, projection, identity);

    public Tensor Forward(Tensor input, IReadOnlySet<string> zeroed)
    {
        using var scope = NewDisposeScope();
        var (branch, shortcut) = (Branch(input, zeroed), Shortcut(input, zeroed));
        var isOwn = LastZeroed(zeroed) < 0 && !ReferenceEquals(branch, _branch);
        return functional.relu(isOwn ? branch.add_(shortcut) : shortcut.add(branch), inplace: true).MoveToOuterDisposeScope();
    }

    public Tensor Begin(Tensor input, IReadOnlySet<string> zeroed)
    {
        (_input, _branch, _shortcut) = (null, null, null);
        if (_projection is null)
            return Forward(input, zeroed);
        using var scope = NewDisposeScope();
        var (branch, shortcut) = (Branch(input, zeroed), Shortcut(input, zeroed));
        if (LastZeroed(zeroed) < 0)
            _branch = branch.MoveToOuterDisposeScope();
        if (!zeroed.Contains(_projection.Name))
            _shortcut = shortcut.MoveToOuterDisposeScope();
        _input = input;
        return functional.relu(shortcut.add(branch), inplace: true).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var convolution in _convolutions)
            convolution.Dispose();
        _projection?.Dispose();
    }

    /// <summary>The last zeroed convolution of the branch, or -1: what comes before it does not matter.</summary>
    private int LastZeroed(IReadOnlySet<string> zeroed)
    {
        var last = _convolutions.Count - 1;
        while (last >= 0 && !zeroed.Contains(_convolutions[last].Name))
            last--;
        return last;
    }

    private Tensor Branch(Tensor input, IReadOnlySet<string> zeroed)
    {
        var constant = LastZeroed(zeroed);
        if (constant < 0 && ReferenceEquals(input, _input) && _branch is { } kept)
            return kept;
        var features = input;
        var size = (input.shape[2], input.shape[3]);
        for (var index = 0; index < _convolutions.Count; index++)
        {
            size = _convolutions[index].SizeAfter(size);
            if (index < constant)
                continue;
            features = index == constant ? _convolutions[index].Constant(size) : _convolutions[index].Forward(features);
            if (index < _convolutions.Count - 1)
                features = index == constant ? functional.relu(features).ForEvaluation() : functional.relu(features, inplace: true);
        }

        return features;
    }

    private Tensor Shortcut(Tensor input, IReadOnlySet<string> zeroed)
    {
        if (_projection is null)
            return _identity is null ? input : _identity(input);
        if (zeroed.Contains(_projection.Name))
            return _projection.Constant(_projection.SizeAfter((input.shape[2], input.shape[3])));
        return ReferenceEquals(input, _input) && _shortcut is { } kept ? kept : _projection.Forward(input);
    }
}
