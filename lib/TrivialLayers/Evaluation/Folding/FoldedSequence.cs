using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Convolutions one after another, each with batch norm and ReLU behind it: behind a zeroed one nothing depends on the image any more.</summary>
internal sealed class FoldedSequence : IFoldedStage
{
    private readonly IReadOnlyList<FoldedConvolution> _convolutions;
    private Func<Tensor, Tensor>? _then;

    private FoldedSequence(IReadOnlyList<FoldedConvolution> convolutions) => _convolutions = convolutions;

    /// <summary>The sequence, or null where a convolution of it could not be folded.</summary>
    public static FoldedSequence? Of(params IReadOnlyList<FoldedConvolution?> convolutions)
    {
        if (convolutions.OfType<FoldedConvolution>().ToList() is var folded && folded.Count == convolutions.Count)
            return new FoldedSequence(folded);
        folded.ForEach(convolution => convolution.Dispose());
        return null;
    }

    /// <summary>The same with a step without weights behind it, pooling for instance.</summary>
    public FoldedSequence FollowedBy(Func<Tensor, Tensor> then)
    {
        _then = then;
        return this;
    }

    public Tensor Forward(Tensor input, IReadOnlySet<string> zeroed)
    {
        using var scope = NewDisposeScope();
        var features = input;
        var size = (input.shape[2], input.shape[3]);
        foreach (var convolution in _convolutions)
        {
            size = convolution.SizeAfter(size);
            features = zeroed.Contains(convolution.Name) ? functional.relu(convolution.Constant(size)) : functional.relu(convolution.Forward(features), inplace: true);
        }

        return (_then is null ? features : _then(features)).MoveToOuterDisposeScope();
    }

    public Tensor Begin(Tensor input, IReadOnlySet<string> zeroed) => Forward(input, zeroed);

    public void Dispose()
    {
        foreach (var convolution in _convolutions)
            convolution.Dispose();
    }
}
