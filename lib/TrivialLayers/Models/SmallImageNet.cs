using TorchSharp;
using TrivialLayers.Models.Folding;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Models;

/// <summary>
/// The layout that He et al. (2016), section 4.2, use on CIFAR-10: a 3×3 stem, three groups of units at widths w, 2w, 4w and strides 1, 2, 2, global average pooling and one linear
/// layer. <see cref="ResNet"/> and <see cref="PlainNet"/> differ only in the unit.
/// </summary>
public abstract class SmallImageNet : StagedNetwork
{
    private readonly Module<Tensor, Tensor> conv1;
    private readonly Module<Tensor, Tensor> bn1;
    private readonly Chain layer1;
    private readonly Chain layer2;
    private readonly Chain layer3;
    private readonly Module<Tensor, Tensor> fc;

    private protected SmallImageNet(
        string family, int depth, int width, int classes, int channels, Func<long, long, long, Module<Tensor, Tensor>> unit)
        : base($"{family}-{depth} (width {width})", channels)
    {
        if (depth < 8 || depth % 6 != 2)
            throw new ArgumentOutOfRangeException(nameof(depth), depth, "A small-image network has depth 6n + 2: 8, 14, 20, 32, 44, 56, 110, …");
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        Depth = depth;
        Width = width;

        var units = (depth - 2) / 6;
        Chain Group(long inChannels, long outChannels, long stride) =>
            new(Enumerable.Range(0, units).Select(i => i == 0 ? unit(inChannels, outChannels, stride) : unit(outChannels, outChannels, 1)));

        conv1 = Conv2d(channels, width, 3, padding: 1, bias: false);
        bn1 = BatchNorm2d(width);
        layer1 = Group(width, width, 1);
        layer2 = Group(width, 2 * width, 2);
        layer3 = Group(2 * width, 4 * width, 2);
        fc = Linear(4 * width, classes);
        RegisterComponents();
    }

    /// <summary>Layers with weights on the longest path, shortcuts not counted: 6n + 2.</summary>
    public int Depth { get; }

    /// <summary>Channels of the stem and of the first group.</summary>
    public int Width { get; }

    /// <inheritdoc/>
    public sealed override IReadOnlyList<Stage> Stages =>
    [
        new("stem", ["conv1", "bn1"], Stem) { Fold = () => FoldedSequence.Of(FoldedConvolution.Of("conv1", conv1, bn1)) },
        .. Group("layer1", layer1),
        .. Group("layer2", layer2),
        .. Group("layer3", layer3),
        new("head", ["fc"], features => fc.call(features.mean([2, 3]))),
    ];

    private static IEnumerable<Stage> Group(string name, Chain units) =>
        units.Modules.Select((unit, index) => new Stage($"{name}.{index}", [$"{name}.{index}"], unit.call) { Fold = () => (unit as IFoldableUnit)?.Fold($"{name}.{index}") });

    private Tensor Stem(Tensor images) => functional.relu(bn1.call(conv1.call(images)), inplace: true);
}
