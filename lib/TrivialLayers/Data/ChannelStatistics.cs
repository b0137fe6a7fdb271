using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>Per channel mean and standard deviation (of the population) of pixel / 255.</summary>
internal sealed record ChannelStatistics(float[] Mean, float[] Std)
{
    /// <summary>
    /// From slices <c>uint8 [n, C, H, W]</c> on the CPU. Sums are whole numbers, so the result does not depend on order, threads or platform.
    /// </summary>
    public static ChannelStatistics Of(IEnumerable<Tensor> slices)
    {
        long[]? sums = null, squares = null;
        var pixels = 0L;
        foreach (var slice in slices)
        {
            var (images, channels, plane) = ((int)slice.shape[0], (int)slice.shape[1], (int)(slice.shape[2] * slice.shape[3]));
            sums ??= new long[channels];
            squares ??= new long[channels];
            pixels += (long)images * plane;
            var bytes = slice.bytes;
            for (var i = 0; i < images * channels; i++)
            {
                var (sum, square) = Sums(bytes.Slice(i * plane, plane));
                sums[i % channels] += sum;
                squares[i % channels] += square;
            }
        }
        var mean = new float[sums!.Length];
        var std = new float[sums.Length];
        for (var c = 0; c < sums.Length; c++)
        {
            mean[c] = (float)(sums[c] / (255.0 * pixels));
            // n·Σx² − (Σx)² in 128 bits: exact, never negative.
            var variance = (double)((Int128)pixels * squares![c] - (Int128)sums[c] * sums[c]);
            std[c] = variance == 0 ? 1 : (float)(Math.Sqrt(variance) / (255.0 * pixels));
        }
        return new ChannelStatistics(mean, std);
    }

    private static (long Sum, long Squares) Sums(ReadOnlySpan<byte> values)
    {
        long sum = 0, squares = 0;
        foreach (int value in values)
        {
            sum += value;
            squares += value * value;
        }
        return (sum, squares);
    }
}
