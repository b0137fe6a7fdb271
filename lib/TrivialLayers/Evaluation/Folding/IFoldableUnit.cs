namespace TrivialLayers;

/// <summary>A unit of a network that can be prepared for evaluation.</summary>
internal interface IFoldableUnit
{
    /// <summary>The unit with its batch norms folded, or null where a module of it was replaced by one that cannot be folded.</summary>
    /// <param name="name">The unit's dotted name in the network.</param>
    IFoldedStage? Fold(string name);
}
