using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>Batches as a network takes them.</summary>
public static class NormalisedBatches
{
    /// <summary>The images from a place on, in their stored order.</summary>
    /// <param name="set">The images.</param>
    /// <param name="start">Number of the first image.</param>
    /// <param name="count">How many images.</param>
    /// <param name="device">Where the batch is to be.</param>
    /// <returns>Normalised images <c>float32 [count, C, H, W]</c> and labels <c>int64 [count]</c>, or <c>int64 [count, H, W]</c> where pixels have them; both belong to the current dispose scope.</returns>
    public static (Tensor Images, Tensor Labels) Batch(this ImageSet set, int start, int count, Device device)
    {
        ArgumentNullException.ThrowIfNull(set);
        return set.Normalised(set.Images.slice(0, start, start + count, 1), set.Labels.slice(0, start, start + count, 1), device);
    }

    /// <summary>The images with these numbers <c>int64 [n]</c>; else as <see cref="Batch(ImageSet, int, int, Device)"/>.</summary>
    public static (Tensor Images, Tensor Labels) Batch(this ImageSet set, Tensor chosen, Device device)
    {
        ArgumentNullException.ThrowIfNull(set);
        using var scope = NewDisposeScope();
        var indices = chosen.to(set.Images.device);
        var (images, labels) = set.Normalised(set.Images.index_select(0, indices), set.Labels.index_select(0, indices), device);
        return (images.MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope());
    }

    private static (Tensor Images, Tensor Labels) Normalised(this ImageSet set, Tensor images, Tensor labels, Device device)
    {
        using var scope = NewDisposeScope();
        return (set.Normalise(images.to(device)).MoveToOuterDisposeScope(), labels.to(ScalarType.Int64, device).alias().MoveToOuterDisposeScope());
    }
}
