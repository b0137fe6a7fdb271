using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Models;

/// <summary>Forward passes that leave a network as it was: mode restored, statistics untouched, nothing recorded for gradients.</summary>
internal static class NetworkProbe
{
    /// <summary>For fewer images libtorch looks for NNPACK, and warns on each convolution where the processor has no use for it.</summary>
    private const int Images = 16;

    /// <summary>Runs a batch of black images through the network in evaluation mode; hooks see the shapes.</summary>
    public static void ForwardZeros(Module<Tensor, Tensor> network, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var evaluation = new EvaluationMode(network);
        network.call(zeros(Images, channels, height, width, device: DeviceOf(network)));
    }

    /// <summary>The device that holds the network's parameters, the CPU for a network without any.</summary>
    public static Device DeviceOf(Module network) => network.parameters().FirstOrDefault()?.device ?? CPU;
}
