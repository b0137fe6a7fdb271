using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>What a network costs.</summary>
/// <param name="Parameters">Trained weights.</param>
/// <param name="Convolutions">Convolution layers.</param>
/// <param name="MultiplyAccumulates">Of all convolutions, for one image.</param>
/// <param name="Latency">Median time of one forward pass of a batch, in milliseconds.</param>
/// <param name="Batch">Images in that batch.</param>
public sealed record NetworkCost(long Parameters, int Convolutions, long MultiplyAccumulates, double Latency, int Batch)
{
    /// <summary>Counts and measures a network in evaluation mode, as it is: nothing folded.</summary>
    /// <param name="network">Any module from images <c>[N, C, H, W]</c>.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="height">Height of an image in pixels.</param>
    /// <param name="width">Width of an image in pixels.</param>
    /// <param name="batch">Images in the batch that is timed.</param>
    /// <param name="repeats">Timed passes, of which the median is taken; one more goes before them.</param>
    public static NetworkCost Of(Module<Tensor, Tensor> network, int channels, int height, int width, int batch = 16, int repeats = 21)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(repeats, 1);
        var layers = NetworkLayers.For(network, channels, height, width);
        return new NetworkCost(
            network.parameters().Sum(parameter => parameter.numel()), layers.Count, layers.Sum(layer => layer.MultiplyAccumulates ?? 0),
            Median(network, [batch, channels, height, width], repeats), batch);
    }

    private static double Median(Module<Tensor, Tensor> network, long[] shape, int repeats)
    {
        using var scope = NewDisposeScope();
        using var evaluation = new EvaluationMode(network);
        var images = zeros(shape, device: NetworkProbe.DeviceOf(network)).ToChannelsLast();
        var times = new List<double>();
        for (var i = 0; i <= repeats; i++)
        {
            using var pass = NewDisposeScope();
            var own = images.clone(); // a network may change its input in place
            var clock = Stopwatch.StartNew();
            network.call(own).cpu(); // on a GPU the time ends when the result is here
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        return times.Skip(1).Order().ElementAt(repeats / 2);
    }
}
