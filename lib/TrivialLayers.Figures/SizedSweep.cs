namespace TrivialLayers;

/// <summary>A trained network with its size and its sweep, for figures by size.</summary>
/// <param name="Depth">Layers with weights, shortcuts not counted.</param>
/// <param name="Width">Channels of the first group.</param>
/// <param name="Run">The training.</param>
/// <param name="Sweep">Each convolution zeroed in turn.</param>
public sealed record SizedSweep(int Depth, int Width, TrainedRun Run, Sweep Sweep);
