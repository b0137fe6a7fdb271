using System.Runtime.InteropServices;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// A network prepared for many evaluations: its segments, with batch norm folded into the convolutions where that gives the segment's own output. A snapshot of the weights; make it in evaluation
/// mode and use it there.
/// </summary>
internal sealed class FoldedNetwork : IDisposable
{
    /// <summary>Images on which a folded network is compared with the network itself.</summary>
    public const int Compared = 8;

    /// <summary>For a network as it is.</summary>
    public static readonly IReadOnlySet<string> NoneZeroed = new HashSet<string>();

    private FoldedNetwork(IReadOnlyList<(Segment Segment, IFoldedSegment? Folded)> segments) => Segments = segments;

    /// <summary>Each segment with its folded form, or null where it has none.</summary>
    public IReadOnlyList<(Segment Segment, IFoldedSegment? Folded)> Segments { get; }

    /// <summary>
    /// Folds what can be folded and gives the segment's own output on some images. So whatever folding cannot know, a hook on a module for one, is not passed over. Where the segments together do not
    /// give the network's logits, the network is one segment.
    /// </summary>
    /// <param name="network">The network, in evaluation mode.</param>
    /// <param name="images">A batch <c>[N, C, H, W]</c> as it will be given, N ≥ 1.</param>
    /// <param name="folds">False for segments as they are.</param>
    public static FoldedNetwork Of(Module<Tensor, Tensor> network, Tensor images, bool folds = true)
    {
        using var scope = NewDisposeScope();
        var some = images.slice(0, 0, Compared, 1);
        var modules = network.named_modules().ToDictionary(found => found.name, found => found.module);
        var segments = new List<(Segment Segment, IFoldedSegment? Folded)>();
        var features = some.clone(); // a pass may change its input in place
        try
        {
            foreach (var segment in Segmentation.Of(network))
            {
                var input = features;
                features = segment.Forward(input.clone());
                segments.Add((segment, folds ? Checked(network is IFoldable own ? own.Fold(segment) : Folding.Of(segment, modules), input, features) : null));
            }
        }
        catch
        {
            segments.ForEach(entry => entry.Folded?.Dispose());
            throw;
        }

        var whole = new FoldedNetwork(segments);
        var isItsOwn = network is SegmentedNetwork && segments.TrueForAll(entry => entry.Folded is null);
        if (isItsOwn || segments.Count == 1 || IsSame(features, network.call(some.clone())))
            return whole;
        whole.Dispose();
        return AsItIs(network);
    }

    /// <summary>Nothing folded: the network as one segment.</summary>
    public static FoldedNetwork AsItIs(Module<Tensor, Tensor> network) => new([(Segmentation.Whole(network), null)]);

    /// <summary>Whether logits differ by rounding only: by at most 1e-4 of the greatest magnitude, or 1e-2 in the coarser arithmetic of TF32.</summary>
    public static bool AreSameLogits(Tensor found, Tensor expected)
    {
        using var scope = NewDisposeScope();
        var tolerance = ComputeDevice.AllowTF32 ? 1e-2 : 1e-4;
        return (found - expected).abs().max().le(expected.abs().max() * tolerance).item<bool>();
    }

    /// <summary>Whether two outputs have the same shape and differ by rounding only.</summary>
    public static bool IsSame(Tensor found, Tensor expected) => found.shape.SequenceEqual(expected.shape) && AreSameLogits(found, expected);

    /// <summary>Images <c>[N, C, H, W]</c> to logits <c>[N, classes]</c>.</summary>
    public Tensor Forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        var features = images;
        foreach (var (segment, folded) in Segments)
            features = folded?.Forward(features, NoneZeroed) ?? segment.Forward(features);
        return features.MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var (_, folded) in Segments)
            folded?.Dispose();
    }

    /// <summary>The folded form of a segment if it gives what the segment gave; a wrong guess may also fail, over shapes that do not fit.</summary>
    private static IFoldedSegment? Checked(IFoldedSegment? guess, Tensor input, Tensor output)
    {
        var isRight = false;
        try
        {
            isRight = guess is not null && IsSame(guess.Forward(input, NoneZeroed), output);
        }
        catch (Exception error) when (error is ExternalException or ArgumentException) // torch, or an operator that was given other shapes
        {
        }
        finally
        {
            if (!isRight)
                guess?.Dispose();
        }

        return isRight ? guess : null;
    }
}
