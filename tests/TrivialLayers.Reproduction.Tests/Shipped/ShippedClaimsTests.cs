using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TrivialLayers.Results;

namespace TrivialLayers.Tests;

/// <summary>What the kept summary says of the claims is what the rules make of the shipped runs.</summary>
[Trait("Category", "Slow")]
public sealed partial class ShippedClaimsTests
{
    [Fact]
    public void The_kept_summary_shows_the_verdicts_and_effects_of_the_shipped_runs()
    {
        using var shipped = new ShippedRuns();
        var kept = KeptSummary();

        Assert.All(Evidence.Of(Profile.Quick, shipped).Claims, found =>
            Assert.Contains($"{found.Claim.Id} {ClaimWords.NameOf(found.Decision.Verdict)} {ClaimWords.Effect(found.Decision.Effect, found.Decision.Interval)} ", kept, StringComparison.Ordinal));
    }

    /// <summary>The table of claims that <c>10-summary</c> is kept with, as text with single spaces.</summary>
    private static string KeptSummary()
    {
        var cells = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryFolder.Data, "..", "notebooks", "10-summary.ipynb")))!["cells"]!.AsArray();
        var verdict = Assert.Single(cells, cell => cell!["metadata"]!["tags"] is JsonArray tags && tags.Any(tag => (string?)tag == "verdict"))!;
        var text = string.Concat(verdict["outputs"]!.AsArray().SelectMany(output => output!["data"]?["text/plain"]!.AsArray() ?? []).Select(line => (string?)line));
        return Spaces().Replace(text, " ");
    }

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}
