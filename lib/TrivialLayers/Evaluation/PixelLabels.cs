using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>Logits and labels where each pixel has a label.</summary>
internal static class PixelLabels
{
    /// <summary>
    /// As if each pixel were an image: from <c>[N, classes, H, W]</c> and <c>[N, H, W]</c> to <c>[N·H·W, classes]</c> and <c>[N·H·W]</c>. On a GPU alone, whose loss over maps has no deterministic form; else,
    /// and where an image has one label, both as they are.
    /// </summary>
    public static (Tensor Logits, Tensor Labels) ForLoss(Tensor logits, Tensor labels) => labels.dim() > 1 && labels.device_type == DeviceType.CUDA
        ? (logits.permute(0, 2, 3, 1).reshape(-1, logits.shape[1]), labels.flatten())
        : (logits, labels);
}
