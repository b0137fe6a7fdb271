using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// A network prepared for many evaluations: batch norm folded into its convolutions where a stage can do that. A snapshot of the weights; make it in evaluation mode and use it there.
/// </summary>
internal sealed class FoldedNetwork : IDisposable
{
    /// <summary>Images on which a folded network is compared with the network itself.</summary>
    public const int Compared = 8;

    /// <summary>For a network as it is.</summary>
    public static readonly IReadOnlySet<string> NoneZeroed = new HashSet<string>();

    private FoldedNetwork(IReadOnlyList<(Stage Stage, IFoldedStage? Folded)> stages) => Stages = stages;

    /// <summary>Each stage with its folded form, or null where it has none.</summary>
    public IReadOnlyList<(Stage Stage, IFoldedStage? Folded)> Stages { get; }

    /// <summary>
    /// Folds what can be folded, and uses that only if it gives the network's own logits on some images. So whatever folding cannot know, a hook on a module for one, is not passed over.
    /// A module without stages is one stage, as it is.
    /// </summary>
    /// <param name="network">The network, in evaluation mode.</param>
    /// <param name="images">A batch <c>[N, C, H, W]</c> as it will be given, N ≥ 1.</param>
    public static FoldedNetwork Of(Module<Tensor, Tensor> network, Tensor images)
    {
        if (network is not StagedNetwork staged)
            return AsItIs([new Stage("network", [.. ConvolutionLayers.Modules(network).Select(found => found.Name)], network.call)]);
        var stages = staged.Stages;
        var folded = new FoldedNetwork([.. stages.Select(stage => (stage, stage.Fold?.Invoke()))]);
        if (folded.Stages.All(entry => entry.Folded is null))
            return folded;
        using var scope = NewDisposeScope();
        var some = images.slice(0, 0, Compared, 1);
        if (AreSameLogits(folded.Forward(some.clone()), network.call(some.clone()))) // a pass may change its input in place
            return folded;
        folded.Dispose();
        return AsItIs(stages);
    }

    /// <summary>Whether logits differ by rounding only: by at most 1e-4 of the greatest magnitude, or 1e-2 in the coarser arithmetic of TF32.</summary>
    public static bool AreSameLogits(Tensor found, Tensor expected)
    {
        using var scope = NewDisposeScope();
        var tolerance = ComputeDevice.AllowTF32 ? 1e-2 : 1e-4;
        return (found - expected).abs().max().le(expected.abs().max() * tolerance).item<bool>();
    }

    /// <summary>Images <c>[N, C, H, W]</c> to logits <c>[N, classes]</c>.</summary>
    public Tensor Forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        var features = images;
        foreach (var (stage, folded) in Stages)
            features = folded?.Forward(features, NoneZeroed) ?? stage.Forward(features);
        return features.MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var (_, folded) in Stages)
            folded?.Dispose();
    }

    private static FoldedNetwork AsItIs(IEnumerable<Stage> stages) => new([.. stages.Select(stage => (stage, (IFoldedStage?)null))]);
}
