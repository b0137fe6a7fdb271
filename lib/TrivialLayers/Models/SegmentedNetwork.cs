using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// A network that is an ordered list of named segments: its forward pass is their composition, and nothing else. So whoever changes
/// one layer knows which part of the computation stays as it was.
/// </summary>
public abstract class SegmentedNetwork : Module<Tensor, Tensor>
{
    /// <summary>Makes a network without segments yet; the derived class registers its modules and implements <see cref="Segments"/>.</summary>
    /// <param name="name">A name for people, for example <c>ResNet-20 (width 16)</c>.</param>
    /// <param name="channels">Channels of an input image, 1 or more.</param>
    protected SegmentedNetwork(string name, int channels) : base(name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        Channels = channels;
    }

    /// <summary>The network's name for people, for example <c>ResNet-20 (width 16)</c>.</summary>
    public string Title => GetName();

    /// <summary>Channels of an input image.</summary>
    public int Channels { get; }

    /// <summary>The segments in order. Their composition is the forward pass.</summary>
    public abstract IReadOnlyList<Segment> Segments { get; }

    /// <summary>Each convolution layer in the order of the modules, with its role.</summary>
    public IReadOnlyList<Layer> Layers => NetworkLayers.Of(this);

    /// <summary>The role of one of this network's convolutions.</summary>
    /// <param name="layer">The dotted name, as in <see cref="Layers"/>.</param>
    public abstract LayerRole RoleOf(string layer);

    /// <inheritdoc/>
    /// <param name="input">Images, float32 <c>[N, C, H, W]</c>, normalised.</param>
    /// <returns>Logits, float32 <c>[N, classes]</c>, or <c>[N, classes, H, W]</c> from a network for segmentation.</returns>
    public sealed override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var features = input;
        foreach (var segment in Segments)
            features = segment.Forward(features);
        return features.MoveToOuterDisposeScope();
    }
}
