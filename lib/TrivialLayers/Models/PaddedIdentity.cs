using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// A shortcut without weights (option A of He et al. 2016): every <c>stride</c>-th row and column, <c>[N, in, H, W] → [N, out, H/stride, W/stride]</c>, the added channels zero, half of them before and
/// half after the others.
/// </summary>
internal sealed class PaddedIdentity : Module<Tensor, Tensor>, IDescribed
{
    private readonly long _stride;
    private readonly long _before;
    private readonly long _after;

    public PaddedIdentity(long inChannels, long outChannels, long stride) : base(nameof(PaddedIdentity))
    {
        _stride = stride;
        _before = (outChannels - inChannels) / 2;
        _after = outChannels - inChannels - _before;
    }

    public string Description => string.Create(CultureInfo.InvariantCulture, $"zero_padded_shortcut stride={_stride} before={_before} after={_after}");

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var kept = input.slice(2, 0, input.shape[2], _stride).slice(3, 0, input.shape[3], _stride);
        return functional.pad(kept, [0, 0, 0, 0, _before, _after]).MoveToOuterDisposeScope();
    }
}
