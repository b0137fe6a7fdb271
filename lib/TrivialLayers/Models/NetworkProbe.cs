using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Forward passes that leave a network as it was: mode restored, statistics untouched, nothing recorded for gradients.</summary>
internal static class NetworkProbe
{
    /// <summary>Images of <see cref="ForwardZeros"/>. For fewer images libtorch looks for NNPACK, and warns on each convolution where the CPU has no use for it.</summary>
    public const int Images = 16;

    private const int SampledStep = 16;

    /// <summary>Runs a batch of black images through the network in evaluation mode; hooks see the shapes.</summary>
    public static void ForwardZeros(Module<Tensor, Tensor> network, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var evaluation = new EvaluationMode(network);
        network.call(zeros(Images, channels, height, width, device: DeviceOf(network)));
    }

    /// <summary>Enough of a network's output to know it by: logits <c>[N, classes]</c> as they are, of maps <c>[N, classes, H, W]</c> those of every 16th pixel in both directions.</summary>
    public static Tensor Sample(Tensor logits) => logits.dim() == 4 ? logits.slice(2, 0, logits.shape[2], SampledStep).slice(3, 0, logits.shape[3], SampledStep) : logits;

    /// <summary>The device that holds the network's parameters, the CPU for a network without any.</summary>
    public static Device DeviceOf(Module network) => network.parameters().FirstOrDefault()?.device ?? CPU;
}
