using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// The basic residual unit of He et al. (2016), <i>Deep Residual Learning</i>, fig. 2: <c>relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x))</c>.
/// The shortcut is a 1×1 projection with batch norm when the shape changes, else the identity. Names as torchvision's <c>BasicBlock</c>.
/// </summary>
public sealed class BasicBlock : Module<Tensor, Tensor>, IResidualUnit, IDescribed
{
    private readonly Module<Tensor, Tensor> conv1;
    private readonly Module<Tensor, Tensor> bn1;
    private readonly Module<Tensor, Tensor> conv2;
    private readonly Module<Tensor, Tensor> bn2;
    private readonly Module<Tensor, Tensor>? downsample;

    /// <summary>Makes a unit <c>[N, in, H, W] → [N, out, H/stride, W/stride]</c>.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output; with zero-padded shortcuts no fewer than those of the input.</param>
    /// <param name="stride">Stride of the first convolution in pixels.</param>
    /// <param name="shortcut">What the shortcut does where the shape changes.</param>
    public BasicBlock(long inChannels, long outChannels, long stride, ShortcutKind shortcut = ShortcutKind.Projection) : base(nameof(BasicBlock))
    {
        conv1 = Conv2d(inChannels, outChannels, 3, stride, padding: 1, bias: false);
        bn1 = BatchNorm2d(outChannels);
        conv2 = Conv2d(outChannels, outChannels, 3, padding: 1, bias: false);
        bn2 = BatchNorm2d(outChannels);
        downsample = ShortcutModule.For(inChannels, outChannels, stride, shortcut);
        ChangesChannels = inChannels != outChannels;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public string Description => "basic_block";

    /// <inheritdoc/>
    public bool ChangesChannels { get; }

    /// <inheritdoc/>
    public Tensor Branch(Tensor input)
    {
        using var scope = NewDisposeScope();
        var hidden = functional.relu(bn1.call(conv1.call(input)), inplace: true);
        return bn2.call(conv2.call(hidden)).MoveToOuterDisposeScope();
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
