namespace TrivialLayers;

/// <summary>What changing one target did: a layer, or several together.</summary>
/// <param name="Layers">The changed layers, in the order in which they were chosen.</param>
/// <param name="Share">Share of the layer that was changed, above 0 and at most 1: 1 but for an <see cref="Intervention"/> that varies it.</param>
/// <param name="Measured">The network with these layers changed.</param>
/// <param name="Drop">How much worse it is than the untouched network, in the measure's unit; percentage points of accuracy. Negative where the change helped.</param>
/// <param name="Interval">Interval of the drop, simultaneous over all targets of the sweep, in the same unit.</param>
/// <param name="Change">Images lost and gained; null by a measure that is not right or wrong.</param>
/// <param name="CrossEntropyChange">Changed minus untouched mean cross-entropy in nats; by accuracy alone, else null.</param>
/// <param name="Verdict">The verdict at the sweep's margin.</param>
public sealed record SweptTarget(
    IReadOnlyList<Layer> Layers, double Share, Measurement Measured, double Drop, Interval Interval, PairedCounts? Change, double? CrossEntropyChange, Verdict Verdict)
{
    /// <summary>The layer; of several together the one that was chosen last.</summary>
    public Layer Layer => Layers[^1];

    /// <summary>The dotted names of the layers.</summary>
    public IReadOnlyList<string> Names => [.. Layers.Select(layer => layer.Name)];

    /// <summary>The measure's mean over the images, in its unit; accuracy in percent.</summary>
    public double Value => Measured.Value;

    /// <summary>The verdict at another margin.</summary>
    public Verdict VerdictAt(Margin margin)
    {
        ArgumentNullException.ThrowIfNull(margin);
        return margin.Decide(Interval);
    }
}
