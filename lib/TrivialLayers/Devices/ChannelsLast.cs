using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>The memory layout in which a device convolves fastest.</summary>
public static class ChannelsLast
{
    /// <summary>Images per step from which on a GPU trains faster with the channels of a pixel side by side: measured at 128 and 512 on an NVIDIA H200 in single precision.</summary>
    private const int LargeBatch = 256;

    /// <summary>The same values and shape <c>[N, C, H, W]</c>, stored with the channels of a pixel side by side. Convolutions keep the layout.</summary>
    public static Tensor ToChannelsLast(this Tensor images)
    {
        using var scope = NewDisposeScope();
        return images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The same values, laid as their device evaluates fastest: channels last on a CPU. On a GPU in single precision the default layout: on an NVIDIA H200 an evaluation of
    /// ResNet-20 takes 0.4 of the time.
    /// </summary>
    internal static Tensor ForEvaluation(this Tensor images) => images.device_type == DeviceType.CUDA ? images.contiguous() : images.ToChannelsLast();

    /// <summary>Whether a training run lays images, and on a GPU kernels, with the channels of a pixel side by side.</summary>
    internal static bool IsForTraining(Device device, int batch) => device.type != DeviceType.CUDA || batch >= LargeBatch;
}
