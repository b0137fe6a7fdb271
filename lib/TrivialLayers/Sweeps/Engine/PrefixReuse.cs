using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// Computes a batch once and then again, from the first stage that holds a zeroed layer, for each of many zeroings. A module without stages is one stage. To be used in evaluation mode.
/// </summary>
internal sealed class PrefixReuse : IDisposable
{
    private readonly Module<Tensor, Tensor> _network;
    private readonly FoldedNetwork _folded;
    private readonly Dictionary<string, int> _stageOf = [];
    private Tensor[] _inputs = [];
    private IReadOnlySet<string> _zeroed = FoldedNetwork.NoneZeroed;

    private PrefixReuse(Module<Tensor, Tensor> network, IReadOnlyList<ConvolutionLayer> layers, FoldedNetwork folded)
    {
        _network = network;
        _folded = folded;
        foreach (var layer in layers)
        {
            var stage = folded.Stages.Index().FirstOrDefault(candidate => candidate.Item.Stage.Holds(layer.Name), (-1, default)).Index;
            if (stage < 0)
                throw new InvalidOperationException($"No stage of the network holds the layer '{layer.Name}'.");
            _stageOf[layer.Name] = stage;
        }
    }

    /// <param name="network">The network, in evaluation mode; its weights may not change afterwards.</param>
    /// <param name="layers">Its convolutions.</param>
    /// <param name="images">Some images <c>[N, C, H, W]</c> to prepare with.</param>
    public static PrefixReuse For(Module<Tensor, Tensor> network, IReadOnlyList<ConvolutionLayer> layers, Tensor images) =>
        new(network, layers, FoldedNetwork.Of(network, images));

    /// <summary>Computes the logits of a batch <c>[N, C, H, W]</c> and keeps each stage's input until the next batch; they belong to the current dispose scope.</summary>
    /// <param name="batch">The images.</param>
    /// <param name="zeroed">Convolutions whose kernels are zero for the whole batch.</param>
    public Tensor Begin(Tensor batch, IReadOnlySet<string>? zeroed = null)
    {
        _zeroed = zeroed ?? FoldedNetwork.NoneZeroed;
        _inputs = new Tensor[_folded.Stages.Count];
        var features = batch;
        foreach (var (index, (stage, folded)) in _folded.Stages.Index())
        {
            _inputs[index] = features;
            features = folded?.Begin(features, _zeroed) ?? AsItIs(index, stage, features, _zeroed, isKept: _stageOf.ContainsValue(index));
        }

        return ForEachImage(features, batch);
    }

    /// <summary>The logits <c>[N, classes]</c> of the same batch with the kernels of these convolutions at zero as well, computed from the first stage that holds one of them.</summary>
    public Tensor With(params IReadOnlyCollection<string> zeroed) => From(zeroed.Min(layer => _stageOf[layer]), _zeroed.Concat(zeroed).ToHashSet());

    /// <summary>The logits of the same batch, computed again from a stage on.</summary>
    internal Tensor From(int first, IReadOnlySet<string> zeroed)
    {
        using var scope = NewDisposeScope();
        var features = _inputs[first];
        for (var index = first; index < _folded.Stages.Count; index++)
        {
            var (stage, folded) = _folded.Stages[index];
            features = folded?.Forward(features, zeroed) ?? AsItIs(index, stage, features, zeroed, isKept: index == first);
        }

        return ForEachImage(features, _inputs[0]).MoveToOuterDisposeScope();
    }

    public void Dispose() => _folded.Dispose();

    /// <summary>Logits that do not depend on the image, repeated for each.</summary>
    private static Tensor ForEachImage(Tensor logits, Tensor images) => logits.expand([images.shape[0], .. logits.shape[1..]]);

    /// <summary>A stage may change its input in place, so it gets a copy of what is kept for the next pass.</summary>
    private Tensor AsItIs(int index, Stage stage, Tensor features, IReadOnlySet<string> zeroed, bool isKept)
    {
        using var zeroing = Zeroing.Of(_network, zeroed.Where(layer => _stageOf[layer] == index));
        if (!isKept)
            return stage.Forward(features);
        using var scope = NewDisposeScope();
        return stage.Forward(features.clone()).MoveToOuterDisposeScope();
    }
}
