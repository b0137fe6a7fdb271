using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// The layout of He et al. (2016), <i>Deep Residual Learning</i>: a stem, groups of units, global average pooling and one linear layer. The small one (section 4.2) has a 3×3 stem and three
/// groups at widths w, 2w, 4w and strides 1, 2, 2; the large one (table 1) a 7×7 stem with stride 2 and max pooling, and four groups up to 8w. Names as torchvision's.
/// </summary>
public abstract class GroupedNetwork : SegmentedNetwork
{
    private readonly Module<Tensor, Tensor> conv1;
    private readonly Module<Tensor, Tensor> bn1;
    private readonly Module<Tensor, Tensor>? maxpool;
    private readonly Chain layer1;
    private readonly Chain layer2;
    private readonly Chain layer3;
    private readonly Chain? layer4;
    private readonly Module<Tensor, Tensor> fc;

    private protected GroupedNetwork(string title, GroupedLayout layout, int classes, int channels, Func<long, long, long, Module<Tensor, Tensor>> unit)
        : base(title, channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(layout.Width, 1, "width");
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        (Depth, Width) = (layout.Depth, layout.Width);

        long current = Width;
        Chain Group(int index)
        {
            var (outChannels, stride) = ((long)Width << index, index == 0 ? 1 : 2);
            var units = new List<Module<Tensor, Tensor>>();
            for (var i = 0; i < layout.Units[index]; i++)
            {
                units.Add(unit(current, outChannels, i == 0 ? stride : 1));
                current = outChannels * layout.Expansion;
            }

            return new Chain(units);
        }

        conv1 = layout.HasLargeStem ? Conv2d(channels, Width, 7, 2, padding: 3, bias: false) : Conv2d(channels, Width, 3, padding: 1, bias: false);
        bn1 = BatchNorm2d(Width);
        maxpool = layout.HasLargeStem ? MaxPool2d(3, 2, 1) : null;
        layer1 = Group(0);
        layer2 = Group(1);
        layer3 = Group(2);
        layer4 = layout.Units.Count > 3 ? Group(3) : null;
        fc = Linear(current, classes);
        RegisterComponents();
    }

    /// <summary>Layers with weights on the longest path, shortcuts not counted.</summary>
    public int Depth { get; }

    /// <summary>Channels of the stem and of the first group.</summary>
    public int Width { get; }

    /// <inheritdoc/>
    public sealed override IReadOnlyList<Segment> Segments =>
    [
        new("stem", maxpool is null ? ["conv1", "bn1"] : ["conv1", "bn1", "maxpool"], images => Pool(functional.relu(bn1.call(conv1.call(images)), inplace: true))),
        .. Segment.ForEachOf("layer1", layer1),
        .. Segment.ForEachOf("layer2", layer2),
        .. Segment.ForEachOf("layer3", layer3),
        .. layer4 is null ? [] : Segment.ForEachOf("layer4", layer4),
        new("head", ["fc"], features => fc.call(features.mean([2, 3]))),
    ];

    private Tensor Pool(Tensor features) => maxpool is null ? features : maxpool.call(features);
}
