namespace TrivialLayers;

/// <summary>An encoder–decoder without connections: a <see cref="UNet"/> whose decoders see only what comes from below.</summary>
public sealed class PlainEncoderDecoder : EncoderDecoder, IDescribed
{
    private PlainEncoderDecoder(EncoderDecoderLayout layout, int classes, int channels)
        : base("Plain encoder–decoder", layout, classes, channels, concatenates: false, (inChannels, outChannels) => new PlainBlock(inChannels, outChannels, stride: 1))
    {
    }

    /// <inheritdoc/>
    public string Description => "plain_encoder_decoder";

    /// <summary>A plain encoder–decoder for images of about 32×32 to 128×128 pixels.</summary>
    /// <inheritdoc cref="UNet.ForSmallImages"/>
    public static PlainEncoderDecoder ForSmallImages(int levels = 3, int width = 16, int classes = 11, int channels = 1, int units = 2) => new(new(levels, units, width), classes, channels);
}
