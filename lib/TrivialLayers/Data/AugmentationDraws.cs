using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>What <see cref="Augmentation"/> draws for some images.</summary>
/// <param name="Shift">For each image how much further on in the padded image, row by row, its pixels lie: <c>int64 [N]</c>.</param>
/// <param name="Flipped">1 for each image that is mirrored, else 0: <c>int64 [N]</c>; null where none is.</param>
internal sealed record AugmentationDraws(Tensor Shift, Tensor? Flipped)
{
    /// <summary>The draws of several batches, one after the other, on a device; null where nothing is drawn.</summary>
    public static AugmentationDraws? Joined(IReadOnlyList<AugmentationDraws?> batches, Device device) => batches.Count == 0 || batches[0] is not { } first ? null : new(
        cat([.. batches.Select(batch => batch!.Shift)]).to(device),
        first.Flipped is null ? null : cat([.. batches.Select(batch => batch!.Flipped!)]).to(device));

    /// <summary>Those of some images only; views.</summary>
    public AugmentationDraws Slice(long start, long count) => new(Shift.narrow(0, start, count), Flipped?.narrow(0, start, count));
}
