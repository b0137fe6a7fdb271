using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// Computes a batch once and then again, from the first segment that holds something changed, for each of many changes. To be used in evaluation mode.
/// </summary>
internal sealed class PrefixReuse : IDisposable
{
    private readonly Module<Tensor, Tensor> _network;
    private readonly FoldedNetwork _folded;
    private readonly Dictionary<string, int[]> _segmentsOf = [];
    private Tensor[] _inputs = [];
    private IReadOnlySet<string> _zeroed = FoldedNetwork.NoneZeroed;

    private PrefixReuse(Module<Tensor, Tensor> network, FoldedNetwork folded) => (_network, _folded) = (network, folded);

    /// <param name="network">The network, in evaluation mode; its weights may not change afterwards.</param>
    /// <param name="images">Some images <c>[N, C, H, W]</c> to prepare with.</param>
    /// <param name="folds">Whether batch norm is folded into the convolutions.</param>
    public static PrefixReuse For(Module<Tensor, Tensor> network, Tensor images, bool folds = true) => new(network, FoldedNetwork.Of(network, images, folds));

    /// <summary>Computes the logits of a batch <c>[N, C, H, W]</c> and keeps each segment's input until the next batch; they belong to the current dispose scope.</summary>
    /// <param name="batch">The images.</param>
    /// <param name="zeroed">Layers whose kernels are zero for the whole batch.</param>
    public Tensor Begin(Tensor batch, IReadOnlySet<string>? zeroed = null)
    {
        _zeroed = zeroed ?? FoldedNetwork.NoneZeroed;
        _inputs = new Tensor[_folded.Segments.Count];
        var features = batch;
        foreach (var (index, (segment, folded)) in _folded.Segments.Index())
        {
            _inputs[index] = features;
            features = folded?.Begin(features, _zeroed) ?? AsItIs(index, segment, features, _zeroed, isKept: true);
        }

        return ForEachImage(features, batch);
    }

    /// <summary>The logits <c>[N, classes]</c> of the same batch with the kernels of these layers at zero as well, computed from the first segment that holds one of them.</summary>
    public Tensor With(params IReadOnlyCollection<string> zeroed) => From(zeroed.SelectMany(SegmentsOf).Min(), _zeroed.Concat(zeroed).ToHashSet());

    /// <summary>The logits of the same batch with a change of the network, computed from the first segment that holds something of it. Segments that the change touches are computed as they are.</summary>
    public Tensor With(Change change)
    {
        var touched = change.Names.SelectMany(SegmentsOf).ToHashSet();
        using var applied = change.Apply();
        return From(touched.Min(), _zeroed, touched);
    }

    /// <summary>The logits of the same batch, computed again from a segment on.</summary>
    internal Tensor From(int first, IReadOnlySet<string> zeroed, IReadOnlySet<int>? unfolded = null)
    {
        using var scope = NewDisposeScope();
        var features = _inputs[first];
        for (var index = first; index < _folded.Segments.Count; index++)
        {
            var (segment, folded) = _folded.Segments[index];
            features = folded is not null && unfolded?.Contains(index) is not true
                ? folded.Forward(features, zeroed)
                : AsItIs(index, segment, features, zeroed, isKept: index == first);
        }

        return ForEachImage(features, _inputs[0]).MoveToOuterDisposeScope();
    }

    public void Dispose() => _folded.Dispose();

    /// <summary>Logits that do not depend on the image, repeated for each.</summary>
    private static Tensor ForEachImage(Tensor logits, Tensor images) => logits.expand([images.shape[0], .. logits.shape[1..]]);

    /// <summary>The segments that use a layer, parameter or buffer, in their order; several where it is shared.</summary>
    private int[] SegmentsOf(string name)
    {
        if (_segmentsOf.TryGetValue(name, out var known))
            return known;
        int[] found = [.. _folded.Segments.Index().Where(candidate => candidate.Item.Segment.Holds(name)).Select(candidate => candidate.Index)];
        return _segmentsOf[name] = found.Length > 0 ? found : throw new InvalidOperationException($"No segment of the network holds '{name}'.");
    }

    /// <summary>A segment may change its input in place, so it gets a copy of what is kept for the next pass.</summary>
    private Tensor AsItIs(int index, Segment segment, Tensor features, IReadOnlySet<string> zeroed, bool isKept)
    {
        List<string> own = [.. zeroed.Where(layer => SegmentsOf(layer).Contains(index))];
        using var zeroing = own.Count == 0 ? null : Zeroing.Of(_network, own); // looking names up takes milliseconds in a network of many modules
        if (!isKept)
            return segment.Forward(features);
        using var scope = NewDisposeScope();
        return segment.Forward(features.clone()).MoveToOuterDisposeScope();
    }
}
