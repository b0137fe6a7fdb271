namespace TrivialLayers;

/// <summary>A trained ResNet with its size, as claim C7 needs it.</summary>
/// <param name="Depth">Layers with weights, shortcuts not counted: 6n + 2.</param>
/// <param name="Width">Channels of the first group.</param>
/// <param name="Network">The trained network, with the drop of each layer.</param>
public sealed record SizedNetwork(int Depth, int Width, NetworkVerdicts Network);
