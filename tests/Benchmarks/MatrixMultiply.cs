using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Benchmarks;

/// <summary>What this machine can compute at best: the rate of a large matrix multiply in float32.</summary>
internal static class MatrixMultiply
{
    private const int Size = 2048;

    private static readonly Lazy<double> s_rate = new(Measure);

    /// <summary>In GFLOP/s, a multiplication and an addition counted as two.</summary>
    public static double Rate => s_rate.Value;

    private static double Measure()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (rand(Size, Size), rand(Size, Size));
        a.matmul(b);
        return 2.0 * Size * Size * Size / Turns.Medians(() => Turns.Seconds(() => a.matmul(b)))[0] / 1e9;
    }
}
