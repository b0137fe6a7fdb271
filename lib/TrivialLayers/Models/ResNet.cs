using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// Residual networks, He et al. (2016), <i>Deep Residual Learning for Image Recognition</i>.
/// <para>
/// For small images (section 4.2 of that paper), by default with projection shortcuts (its option B) where the shape changes; at width 16, three
/// input channels and ten classes. With zero-padded shortcuts (option A, as in that section) a network has two convolutions less:
/// </para>
/// <list type="table">
/// <listheader><term>depth</term><description>convolutions (with shortcuts), parameters; parameters with zero-padded shortcuts</description></listheader>
/// <item><term>20</term><description>21, 272,474; 269,722</description></item>
/// <item><term>32</term><description>33, 466,906; 464,154</description></item>
/// <item><term>44</term><description>45, 661,338; 658,586</description></item>
/// <item><term>56</term><description>57, 855,770; 853,018</description></item>
/// <item><term>110</term><description>111, 1,730,714; 1,727,962</description></item>
/// </list>
/// <para>For images of about 224×224 pixels (table 1), with torchvision's names, and its stride on the 3×3 of a bottleneck; at width 64 and 1,000 classes:</para>
/// <list type="table">
/// <listheader><term>depth</term><description>convolutions (with shortcuts), parameters</description></listheader>
/// <item><term>18</term><description>20, 11,689,512</description></item>
/// <item><term>34</term><description>36, 21,797,672</description></item>
/// <item><term>50</term><description>53, 25,557,032</description></item>
/// <item><term>101</term><description>104, 44,549,160</description></item>
/// <item><term>152</term><description>155, 60,192,808</description></item>
/// </list>
/// </summary>
public sealed class ResNet : GroupedNetwork, IDescribed
{
    private readonly HashSet<string> _channelChanges;

    // In the first unit of a group that changes the channels, one convolution gives the unit's output its channels: the first of two, or the last of a bottleneck.
    private ResNet(string title, GroupedLayout layout, int classes, int channels, Func<long, long, long, Module<Tensor, Tensor>> unit)
        : base(title, layout, classes, channels, unit) =>
        _channelChanges = layout.Expansion == 1
            ? [.. Enumerable.Range(2, layout.Units.Count - 1).Select(group => $"layer{group}.0.conv1")]
            : [.. Enumerable.Range(1, layout.Units.Count).Select(group => $"layer{group}.0.conv3")];

    /// <inheritdoc/>
    public string Description => "resnet";

    /// <summary>A residual network for images of about 32×32 pixels.</summary>
    /// <param name="depth">6n + 2: 8, 14, 20, 32, 44, 56, 110, …</param>
    /// <param name="width">Channels of the first group; the others have twice and four times as many.</param>
    /// <param name="classes">Number of classes, 2 or more.</param>
    /// <param name="channels">Channels of an image: 3 for colour, 1 for grey.</param>
    /// <param name="shortcut">What a shortcut does where the shape changes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The depth is not 6n + 2, or a size is not positive.</exception>
    public static ResNet ForSmallImages(int depth = 20, int width = 16, int classes = 10, int channels = 3, ShortcutKind shortcut = ShortcutKind.Projection) => new(
        $"ResNet-{depth} (width {width}{(shortcut == ShortcutKind.Projection ? "" : ", zero-padded shortcuts")})", GroupedLayout.ForSmallImages(depth, width), classes, channels,
        (inChannels, outChannels, stride) => new BasicBlock(inChannels, outChannels, stride, shortcut));

    /// <summary>A residual network for images of about 224×224 pixels, the same as torchvision's.</summary>
    /// <param name="depth">18 and 34 have units of two convolutions; 50, 101 and 152 bottlenecks of three.</param>
    /// <param name="classes">Number of classes, 2 or more.</param>
    /// <param name="channels">Channels of an image: 3 for colour, 1 for grey.</param>
    /// <param name="width">Channels of the stem, 64 in torchvision.</param>
    /// <param name="smallImageStem">A 3×3 stem without pooling, for images of about 32×32 or 64×64 pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such depth, or a size is not positive.</exception>
    public static ResNet ForLargeImages(int depth = 50, int classes = 1000, int channels = 3, int width = 64, bool smallImageStem = false)
    {
        var layout = GroupedLayout.ForLargeImages(depth, width, !smallImageStem);
        return new(
            $"ResNet-{depth} (four groups, width {width}{(smallImageStem ? ", 3×3 stem" : "")})", layout, classes, channels,
            (inChannels, groupChannels, stride) => layout.Expansion == 1 ? new BasicBlock(inChannels, groupChannels, stride) : new Bottleneck(inChannels, groupChannels, stride));
    }

    /// <inheritdoc/>
    public override LayerRole RoleOf(string layer) => ResidualRoles.Of(layer, _channelChanges);
}
