using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// An encoder–decoder for segmentation: a stem, levels of units that halve the image and double the channels, the same levels back up, and a linear classifier for each pixel. The networks derived
/// from it differ in their connections only: none (<see cref="PlainEncoderDecoder"/>), long ones (<see cref="UNet"/>, <see cref="SegNet"/>) or short ones (<see cref="ResidualEncoderDecoder"/>).
/// <para>
/// Level l (from 0) has width · 2^l channels; its decoder ends with those of the level above. Modules are called <c>conv1</c>, <c>bn1</c>, <c>encoder0.0.conv1</c>, …, <c>decoder0.1.conv2</c>, <c>fc</c>.
/// The classifier is not a convolution layer here, as in our networks for classification, though papers write it as a convolution of 1×1.
/// </para>
/// </summary>
public abstract class EncoderDecoder : SegmentedNetwork
{
    private readonly Module<Tensor, Tensor> conv1;
    private readonly Module<Tensor, Tensor> bn1;
    private readonly Module<Tensor, Tensor> fc;
    private readonly List<Chain> _encoders;
    private readonly List<Chain> _decoders;

    /// <param name="kind">What kind of network, for its title.</param>
    /// <param name="layout">Its sizes.</param>
    /// <param name="classes">Number of classes, 2 or more.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="concatenates">Whether a decoder gets its encoder's features beside those from below.</param>
    /// <param name="unit">Makes a unit from channels to channels.</param>
    private protected EncoderDecoder(string kind, EncoderDecoderLayout layout, int classes, int channels, bool concatenates, Func<long, long, Module<Tensor, Tensor>> unit)
        : base($"{kind} ({layout.Levels} levels of {layout.Units}, width {layout.Width})", channels)
    {
        layout.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        Levels = layout.Levels;
        conv1 = Conv2d(channels, layout.Width, 3, padding: 1, bias: false);
        bn1 = BatchNorm2d(layout.Width);
        fc = Linear(layout.Width, classes);
        RegisterComponents();
        Chain Group(string name, IReadOnlyList<long> sizes)
        {
            var units = new Chain(sizes.Zip(sizes.Skip(1), unit));
            register_module(name, units);
            return units;
        }

        _encoders = [.. Enumerable.Range(0, Levels).Select(level => Group($"encoder{level}", layout.Encoder(level)))];
        _decoders = [.. Enumerable.Range(0, Levels).Reverse().Select(level => Group($"decoder{level}", layout.Decoder(level, concatenates))).Reverse()];
    }

    /// <summary>Levels, the one of full size included. An image needs at least 2^(levels − 1) pixels in both directions.</summary>
    public int Levels { get; }

    /// <inheritdoc/>
    public sealed override IReadOnlyList<Segment> Segments =>
    [
        new("stem", ["conv1", "bn1"], images => functional.relu(bn1.call(conv1.call(Checked(images))), inplace: true)),
        .. Segment.ForEachOf("encoder0", _encoders[0]),
        .. Levels == 1 ? [] : new[] { new Segment("below", [.. Enumerable.Range(1, Levels - 1).SelectMany(level => new[] { $"encoder{level}", $"decoder{level}" })], features => Below(0, features)) },
        .. Segment.ForEachOf("decoder0", _decoders[0]),
        new("head", ["fc"], features => fc.call(features.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)),
    ];

    /// <inheritdoc/>
    public override LayerRole RoleOf(string layer) => layer == "conv1" ? LayerRole.Stem : LayerRole.Plain;

    /// <summary>Joins a level to those below it; without a connection unless a derived class makes one.</summary>
    /// <param name="features">The output of the level's encoder, <c>[N, C, H, W]</c>.</param>
    /// <param name="deeper">All levels below, <c>[N, C, H', W'] → [N, C, H', W']</c>.</param>
    /// <returns>What the level's decoder gets, <c>[N, C, H, W]</c> or <c>[N, 2C, H, W]</c>.</returns>
    private protected virtual Tensor Connect(Tensor features, Func<Tensor, Tensor> deeper) => Enlarge(deeper(Pool(features)), features);

    /// <summary>Halves an image by 2×2 max pooling; of an odd size the last line is left out.</summary>
    private protected static Tensor Pool(Tensor features) => functional.max_pool2d(features, 2);

    /// <summary>Repeats pixels until the image has the size of another.</summary>
    private protected static Tensor Enlarge(Tensor features, Tensor like) => functional.interpolate(features, [like.shape[2], like.shape[3]], mode: InterpolationMode.Nearest);

    private Tensor Below(int level, Tensor features) =>
        level == Levels - 1 ? features : Connect(features, deeper => _decoders[level + 1].call(Below(level + 1, _encoders[level + 1].call(deeper))));

    private Tensor Checked(Tensor images) => Math.Min(images.shape[2], images.shape[3]) >> (Levels - 1) > 0
        ? images
        : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{Title} halves an image {Levels - 1} times and needs {1 << (Levels - 1)} pixels or more in both directions; this one has {images.shape[2]} × {images.shape[3]}."));
}
