namespace TrivialLayers;

/// <summary>What is left of what a network knows with one of its layers zeroed, on a scale that different tasks and metrics share.</summary>
/// <param name="Layer">The convolution.</param>
/// <param name="Share">
/// (zeroed − chance) / (baseline − chance): 1 where nothing is lost, 0 where always predicting one class would be as good, below 0 where that would be better. NaN where the baseline itself is no better than chance.
/// </param>
/// <param name="Verdict">The verdict of the sweep on the layer.</param>
public sealed record LeftAboveChance(Layer Layer, double Share, Verdict Verdict)
{
    internal static double ShareOf(double zeroed, double baseline, double chance) => baseline > chance ? (zeroed - chance) / (baseline - chance) : double.NaN;
}
