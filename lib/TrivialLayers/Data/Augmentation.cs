using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// Random changes of training images, another one for each image of a batch: padded with zeros and cropped back at a random
/// place, then mirrored left to right with probability one half. He et al., "Deep residual learning for image recognition"
/// (2016), section 4.2, with <see cref="Padding"/> 4.
/// </summary>
/// <param name="Padding">Zero pixels added on each side before cropping, at least 0. Applied to normalised images, zero is the mean colour.</param>
/// <param name="Flip">Whether images are mirrored.</param>
public sealed record Augmentation(int Padding, bool Flip)
{
    /// <summary>Zero pixels added on each side before cropping, at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 0.</exception>
    public int Padding { get; init; } = Padding >= 0 ? Padding : throw new ArgumentOutOfRangeException(nameof(Padding), Padding, "Padding must be at least 0 pixels.");

    /// <summary>
    /// Changes a batch of images, by tensor operations on its device; where pixels have labels these move along, and zeros of the padding are of class 0. The draws are made on the CPU, so that a seed gives
    /// the same crops on every device.
    /// </summary>
    /// <param name="batch"><c>float32 [N, C, H, W]</c>.</param>
    /// <param name="labels"><c>int64 [N]</c>, or <c>int64 [N, H, W]</c>.</param>
    /// <param name="generator">A generator of the CPU; it advances by the same amount for every batch of N.</param>
    /// <returns>New tensors of the same shape, type and device; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">The batch has not four dimensions, or the generator is not the CPU's.</exception>
    public (Tensor Images, Tensor Labels) Apply(Tensor batch, Tensor labels, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(labels);
        Demand(batch, generator);
        using var scope = NewDisposeScope();
        var draws = Draw(batch.shape[0], batch.shape[3], generator);
        var (images, moved) = Apply(batch, labels, draws, Places(batch.shape[2], batch.shape[3], batch.device));
        return (images.MoveToOuterDisposeScope(), moved.MoveToOuterDisposeScope());
    }

    /// <summary>The same for images alone, of any type.</summary>
    internal Tensor Apply(Tensor batch, Generator generator)
    {
        Demand(batch, generator);
        using var scope = NewDisposeScope();
        var draws = Draw(batch.shape[0], batch.shape[3], generator);
        return Apply(batch, draws, Places(batch.shape[2], batch.shape[3], batch.device)).MoveToOuterDisposeScope();
    }

    /// <summary>The same with what was drawn before.</summary>
    internal (Tensor Images, Tensor Labels) Apply(Tensor batch, Tensor labels, AugmentationDraws? draws, Tensor places)
    {
        using var scope = NewDisposeScope();
        if (labels.dim() == 1)
            return (Apply(batch, draws, places).MoveToOuterDisposeScope(), labels.alias().MoveToOuterDisposeScope());
        var channels = batch.shape[1];
        var moved = Apply(cat([batch, labels.unsqueeze(1).to(batch.dtype)], 1), draws, places);
        return (moved.narrow(1, 0, channels).MoveToOuterDisposeScope(), moved.narrow(1, channels, 1).squeeze(1).to(ScalarType.Int64).MoveToOuterDisposeScope());
    }

    /// <summary>Draws for a number of images of a width, on the CPU; null where nothing is changed.</summary>
    internal AugmentationDraws? Draw(long n, long width, Generator generator)
    {
        if (Padding == 0 && !Flip)
            return null;
        using var scope = NewDisposeScope();
        var offsets = randint(0, 2 * Padding + 1, [2, n], dtype: ScalarType.Int64, generator: generator);
        var flipped = Flip ? randint(0, 2, [n], dtype: ScalarType.Int64, generator: generator) : null;
        return new((offsets[0] * (width + 2 * Padding) + offsets[1]).MoveToOuterDisposeScope(), flipped?.MoveToOuterDisposeScope());
    }

    /// <summary>For each output pixel its place in the padded image when that is not shifted, row by row: <c>int64 [1 or 2, H · W]</c>, as it is and, where images are flipped, mirrored.</summary>
    internal Tensor Places(long height, long width, Device device)
    {
        using var scope = NewDisposeScope();
        var rows = (arange(height, dtype: ScalarType.Int64) * (width + 2 * Padding)).unsqueeze(1);
        var columns = arange(width, dtype: ScalarType.Int64).unsqueeze(0);
        var places = Flip ? stack([rows + columns, rows + (width - 1 - columns)]) : (rows + columns).unsqueeze(0);
        return places.flatten(1).to(device).MoveToOuterDisposeScope();
    }

    private static void Demand(Tensor batch, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        if (batch.dim() != 4)
            throw new ArgumentException($"Expected a batch [N, C, H, W]; got [{string.Join(", ", batch.shape)}].", nameof(batch));
        if (generator.device.type != DeviceType.CPU)
            throw new ArgumentException($"The generator must be on the CPU; this one is on {generator.device}.", nameof(generator));
    }

    private Tensor Apply(Tensor batch, AugmentationDraws? draws, Tensor places)
    {
        if (draws is null)
            return batch.clone();
        using var scope = NewDisposeScope();
        var (n, channels, height, width) = (batch.shape[0], batch.shape[1], batch.shape[2], batch.shape[3]);
        var padded = Padding == 0 ? batch : nn.functional.pad(batch, [Padding, Padding, Padding, Padding]);
        var unshifted = draws.Flipped is { } flipped ? places.index(TensorIndex.Tensor(flipped.to(batch.device))) : places;
        var index = (unshifted + draws.Shift.to(batch.device).unsqueeze(1)).unsqueeze(1).expand(n, channels, height * width);
        return padded.reshape(n, channels, -1).gather(2, index).reshape(n, channels, height, width).MoveToOuterDisposeScope();
    }
}
