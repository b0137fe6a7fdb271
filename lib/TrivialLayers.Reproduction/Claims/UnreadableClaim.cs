namespace TrivialLayers;

/// <summary>A claim file that could not be read.</summary>
/// <param name="Path">The file.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record UnreadableClaim(string Path, string Reason);
