namespace TrivialLayers;

/// <summary>How one kind of thing is drawn in every figure.</summary>
/// <param name="Colour">An sRGB colour, <c>#rrggbb</c>.</param>
/// <param name="Shape">The shape of its marks.</param>
internal sealed record Mark(string Colour, MarkShape Shape);
