using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// Labelled images in memory, with a label for each image or for each pixel. The pixels stay <c>uint8</c>; a batch at a time is normalised on its device
/// (<see cref="Normalise"/>), as in KellerJordan/cifar10-airbench.
/// </summary>
public sealed class ImageSet : IDisposable
{
    private const int SliceLength = 4096;

    private readonly Tensor _scale;
    private readonly Tensor _shift;
    private readonly Lock _copying = new();
    private ImageSet? _copy;

    /// <summary>Takes over two tensors: the set owns and disposes them from now on.</summary>
    /// <param name="name">What the set is called in messages and tables.</param>
    /// <param name="images">Pixels, <c>uint8 [N, C, H, W]</c>.</param>
    /// <param name="labels">Class numbers, each from 0 to the number of classes − 1: <c>int64 [N]</c>, one an image, or <c>uint8 [N, H, W]</c>, one a pixel.</param>
    /// <param name="classes">The class names in the order of the numbers.</param>
    /// <param name="mean">Per channel the mean to subtract, of pixel / 255; by default that of these images. Validation and test sets are given those of the training set.</param>
    /// <param name="std">Per channel the standard deviation to divide by, of pixel / 255; by default that of these images (1 where all pixels are equal).</param>
    /// <exception cref="ArgumentException">A tensor has another type or shape, a label has no class, or statistics and channels do not match.</exception>
    public ImageSet(
        string name, Tensor images, Tensor labels, IReadOnlyList<string> classes,
        IReadOnlyList<float>? mean = null, IReadOnlyList<float>? std = null)
        : this(name, WithValues(images), WithValues(labels), [.. classes], mean, std, fingerprint: null)
    {
    }

    private ImageSet(
        string name, Tensor images, Tensor labels, string[] classes, IReadOnlyList<float>? mean, IReadOnlyList<float>? std, string? fingerprint)
    {
        ArgumentNullException.ThrowIfNull(name);
        Check(images, labels, classes, mean, std);
        Name = name;
        Images = images.DetachFromDisposeScope();
        Labels = labels.DetachFromDisposeScope();
        Classes = classes;
        if (mean is null || std is null)
        {
            var statistics = ChannelStatistics.Of(Slices());
            mean ??= statistics.Mean;
            std ??= statistics.Std;
        }
        Mean = [.. mean];
        Std = [.. std];
        Fingerprint = fingerprint ?? ComputeFingerprint();
        _scale = PerChannel(c => (float)(1 / (255.0 * Std[c])));
        _shift = PerChannel(c => (float)(-(double)Mean[c] / Std[c]));
    }

    /// <summary>What the set is called, for instance "cifar-10 test".</summary>
    public string Name { get; }

    /// <summary>The pixels, <c>uint8 [N, C, H, W]</c>, from 0 to 255.</summary>
    public Tensor Images { get; }

    /// <summary>The class numbers, <c>int64 [N]</c> or, where each pixel has one, <c>uint8 [N, H, W]</c>.</summary>
    public Tensor Labels { get; }

    /// <summary>Whether each pixel has a label of its own: images for segmentation.</summary>
    public bool HasPixelLabels => Labels.dim() == 3;

    /// <summary>The class names; a label is a place in this list.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Per channel the mean of pixel / 255 over the <em>training</em> images of the split the set belongs to.</summary>
    public IReadOnlyList<float> Mean { get; }

    /// <summary>Per channel the standard deviation of pixel / 255 over the <em>training</em> images of the split the set belongs to.</summary>
    public IReadOnlyList<float> Std { get; }

    /// <summary>
    /// SHA-256, in 64 hexadecimal digits, of all that a network gets from this set: shape, class names, labels, pixels, and the
    /// mean and deviation it normalises with. Device and memory layout do not count.
    /// </summary>
    public string Fingerprint { get; }

    /// <summary>The number of images, N.</summary>
    public int Count => (int)Images.shape[0];

    /// <summary>The number of channels, C.</summary>
    public int Channels => (int)Images.shape[1];

    /// <summary>The rows of an image, H.</summary>
    public int Height => (int)Images.shape[2];

