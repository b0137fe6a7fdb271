using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Two convolutions with batch norm and ReLU: a <see cref="BasicBlock"/> without its shortcut, the same names.</summary>
public sealed class PlainBlock : Module<Tensor, Tensor>, IDescribed
{
    private readonly Module<Tensor, Tensor> conv1;
    private readonly Module<Tensor, Tensor> bn1;
    private readonly Module<Tensor, Tensor> conv2;
    private readonly Module<Tensor, Tensor> bn2;

    /// <summary>Makes a unit <c>[N, in, H, W] → [N, out, H/stride, W/stride]</c>.</summary>
    public PlainBlock(long inChannels, long outChannels, long stride) : base(nameof(PlainBlock))
    {
        conv1 = Conv2d(inChannels, outChannels, 3, stride, padding: 1, bias: false);
        bn1 = BatchNorm2d(outChannels);
        conv2 = Conv2d(outChannels, outChannels, 3, padding: 1, bias: false);
        bn2 = BatchNorm2d(outChannels);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public string Description => "plain_block";

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var hidden = functional.relu(bn1.call(conv1.call(input)), inplace: true);
        return functional.relu(bn2.call(conv2.call(hidden)), inplace: true).MoveToOuterDisposeScope();
    }
}
