using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// How many images a batch has where nothing is learned from it. A CPU is best served by <see cref="Evaluation.DefaultBatch"/>; a GPU by more, which keep it busy longer than an operation takes to start, as far as
/// its memory goes.
/// </summary>
internal static class DeviceBatch
{
    /// <summary>More did not make a GPU faster.</summary>
    private const int Most = 1000;

    private static readonly ConditionalWeakTable<Module, StrongBox<long>> s_featuresPerImage = [];

    /// <summary>The batch for a network, where it is, and images of a set.</summary>
    public static int For(Module<Tensor, Tensor> network, ImageSet images)
    {
        var device = NetworkProbe.DeviceOf(network);
        if (device.type != DeviceType.CUDA)
            return Evaluation.DefaultBatch;
        if (CardMemory.Free(device) is not { } free)
            return Most;

        return In(free, s_featuresPerImage.GetValue(network, _ => new(FeaturesPerImage(network, images))).Value);
    }

    /// <summary>The batch for a GPU with so many bytes free. A sweep keeps what goes into each segment; half of the free memory for that leaves room for one layer's work and for others.</summary>
    internal static int In(long free, long featuresPerImage) => (int)Math.Clamp(free / 2 / Math.Max(featuresPerImage * sizeof(float), 1), 1, Most);

    /// <summary>Numbers that all modules of a network give for one image.</summary>
    internal static long FeaturesPerImage(Module<Tensor, Tensor> network, ImageSet images)
    {
        var features = 0L;
        using var watch = new HookScope();
        foreach (var module in network.modules().OfType<Module<Tensor, Tensor>>())
            watch.Add(module, (_, output) => features += output.numel());
        NetworkProbe.ForwardZeros(network, images.Channels, images.Height, images.Width);
        return features / NetworkProbe.Images;
    }
}
