using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// SegNet, Badrinarayanan, Kendall and Cipolla (2017), <i>SegNet: A Deep Convolutional Encoder-Decoder Architecture for Image Segmentation</i>: an image is enlarged by putting each pixel where
/// max pooling took it from, and zeros elsewhere. The paper's encoder is that of VGG-16; this one has the layers of the networks it is compared with.
/// </summary>
public sealed class SegNet : EncoderDecoder, IDescribed
{
    private SegNet(EncoderDecoderLayout layout, int classes, int channels)
        : base("SegNet", layout, classes, channels, concatenates: false, (inChannels, outChannels) => new PlainBlock(inChannels, outChannels, stride: 1))
    {
    }

    /// <inheritdoc/>
    public string Description => "segnet";

    /// <summary>A SegNet for images of about 32×32 to 128×128 pixels.</summary>
    /// <inheritdoc cref="UNet.ForSmallImages"/>
    public static SegNet ForSmallImages(int levels = 3, int width = 16, int classes = 11, int channels = 1, int units = 2) => new(new(levels, units, width), classes, channels);

    private protected override Tensor Connect(Tensor features, Func<Tensor, Tensor> deeper)
    {
        var (pooled, places) = functional.max_pool2d_with_indices(features, [2, 2]);
        var empty = zeros([.. features.shape.AsSpan(0, 2), features.shape[2] * features.shape[3]], dtype: features.dtype, device: features.device);
        return empty.scatter(2, places.flatten(2), deeper(pooled).flatten(2).to(features.dtype)).view(features.shape).ToChannelsLast(); // TorchSharp's max_unpool2d takes no size
    }
}
