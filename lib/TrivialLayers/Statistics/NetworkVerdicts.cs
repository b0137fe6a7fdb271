using MathNet.Numerics.Statistics;

namespace TrivialLayers;

/// <summary>One trained network with the verdict on each of its convolutions: the unit that claims are about.</summary>
/// <param name="Architecture">What was trained, seed apart: "ResNet-20, width 16". Networks of one architecture have the same layers.</param>
/// <param name="Seed">The seed of the training.</param>
/// <param name="TrainingAccuracy">Accuracy on the training images as they are, percent.</param>
/// <param name="TestAccuracy">Baseline accuracy on the test images, percent.</param>
/// <param name="Layers">One verdict for each convolution, in the network's order; at least one.</param>
public sealed record NetworkVerdicts(string Architecture, long Seed, double TrainingAccuracy, double TestAccuracy, IReadOnlyList<LayerVerdict> Layers)
{
    /// <summary>The training accuracy from which a network counts as over-parameterised, percent.</summary>
    public const double OverParameterisedFrom = 99.5;

    /// <summary>Whether the network fits its training images: training accuracy at least 99.5 %.</summary>
    public bool IsOverParameterised => TrainingAccuracy >= OverParameterisedFrom;

    /// <summary>Share of the layers with that verdict, percent.</summary>
    public double Share(Verdict verdict) => 100.0 * Layers.Count(layer => layer.Verdict == verdict) / Layers.Count;

    /// <summary>The median drop of the layers with a role, percentage points; NaN where there is none.</summary>
    public double MedianDrop(LayerRole role) => Layers.Where(layer => layer.Role == role).Select(layer => layer.Drop).Median();

    /// <summary>Whether any layer has that verdict.</summary>
    public bool Has(Verdict verdict) => Layers.Any(layer => layer.Verdict == verdict);
}
