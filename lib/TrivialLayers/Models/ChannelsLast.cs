using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>The memory layout in which CPUs and GPUs convolve fastest.</summary>
public static class ChannelsLast
{
    /// <summary>The same values and shape <c>[N, C, H, W]</c>, stored with the channels of a pixel side by side. Convolutions keep the layout.</summary>
    public static Tensor ToChannelsLast(this Tensor images)
    {
        using var scope = NewDisposeScope();
        return images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
