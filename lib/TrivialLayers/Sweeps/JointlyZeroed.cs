
namespace TrivialLayers;

/// <summary>What zeroing some convolutions at once did.</summary>
/// <param name="Layers">Their dotted names, in the order in which they were zeroed.</param>
/// <param name="Evaluation">The network's answers with these kernels at zero.</param>
/// <param name="Agreement">Share of images, in percent, for which the prediction is the baseline's.</param>
/// <param name="Change">Images lost and gained against the baseline, and the drop in percentage points.</param>
/// <param name="Interval">Simultaneous interval of the drop over all sets that were tried together, in percentage points.</param>
public sealed record JointlyZeroed(IReadOnlyList<string> Layers, Evaluation Evaluation, double Agreement, PairedCounts Change, Interval Interval)
{
    /// <summary>Accuracy with these kernels at zero, in percent.</summary>
    public double Accuracy => Evaluation.Percent;

    /// <summary>Baseline minus zeroed accuracy, in percentage points.</summary>
    public double Drop => Change.Drop;

    /// <summary>Whether the network does without these layers together, at the default margin of one percentage point.</summary>
    public Verdict Verdict => VerdictAt(Margin.Default);

    /// <summary>The verdict at another margin.</summary>
    public Verdict VerdictAt(Margin margin)
    {
        ArgumentNullException.ThrowIfNull(margin);
        return margin.Decide(Interval);
    }
}
