namespace TrivialLayers;

/// <summary>A network that knows more of its segments than their modules tell.</summary>
internal interface IFoldable
{
    /// <summary>The folded form of one of its segments, or null where it has none.</summary>
    IFoldedSegment? Fold(Segment segment);
}
