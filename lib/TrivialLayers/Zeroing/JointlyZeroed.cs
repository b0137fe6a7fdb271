using TrivialLayers.Evidence;

namespace TrivialLayers.Zeroing;

/// <summary>What zeroing some convolutions at once did.</summary>
/// <param name="Layers">Their dotted names, in the order in which they were zeroed.</param>
/// <param name="Evaluation">The network's answers with these kernels at zero.</param>
public sealed record JointlyZeroed(IReadOnlyList<string> Layers, Evaluation Evaluation);
