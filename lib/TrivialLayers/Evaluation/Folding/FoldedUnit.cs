using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// A residual unit. With a kernel of its branch at zero the branch is a constant from there on, or a constant with a border, that is added to the shortcut; nothing is convolved but that one map.
/// </summary>
internal sealed class FoldedUnit : IFoldedStage
{
    private readonly IReadOnlyList<FoldedConvolution> _convolutions;
    private readonly FoldedConvolution? _projection;
    private readonly PaddedIdentity? _padding;
    private Tensor? _input;
    private Tensor? _branch;
    private Tensor? _shortcut;

    private FoldedUnit(IReadOnlyList<FoldedConvolution> convolutions, FoldedConvolution? projection, PaddedIdentity? padding) =>
        (_convolutions, _projection, _padding) = (convolutions, projection, padding);

    /// <summary>The unit, or null where a part of it could not be folded.</summary>
    /// <param name="name">The unit's dotted name in the network.</param>
    /// <param name="downsample">The shortcut's module; null for the input itself.</param>
    /// <param name="branch">The branch's convolutions, with ReLU between them.</param>
    public static FoldedUnit? Of(string name, Module<Tensor, Tensor>? downsample, params IReadOnlyList<FoldedConvolution?> branch)
    {
        var projection = downsample is Chain { Modules: [var convolution, var normalisation] } ? FoldedConvolution.Of($"{name}.downsample.0", convolution, normalisation) : null;
        var convolutions = branch.OfType<FoldedConvolution>().ToList();
        if (convolutions.Count == branch.Count && (projection is not null || downsample is null or PaddedIdentity))
            return new FoldedUnit(convolutions, projection, downsample as PaddedIdentity);
        convolutions.ForEach(part => part.Dispose());
        projection?.Dispose();
        return null;
    }

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
                features = index == constant ? functional.relu(features).ToChannelsLast() : functional.relu(features, inplace: true);
        }

        return features;
    }

    private Tensor Shortcut(Tensor input, IReadOnlySet<string> zeroed)
    {
        if (_projection is null)
            return _padding is null ? input : _padding.call(input);
        if (zeroed.Contains(_projection.Name))
            return _projection.Constant(_projection.SizeAfter((input.shape[2], input.shape[3])));
        return ReferenceEquals(input, _input) && _shortcut is { } kept ? kept : _projection.Forward(input);
    }
}
