using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// Confirms by numbers that a network is right for batches of any size, where its file fixes the batch and merges the images with other axes: two images together must get the answers that each gets alone.
/// </summary>
internal static class FreedBatch
{
    /// <param name="network">The network.</param>
    /// <param name="path">Its file.</param>
    /// <param name="batch">The batch that the file fixes.</param>
    /// <exception cref="NotSupportedException">They do not.</exception>
    public static void Demand(OnnxNetwork network, string path, long batch)
    {
        using var scope = NewDisposeScope();
        using var evaluation = new EvaluationMode(network);
        using var generator = new Generator(1, CPU);
        var images = randn([2, network.Channels, network.Height, network.Width], generator: generator);
        if (!IsSame(() => network.call(images), () => cat([network.call(images[..1]), network.call(images[1..])])))
            throw new NotSupportedException($"{path}: two images in one batch would get other outputs than each by itself: {Refusal.FixedBatch(batch)}.");
    }

    private static bool IsSame(Func<Tensor> together, Func<Tensor> alone)
    {
        try
        {
            return FoldedNetwork.AreSameLogits(together(), alone());
        }
        catch (Exception error) when (error is ExternalException or ArgumentException) // torch, or an operator, over shapes that do not fit
        {
            return false;
        }
    }
}
