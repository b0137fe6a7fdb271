using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Makes what stands on the shortcut of a residual unit.</summary>
internal static class ShortcutModule
{
    /// <summary>The module for a unit <c>[N, in, H, W] → [N, out, H/stride, W/stride]</c>, or null where the input itself fits.</summary>
    public static Module<Tensor, Tensor>? For(long inChannels, long outChannels, long stride, ShortcutKind kind = ShortcutKind.Projection) =>
        stride == 1 && inChannels == outChannels ? null
        : kind == ShortcutKind.ZeroPadded ? new PaddedIdentity(inChannels, outChannels, stride)
        : new Chain(Conv2d(inChannels, outChannels, 1, stride, bias: false), BatchNorm2d(outChannels));
}
