namespace TrivialLayers;

/// <summary>Which tensors of a file went into a network, by name; see <see cref="Weights.LoadByName"/>.</summary>
/// <param name="Loaded">Names that the network and the file have in the same shape.</param>
/// <param name="Missing">Names that the network has and the file has not: these keep their values.</param>
/// <param name="Extra">Names that the file has and the network has not; with the element type where that is not read.</param>
/// <param name="Misshapen">Names that both have in different shapes, each with both shapes: these keep their values.</param>
public sealed record WeightsReport(IReadOnlyList<string> Loaded, IReadOnlyList<string> Missing, IReadOnlyList<string> Extra, IReadOnlyList<string> Misshapen)
{
    private const int Shown = 5;

    /// <summary>What was taken off the names in the file to make them those of the network, for instance <c>module.</c>; empty when nothing was.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Whether every tensor of the network was loaded and the file holds no other.</summary>
    public bool IsComplete => Missing.Count + Extra.Count + Misshapen.Count == 0;

    /// <summary>The report as a sentence for each list.</summary>
    public override string ToString() =>
        (Prefix.Length > 0 ? $"The prefix '{Prefix}' was removed from the names in the file. " : "")
        + $"{Loaded.Count} tensors loaded. Missing: {List(Missing)}. Extra: {List(Extra)}. Of another shape: {List(Misshapen)}.";

    private static string List(IReadOnlyList<string> names) =>
        names.Count == 0 ? "none" : string.Join(", ", names.Take(Shown)) + (names.Count > Shown ? $" and {names.Count - Shown} more" : "");
}
