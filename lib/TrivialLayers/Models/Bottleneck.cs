using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// The bottleneck unit of He et al. (2016), <i>Deep Residual Learning</i>, fig. 5, with the stride on its 3×3 convolution as in torchvision's <c>Bottleneck</c>:
/// 1×1 to the group's channels, 3×3, 1×1 to four times as many, each with batch norm. The shortcut is a 1×1 projection with batch norm when the shape changes, else the identity.
/// </summary>
public sealed class Bottleneck : Module<Tensor, Tensor>, IResidualUnit, IDescribed
{
    /// <summary>Channels of the output for each of the group's channels.</summary>
    internal const int Expansion = 4;

    private readonly Module<Tensor, Tensor> conv1;
    private readonly Module<Tensor, Tensor> bn1;
    private readonly Module<Tensor, Tensor> conv2;
    private readonly Module<Tensor, Tensor> bn2;
    private readonly Module<Tensor, Tensor> conv3;
    private readonly Module<Tensor, Tensor> bn3;
    private readonly Module<Tensor, Tensor>? downsample;

    /// <summary>Makes a unit <c>[N, in, H, W] → [N, 4·channels, H/stride, W/stride]</c>.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="channels">Channels of the group, between the 1×1 convolutions.</param>
    /// <param name="stride">Stride of the 3×3 convolution in pixels.</param>
    public Bottleneck(long inChannels, long channels, long stride) : base(nameof(Bottleneck))
    {
        var outChannels = Expansion * channels;
        conv1 = Conv2d(inChannels, channels, 1, bias: false);
        bn1 = BatchNorm2d(channels);
        conv2 = Conv2d(channels, channels, 3, stride, padding: 1, bias: false);
        bn2 = BatchNorm2d(channels);
        conv3 = Conv2d(channels, outChannels, 1, bias: false);
        bn3 = BatchNorm2d(outChannels);
        downsample = ShortcutModule.For(inChannels, outChannels, stride);
        ChangesChannels = inChannels != outChannels;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public string Description => "bottleneck";

    /// <inheritdoc/>
    public bool ChangesChannels { get; }

    /// <inheritdoc/>
    public Tensor Branch(Tensor input)
    {
        using var scope = NewDisposeScope();
        var reduced = functional.relu(bn1.call(conv1.call(input)), inplace: true);
        var hidden = functional.relu(bn2.call(conv2.call(reduced)), inplace: true);
        return bn3.call(conv3.call(hidden)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Shortcut(Tensor input) => downsample is null ? input.alias() : downsample.call(input);

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return functional.relu(Branch(input).add_(Shortcut(input)), inplace: true).MoveToOuterDisposeScope();
    }
}
