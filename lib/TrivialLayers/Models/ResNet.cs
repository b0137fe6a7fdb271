namespace TrivialLayers.Models;

/// <summary>
/// Residual networks, He et al. (2016), <i>Deep Residual Learning for Image Recognition</i>.
/// <para>
/// For small images (section 4.2 of that paper), here with projection shortcuts (its option B) where the shape changes; at width 16, three
/// input channels and ten classes:
/// </para>
/// <list type="table">
/// <listheader><term>depth</term><description>convolutions (with shortcuts), parameters</description></listheader>
/// <item><term>20</term><description>21, 272,474</description></item>
/// <item><term>32</term><description>33, 466,906</description></item>
/// <item><term>44</term><description>45, 661,338</description></item>
/// <item><term>56</term><description>57, 855,770</description></item>
/// <item><term>110</term><description>111, 1,730,714</description></item>
/// </list>
/// </summary>
public sealed class ResNet : SmallImageNet
{
    private ResNet(int depth, int width, int classes, int channels)
        : base("ResNet", depth, width, classes, channels, (inChannels, outChannels, stride) => new ResidualUnit(inChannels, outChannels, stride))
    {
    }

    /// <summary>A residual network for images of about 32×32 pixels.</summary>
    /// <param name="depth">6n + 2: 8, 14, 20, 32, 44, 56, 110, …</param>
    /// <param name="width">Channels of the first group; the others have twice and four times as many.</param>
    /// <param name="classes">Number of classes, 2 or more.</param>
    /// <param name="channels">Channels of an image: 3 for colour, 1 for grey.</param>
    /// <exception cref="ArgumentOutOfRangeException">The depth is not 6n + 2, or a size is not positive.</exception>
    public static ResNet ForSmallImages(int depth = 20, int width = 16, int classes = 10, int channels = 3) =>
        new(depth, width, classes, channels);

    /// <inheritdoc/>
    public override LayerRole RoleOf(string layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (layer == "conv1")
            return LayerRole.Stem;
        if (layer.Contains(".downsample.", StringComparison.Ordinal))
            return LayerRole.Shortcut;
        // The first unit of the second and third group doubles the channels, and its first convolution does it.
        return layer is "layer2.0.conv1" or "layer3.0.conv1" ? LayerRole.ChannelChange : LayerRole.Residual;
    }
}
