using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Models;

/// <summary>Forward passes that leave a network as it was: mode restored, statistics untouched, nothing recorded for gradients.</summary>
internal static class NetworkProbe
{
    /// <summary>Runs one black image through the network in evaluation mode; hooks see the shapes.</summary>
    public static void ForwardZeros(Module<Tensor, Tensor> network, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var evaluation = new EvaluationMode(network);
        network.call(zeros(1, channels, height, width, device: DeviceOf(network)));
    }

    /// <summary>The device that holds the network's parameters, the CPU for a network without any.</summary>
    public static Device DeviceOf(Module network) => network.parameters().FirstOrDefault()?.device ?? CPU;
}
