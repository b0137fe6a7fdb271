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
    public PaddedIdentity(long inChannels, long outChannels, long stride) : base(nameof(PaddedIdentity))
    {
        Stride = stride;
        Before = (outChannels - inChannels) / 2;
        After = outChannels - inChannels - Before;
    }

    /// <summary>Which rows and columns are kept: every so many.</summary>
    public long Stride { get; }

    /// <summary>Channels of zeros before the others.</summary>
    public long Before { get; }

    /// <summary>Channels of zeros after the others.</summary>
    public long After { get; }

    public string Description => string.Create(CultureInfo.InvariantCulture, $"zero_padded_shortcut stride={Stride} before={Before} after={After}");

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var kept = input.slice(2, 0, input.shape[2], Stride).slice(3, 0, input.shape[3], Stride);
        return functional.pad(kept, [0, 0, 0, 0, Before, After]).MoveToOuterDisposeScope();
    }
}
