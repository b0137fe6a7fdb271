using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// U-Net, Ronneberger, Fischer and Brox (2015), <i>U-Net: Convolutional Networks for Biomedical Image Segmentation</i>: each decoder gets its encoder's features beside those from below. As usual
/// today, with batch norm and padded convolutions; images are enlarged by repeating pixels instead of the paper's up-convolutions, so that it has the layers of the networks it is compared with.
/// </summary>
public sealed class UNet : EncoderDecoder, IDescribed
{
    private UNet(EncoderDecoderLayout layout, int classes, int channels)
        : base("U-Net", layout, classes, channels, concatenates: true, (inChannels, outChannels) => new PlainBlock(inChannels, outChannels, stride: 1))
    {
    }

    /// <inheritdoc/>
    public string Description => "unet";

    /// <summary>A U-Net for images of about 32×32 to 128×128 pixels.</summary>
    /// <param name="levels">Levels, the one of full size included; 5 in the paper.</param>
    /// <param name="width">Channels of the first level; each later one has twice as many.</param>
    /// <param name="classes">Number of classes, 2 or more.</param>
    /// <param name="channels">Channels of an image: 3 for colour, 1 for grey.</param>
    /// <param name="units">Units of two convolutions in each encoder and decoder; 1 in the paper.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public static UNet ForSmallImages(int levels = 3, int width = 16, int classes = 11, int channels = 1, int units = 2) => new(new(levels, units, width), classes, channels);

    private protected override Tensor Connect(Tensor features, Func<Tensor, Tensor> deeper) => cat([features, Enlarge(deeper(Pool(features)), features)], 1);
}
