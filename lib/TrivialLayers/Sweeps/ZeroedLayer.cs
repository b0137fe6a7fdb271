
namespace TrivialLayers;

/// <summary>What zeroing one convolution did.</summary>
/// <param name="Layer">The convolution.</param>
/// <param name="Outcomes">Right or wrong for each image with the kernel at zero, and the mean cross-entropy in nats.</param>
/// <param name="Confusion">Which classes were taken for which with the kernel at zero.</param>
/// <param name="Agreement">Share of images, in percent, for which the prediction is the baseline's.</param>
/// <param name="Change">Images lost and gained against the baseline, and the drop in percentage points.</param>
/// <param name="Interval">Simultaneous interval of the drop over all layers of the sweep, in percentage points.</param>
/// <param name="CrossEntropyChange">Zeroed minus baseline mean cross-entropy, in nats.</param>
public sealed record ZeroedLayer(
    ConvolutionLayer Layer,
    Outcomes Outcomes,
    ConfusionMatrix Confusion,
    double Agreement,
    PairedCounts Change,
    Interval Interval,
    double CrossEntropyChange)
{
    /// <summary>Baseline minus zeroed accuracy, in percentage points.</summary>
    public double Drop => Change.Drop;

    /// <summary>Accuracy with the kernel at zero, in percent.</summary>
    public double Accuracy => Outcomes.Accuracy;

    /// <summary>The verdict at the default margin of one percentage point.</summary>
    public Verdict Verdict => VerdictAt(Margin.Default);

    /// <summary>The verdict at another margin.</summary>
    public Verdict VerdictAt(Margin margin)
    {
        ArgumentNullException.ThrowIfNull(margin);
        return margin.Decide(Interval);
    }
}
