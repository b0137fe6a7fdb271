using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Models.Folding;

/// <summary>A residual unit. With a kernel of its branch at zero the branch is a constant, or a constant with a border, that is added to the shortcut; nothing is convolved but that one map.</summary>
internal sealed class FoldedUnit : IFoldedStage
{
    private readonly FoldedConvolution _first;
    private readonly FoldedConvolution _second;
    private readonly FoldedConvolution? _projection;
    private Tensor? _input;
    private Tensor? _branch;
    private Tensor? _shortcut;

    private FoldedUnit(FoldedConvolution first, FoldedConvolution second, FoldedConvolution? projection) => (_first, _second, _projection) = (first, second, projection);

    /// <summary>The unit, or null where a convolution of it could not be folded.</summary>
    /// <param name="hasProjection">Whether the shortcut is a projection rather than the input itself.</param>
    /// <param name="first">The branch's first convolution.</param>
    /// <param name="second">The branch's second convolution.</param>
    /// <param name="projection">The shortcut's convolution.</param>
    public static FoldedUnit? Of(bool hasProjection, FoldedConvolution? first, FoldedConvolution? second, FoldedConvolution? projection)
    {
        if (first is not null && second is not null && hasProjection == projection is not null)
            return new FoldedUnit(first, second, projection);
        first?.Dispose();
        second?.Dispose();
        projection?.Dispose();
        return null;
    }

    public Tensor Forward(Tensor input, IReadOnlySet<string> zeroed)
    {
        using var scope = NewDisposeScope();
        var (branch, shortcut) = (Branch(input, zeroed), Shortcut(input, zeroed));
        var isKept = ReferenceEquals(branch, _branch) || zeroed.Contains(_first.Name) || zeroed.Contains(_second.Name);
        return functional.relu(isKept ? shortcut.add(branch) : branch.add_(shortcut), inplace: true).MoveToOuterDisposeScope();
    }

    public Tensor Begin(Tensor input, IReadOnlySet<string> zeroed)
    {
        (_input, _branch, _shortcut) = (null, null, null);
        if (_projection is null)
            return Forward(input, zeroed);
        using var scope = NewDisposeScope();
        var (branch, shortcut) = (Branch(input, zeroed), Shortcut(input, zeroed));
        if (!zeroed.Contains(_first.Name) && !zeroed.Contains(_second.Name))
            _branch = branch.MoveToOuterDisposeScope();
        if (!zeroed.Contains(_projection.Name))
            _shortcut = shortcut.MoveToOuterDisposeScope();
        _input = input;
        return functional.relu(shortcut.add(branch), inplace: true).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _projection?.Dispose();
    }

    private Tensor Branch(Tensor input, IReadOnlySet<string> zeroed)
    {
        var size = _first.SizeAfter((input.shape[2], input.shape[3]));
        if (zeroed.Contains(_second.Name))
            return _second.Constant(_second.SizeAfter(size));
        if (zeroed.Contains(_first.Name))
            return _second.Forward(functional.relu(_first.Constant(size)).ToChannelsLast());
        return ReferenceEquals(input, _input) && _branch is { } kept ? kept : _second.Forward(functional.relu(_first.Forward(input), inplace: true));
    }

    private Tensor Shortcut(Tensor input, IReadOnlySet<string> zeroed)
    {
        if (_projection is null)
            return input;
        if (zeroed.Contains(_projection.Name))
            return _projection.Constant(_projection.SizeAfter((input.shape[2], input.shape[3])));
        return ReferenceEquals(input, _input) && _shortcut is { } kept ? kept : _projection.Forward(input);
    }
}
