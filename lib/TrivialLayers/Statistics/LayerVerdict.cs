
namespace TrivialLayers;

/// <summary>What zeroing one convolution of a trained network did.</summary>
/// <param name="Layer">The layer's name, as "layer2.0.conv1".</param>
/// <param name="Role">What it does in its network.</param>
/// <param name="Drop">Drop in test accuracy, percentage points.</param>
/// <param name="Interval">Simultaneous interval of the drop, percentage points.</param>
/// <param name="Verdict">The verdict at the margin.</param>
public sealed record LayerVerdict(string Layer, LayerRole Role, double Drop, Interval Interval, Verdict Verdict);
