using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// The batches of an epoch. Their order and their changes are drawn at its start, on the CPU, so that a seed gives the same on every device; then they lie where the network does, with the images if these
/// fit, and no batch waits for the CPU.
/// </summary>
internal sealed class EpochBatches : IDisposable
{
    private readonly ImageSet _images;
    private readonly Device _device;
    private readonly int _size;
    private readonly bool _isChannelsLast;
    private readonly Augmentation _augmentation;
    private readonly Tensor _order;
    private readonly Tensor _places;
    private readonly AugmentationDraws? _draws;

    /// <param name="images">The images.</param>
    /// <param name="size">Images per batch; those left over at the end are left out.</param>
    /// <param name="augmentation">How images are changed.</param>
    /// <param name="generator">A generator of the CPU.</param>
    /// <param name="device">Where the network is.</param>
    public EpochBatches(ImageSet images, int size, Augmentation augmentation, Generator generator, Device device)
    {
        (_images, _size, _augmentation, _device) = (images.On(device), size, augmentation, device);
        _isChannelsLast = ChannelsLast.IsForTraining(device, size);
        Count = images.Count / size;
        using var scope = NewDisposeScope();
        _order = randperm(images.Count, generator: generator).to(_images.Images.device);
        _draws = AugmentationDraws.Joined([.. Enumerable.Range(0, Count).Select(_ => augmentation.Draw(size, images.Width, generator))], device);
        _places = augmentation.Places(images.Height, images.Width, device);
        foreach (var kept in Kept)
            kept.DetachFromDisposeScope();
    }

    /// <summary>What the whole epoch needs: the order, where the images are; places and draws, where the network is.</summary>
    internal IReadOnlyList<Tensor> Kept => [.. new[] { _order, _places, _draws?.Shift, _draws?.Flipped }.OfType<Tensor>()];

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>A batch, normalised and changed, in the layout that suits the device, with its labels; both belong to the current dispose scope.</summary>
    public (Tensor Images, Tensor Labels) Batch(int number)
    {
        using var scope = NewDisposeScope();
        var (stored, storedLabels) = _images.Batch(_order.narrow(0, (long)number * _size, _size), _device);
        var (images, labels) = _augmentation.Apply(stored, storedLabels, _draws?.Slice((long)number * _size, _size), _places);
        return ((_isChannelsLast ? images.ToChannelsLast() : images).MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope());
    }

    public void Dispose()
    {
        foreach (var kept in Kept)
            kept.Dispose();
    }
}
