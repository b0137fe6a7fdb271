using TrivialLayers.Evidence;
using TrivialLayers.Models;

namespace TrivialLayers.Zeroing;

/// <summary>What zeroing one convolution did to a metric.</summary>
/// <param name="Layer">The convolution.</param>
/// <param name="Value">Mean of the metric over the images with the kernel at zero.</param>
/// <param name="Drop">Baseline minus that, in the metric's unit.</param>
/// <param name="Interval">Simultaneous interval of the drop over all layers of the sweep, by paired bootstrap over images.</param>
public sealed record MetricDrop(ConvolutionLayer Layer, double Value, double Drop, Interval Interval);
