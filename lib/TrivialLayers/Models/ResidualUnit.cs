using TorchSharp;
using TorchSharp.Modules;
using TrivialLayers.Models.Folding;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Models;

/// <summary>
/// The basic residual unit of He et al. (2016), <i>Deep Residual Learning</i>, fig. 2: <c>relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x))</c>.
/// The shortcut is a 1×1 projection with batch norm when the shape changes, else the identity. Names as torchvision's <c>BasicBlock</c>.
/// </summary>
public sealed class ResidualUnit : Module<Tensor, Tensor>, IFoldableUnit
{
    private readonly Module<Tensor, Tensor> conv1;
    private readonly Module<Tensor, Tensor> bn1;
    private readonly Module<Tensor, Tensor> conv2;
    private readonly Module<Tensor, Tensor> bn2;
    private readonly Module<Tensor, Tensor>? downsample;

    /// <summary>Makes a unit <c>[N, in, H, W] → [N, out, H/stride, W/stride]</c>.</summary>
    public ResidualUnit(long inChannels, long outChannels, long stride) : base(nameof(ResidualUnit))
    {
        conv1 = Conv2d(inChannels, outChannels, 3, stride, padding: 1, bias: false);
        bn1 = BatchNorm2d(outChannels);
        conv2 = Conv2d(outChannels, outChannels, 3, padding: 1, bias: false);
        bn2 = BatchNorm2d(outChannels);
        downsample = stride != 1 || inChannels != outChannels ? new Chain(Conv2d(inChannels, outChannels, 1, stride, bias: false), BatchNorm2d(outChannels)) : null;
        ChangesChannels = inChannels != outChannels;
        RegisterComponents();
    }

    /// <summary>Whether the unit's output has other channels than its input.</summary>
    public bool ChangesChannels { get; }

    /// <summary>The branch: what the unit adds to its shortcut, <c>[N, out, H/stride, W/stride]</c>.</summary>
    public Tensor Branch(Tensor input)
    {
        using var scope = NewDisposeScope();
        var hidden = functional.relu(bn1.call(conv1.call(input)), inplace: true);
        return bn2.call(conv2.call(hidden)).MoveToOuterDisposeScope();
    }

    /// <summary>The shortcut: the input itself (an alias), or its projection.</summary>
    public Tensor Shortcut(Tensor input) => downsample is null ? input.alias() : downsample.call(input);

    IFoldedStage? IFoldableUnit.Fold(string name) => FoldedUnit.Of(
        downsample is not null,
        FoldedConvolution.Of($"{name}.conv1", conv1, bn1),
        FoldedConvolution.Of($"{name}.conv2", conv2, bn2),
        downsample is Chain { Modules: [var projection, var normalisation] } ? FoldedConvolution.Of($"{name}.downsample.0", projection, normalisation) : null);

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return functional.relu(Branch(input).add_(Shortcut(input)), inplace: true).MoveToOuterDisposeScope();
    }
}
