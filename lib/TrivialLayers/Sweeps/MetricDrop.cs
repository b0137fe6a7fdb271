
namespace TrivialLayers;

/// <summary>What zeroing one convolution did to a metric.</summary>
/// <param name="Layer">The convolution.</param>
/// <param name="Value">Mean of the metric over the images with the kernel at zero.</param>
/// <param name="Drop">Baseline minus that, in the metric's unit.</param>
/// <param name="Interval">Simultaneous interval of the drop over all layers of the sweep, by paired bootstrap over images.</param>
/// <param name="Pooled">The metric's value of all images together, where it has one.</param>
public sealed record MetricDrop(ConvolutionLayer Layer, double Value, double Drop, Interval Interval, double? Pooled)
{
    /// <summary>The verdict at the default margin, one point; it says something for metrics in percent.</summary>
    public Verdict Verdict => VerdictAt(Margin.Default);

    /// <summary>The verdict at another margin.</summary>
    public Verdict VerdictAt(Margin margin)
    {
        ArgumentNullException.ThrowIfNull(margin);
        return margin.Decide(Interval);
    }
}
