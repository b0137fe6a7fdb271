using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TrivialLayers.Results;

namespace TrivialLayers.Tests;

/// <summary>The notebooks are kept with outputs of the default profile; what they say of the claims is what the generated tables say.</summary>
public sealed partial class ShippedClaimsTests
{
    [Fact]
    public void The_kept_summary_has_the_verdict_and_effect_of_each_claim_that_the_tables_have()
    {
        var block = MarkedBlock.In(File.ReadAllText(Path.Combine(RepositoryFolder.ShippedRuns, "README.md")), "data/checkpoints/README.md").Text;
        var onTheSample = block.Split("### ")[1].Split('\n');
        var kept = KeptSummary();

        Assert.All(Claims.All, claim =>
        {
            var cells = Assert.Single(onTheSample, line => line.StartsWith($"| {claim.Id} |", StringComparison.Ordinal)).Trim('|', ' ').Split(" | ");
            Assert.Contains($"{claim.Id} {cells[1]} {cells[2]} {Profile.Quick.Name} ", kept, StringComparison.Ordinal);
        });
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
