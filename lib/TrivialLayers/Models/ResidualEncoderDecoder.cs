namespace TrivialLayers;

/// <summary>An encoder–decoder with short connections: a <see cref="PlainEncoderDecoder"/> of residual units.</summary>
public sealed class ResidualEncoderDecoder : EncoderDecoder, IDescribed
{
    private readonly HashSet<string> _channelChanges;

    private ResidualEncoderDecoder(EncoderDecoderLayout layout, int classes, int channels)
        : base("Residual encoder–decoder", layout, classes, channels, concatenates: false, (inChannels, outChannels) => new BasicBlock(inChannels, outChannels, stride: 1)) =>
        _channelChanges = [.. Enumerable.Range(1, layout.Levels - 1).SelectMany(level => new[] { $"encoder{level}.0.conv1", $"decoder{level}.{layout.Units - 1}.conv1" })];

    /// <inheritdoc/>
    public string Description => "residual_encoder_decoder";

    /// <summary>A residual encoder–decoder for images of about 32×32 to 128×128 pixels.</summary>
    /// <inheritdoc cref="UNet.ForSmallImages"/>
    public static ResidualEncoderDecoder ForSmallImages(int levels = 3, int width = 16, int classes = 11, int channels = 1, int units = 2) => new(new(levels, units, width), classes, channels);

    /// <inheritdoc/>
    public override LayerRole RoleOf(string layer) => ResidualRoles.Of(layer, _channelChanges);
}
