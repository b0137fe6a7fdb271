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

    private static readonly ConditionalWeakTable<Module, Known> s_known = [];

    /// <summary>The batch for a network, where it is, and images of a set.</summary>
    public static int For(Module<Tensor, Tensor> network, ImageSet images)
    {
        var device = NetworkProbe.DeviceOf(network);
        if (device.type != DeviceType.CUDA)
            return Evaluation.DefaultBatch;
        if (CudaRuntime.Free(device) is not { } free)
            return Most;

        var (shape, parameters) = ((images.Channels, images.Height, images.Width), network.parameters().Sum(parameter => parameter.numel()));
        if (!s_known.TryGetValue(network, out var known) || known.Shape != shape || known.Parameters != parameters)
            s_known.AddOrUpdate(network, known = new(shape, parameters, FeaturesPerImage(network, images)));
        return In(free, known.FeaturesPerImage);
    }

    /// <summary>What was found out for images of a shape, while the network has so many parameters: one that has others since is asked again.</summary>
    private sealed record Known((int Channels, int Height, int Width) Shape, long Parameters, long FeaturesPerImage);

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