    /// <summary>The columns of an image, W.</summary>
    public int Width => (int)Images.shape[3];

    /// <summary>
    /// A part of the set in which each class keeps its share (exactly, rounded by largest remainder; where pixels have labels, any images), in the order of this
    /// set and with its statistics. The same seed chooses the same images on every platform.
    /// </summary>
    /// <param name="n">How many images, from 1 to <see cref="Count"/>.</param>
    /// <param name="seed">Chooses which.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="n"/> is less than 1 or more than there are.</exception>
    /// <exception cref="ArgumentException">The set is on the META device.</exception>
    public ImageSet Take(int n, long seed)
    {
        if (n < 1 || n > Count)
            throw new ArgumentOutOfRangeException(nameof(n), n, $"\"{Name}\" has {Count} images; take from 1 to {Count}.");
        using var cpuLabels = WithValues(Labels).cpu();
        var chosen = Stratified.Choose(HasPixelLabels ? new long[Count] : cpuLabels.data<long>().ToArray(), Classes.Count, n, seed);
        using var index = tensor(Array.ConvertAll(chosen, i => (long)i)).to(Images.device);
        return new ImageSet(
            string.Create(CultureInfo.InvariantCulture, $"{Name}, {n} of {Count} (seed {seed})"), Images.index_select(0, index), Labels.index_select(0, index), [.. Classes], Mean, Std, fingerprint: null);
    }

    /// <summary>
    /// The same set on a device. This set stays as it is and both are disposed on their own; where nothing moves, they share the memory.
    /// </summary>
    /// <param name="device">Where to; the META device keeps shapes only.</param>
    public ImageSet To(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return new ImageSet(Name, Moved(Images, device), Moved(Labels, device), [.. Classes], Mean, Std, Fingerprint);
    }

    /// <summary>
    /// The same set on the device that computes, copied there once and kept as long as this set, when it fills no more than half of a GPU's free memory; else this set. It belongs to this set.
    /// </summary>
    internal ImageSet On(Device device)
    {
        if (device.type != DeviceType.CUDA || Images.device_type != DeviceType.CPU)
            return this;
        lock (_copying)
        {
            if (_copy is null && 2 * (Images.NumberOfElements + Labels.NumberOfElements * Labels.element_size()) <= CudaRuntime.Free(device))
                _copy = To(device);
            return _copy is { } copy && copy.Images.device.index == Math.Max(device.index, 0) ? copy : this;
        }
    }

