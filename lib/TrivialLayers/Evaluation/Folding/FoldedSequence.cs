using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>Convolutions one after another, each with batch norm and what follows it (an activation, pooling): downstream of a zeroed one nothing depends on the image any more.</summary>
/// <param name="steps">Each convolution with what follows it; that may change its input in place.</param>
internal sealed class FoldedSequence(IReadOnlyList<(FoldedConvolution Convolution, Func<Tensor, Tensor> Then)> steps) : IFoldedSegment
{
    public Tensor Forward(Tensor input, IReadOnlySet<string> zeroed)
    {
        using var scope = NewDisposeScope();
        var features = input;
        foreach (var (convolution, then) in steps)
        {
            features = then(zeroed.Contains(convolution.Name)
                ? convolution.Constant(convolution.SizeAfter((features.shape[2], features.shape[3]))).clone().ForEvaluation() // a copy: what follows may change it in place
                : convolution.Forward(features));
        }

        return features.MoveToOuterDisposeScope();
    }

    public Tensor Begin(Tensor input, IReadOnlySet<string> zeroed) => Forward(input, zeroed);

    public void Dispose()
    {
        foreach (var (convolution, _) in steps)
            convolution.Dispose();
    }
}
