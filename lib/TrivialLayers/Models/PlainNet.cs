namespace TrivialLayers;

/// <summary>
/// The plain networks that He et al. (2016) compare with: a <see cref="ResNet"/> for small images without its shortcuts (and so without their projections).
/// </summary>
public sealed class PlainNet : GroupedNetwork, IDescribed
{
    private PlainNet(int depth, int width, int classes, int channels)
        : base($"PlainNet-{depth} (width {width})", GroupedLayout.ForSmallImages(depth, width), classes, channels, (inChannels, outChannels, stride) => new PlainBlock(inChannels, outChannels, stride))
    {
    }

    /// <inheritdoc/>
    public string Description => "plainnet";

    /// <summary>A plain network for images of about 32×32 pixels.</summary>
    /// <param name="depth">6n + 2: 8, 14, 20, 32, …</param>
    /// <param name="width">Channels of the first group; the others have twice and four times as many.</param>
    /// <param name="classes">Number of classes, 2 or more.</param>
    /// <param name="channels">Channels of an image: 3 for colour, 1 for grey.</param>
    /// <exception cref="ArgumentOutOfRangeException">The depth is not 6n + 2, or a size is not positive.</exception>
    public static PlainNet ForSmallImages(int depth = 20, int width = 16, int classes = 10, int channels = 3) =>
        new(depth, width, classes, channels);

    /// <inheritdoc/>
    public override LayerRole RoleOf(string layer) => layer == "conv1" ? LayerRole.Stem : LayerRole.Plain;
}