    /// <summary>
    /// Pixels as a network takes them: (pixel / 255 − <see cref="Mean"/>) / <see cref="Std"/> per channel, on the device of the batch and in its memory layout.
    /// </summary>
    /// <param name="batch"><c>uint8 [n, C, H, W]</c>.</param>
    /// <returns><c>float32 [n, C, H, W]</c>; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The batch is not <c>uint8</c> or has other channels.</exception>
    public Tensor Normalise(Tensor batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.dtype != ScalarType.Byte || batch.dim() != 4 || batch.shape[1] != Channels)
            throw new ArgumentException($"\"{Name}\" normalises uint8 [n, {Channels}, H, W]; this batch is {batch.dtype} [{string.Join(", ", batch.shape)}].", nameof(batch));
        using var scope = NewDisposeScope();
        var normalised = batch.to(ScalarType.Float32);
        normalised.mul_(_scale.to(batch.device)).add_(_shift.to(batch.device));
        return normalised.MoveToOuterDisposeScope();
    }

    /// <summary>Name, number of images and shape in one line.</summary>
    public override string ToString() => $"{Name}: {Count} images of {Channels} x {Height} x {Width}, {Classes.Count} classes";

    /// <summary>Frees the images and labels.</summary>
    public void Dispose()
    {
        _copy?.Dispose();
        Images.Dispose();
        Labels.Dispose();
        _scale.Dispose();
        _shift.Dispose();
    }

    private static void Check(Tensor images, Tensor labels, string[] classes, IReadOnlyList<float>? mean, IReadOnlyList<float>? std)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        if (images.dtype != ScalarType.Byte || images.dim() != 4 || images.NumberOfElements == 0)
            throw new ArgumentException($"Images must be uint8 [N, C, H, W] with at least one image; these are {images.dtype} [{string.Join(", ", images.shape)}].", nameof(images));
        if (!(labels.dtype == ScalarType.Int64 && labels.shape.SequenceEqual([images.shape[0]])) && !(labels.dtype == ScalarType.Byte && labels.shape.SequenceEqual([images.shape[0], images.shape[2], images.shape[3]])))
        {
            throw new ArgumentException(
                $"Labels must be int64 [{images.shape[0]}], one per image, or uint8 [{images.shape[0]}, {images.shape[2]}, {images.shape[3]}], one per pixel; these are {labels.dtype} [{string.Join(", ", labels.shape)}].",
                nameof(labels));
        }

        foreach (var (what, values) in new[] { (nameof(mean), mean), (nameof(std), std) })
            if (values is not null && (values.Count != images.shape[1] || !values.All(float.IsFinite) || (what == nameof(std) && !values.All(value => value > 0))))
                throw new ArgumentException($"{what} must be {images.shape[1]} finite numbers, one per channel{(what == nameof(std) ? ", above 0" : "")}; given: {string.Join(", ", values.Select(value => value.ToString(CultureInfo.InvariantCulture)))}.", what);
        if (labels.device_type == DeviceType.META)
            return;
        var (lowest, highest) = (labels.min().to(ScalarType.Int64).item<long>(), labels.max().to(ScalarType.Int64).item<long>());
        if (lowest < 0 || highest >= classes.Length)
            throw new ArgumentException($"Labels must be from 0 to {classes.Length - 1} for {classes.Length} classes; these go from {lowest} to {highest}.", nameof(labels));
    }

    private static Tensor WithValues(Tensor tensor) => tensor?.device_type == DeviceType.META
        ? throw new ArgumentException("A tensor on the META device has no values: make the set on the CPU and move it with To.")
        : tensor!;

    private static Tensor Moved(Tensor tensor, Device device)
    {
        using var scope = NewDisposeScope();
        var moved = tensor.to(device);
        return (ReferenceEquals(moved, tensor) ? tensor.alias() : moved).MoveToOuterDisposeScope();
    }

    private Tensor PerChannel(Func<int, float> value)
    {
        using var scope = NewDisposeScope();
        var values = tensor(Enumerable.Range(0, Channels).Select(value).ToArray());
        return values.reshape(1, Channels, 1, 1).to(Images.device).DetachFromDisposeScope();
    }

    // On the CPU, contiguous and of bounded size, whatever the set's device and layout.
    private IEnumerable<Tensor> Slices()
    {
        for (var first = 0; first < Count; first += SliceLength)
        {
            using var images = Images.narrow(0, first, Math.Min(SliceLength, Count - first));
            using var onCpu = images.cpu();
            using var slice = onCpu.contiguous();
            yield return slice;
        }
    }

    private string ComputeFingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("TrivialLayers.ImageSet/1\n"u8);
        foreach (var size in Images.shape)
            AppendNumber(hash, size);
        AppendNumber(hash, Classes.Count);
        foreach (var name in Classes.Select(Encoding.UTF8.GetBytes))
        {
            AppendNumber(hash, name.Length);
            hash.AppendData(name);
        }
        foreach (var value in Mean.Concat(Std))
            AppendNumber(hash, BitConverter.SingleToInt32Bits(value));
        AppendLabels(hash);
        foreach (var slice in Slices())
            hash.AppendData(slice.bytes);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private void AppendLabels(IncrementalHash hash)
    {
        using var scope = NewDisposeScope();
        var labels = Labels.cpu().contiguous();
        if (HasPixelLabels)
        {
            hash.AppendData("labels of pixels\n"u8);
            hash.AppendData(labels.bytes);
            return;
        }

        foreach (var label in labels.data<long>())
            AppendNumber(hash, label);
    }

    private static void AppendNumber(IncrementalHash hash, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }
}
