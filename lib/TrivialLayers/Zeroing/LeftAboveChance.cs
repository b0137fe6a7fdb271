using TrivialLayers.Evidence;
using TrivialLayers.Models;

namespace TrivialLayers.Zeroing;

/// <summary>What is left of what a network knows with one of its layers zeroed, on a scale that different tasks and metrics share.</summary>
/// <param name="Layer">The convolution.</param>
/// <param name="Share">(zeroed − chance) / (baseline − chance): 1 where nothing is lost, 0 where the best answer that is the same for all images is as good, below 0 where it is better.</param>
/// <param name="Verdict">The verdict of the sweep on the layer.</param>
public sealed record LeftAboveChance(ConvolutionLayer Layer, double Share, Verdict Verdict);
