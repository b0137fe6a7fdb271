
namespace TrivialLayers.Tests;

/// <summary>Outcomes one by one, for tests to compare.</summary>
internal static class OutcomesAsArray
{
    public static bool[] ToArray(this Outcomes outcomes) => [.. Enumerable.Range(0, outcomes.Count).Select(image => outcomes[image])];
}
