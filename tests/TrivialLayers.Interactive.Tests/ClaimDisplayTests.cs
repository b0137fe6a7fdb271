using System.Text.Json.Nodes;
using System.Xml.Linq;
using Microsoft.DotNet.Interactive.Formatting;

namespace TrivialLayers.Tests;

public sealed class ClaimDisplayTests
{
    private static readonly ClaimRecord Record = new()
    {
        Claim = "C1",
        Profile = "quick",
        Verdict = ClaimVerdict.NotReproduced,
        Effect = 38.14,
        Interval = new Interval(33.3, 42.86, 0.75),
        Unit = "Trivial layers, percent",
        Notes = ["ResNet-20, seed 1 needs every convolution.", "a < b"],
        Sources = ["0123456789abcdef", "short"],
        Provenance = new("0.1.0", "0.107.0", "2.10.0", ".NET 10", "Linux", "a processor", 2, DateTimeOffset.UnixEpoch),
        Recorded = new DateTime(2026, 11, 24, 7, 5, 0, DateTimeKind.Utc),
    };

    public ClaimDisplayTests() => NotebookDisplay.Register();

    [Fact]
    public void A_record_says_the_claim_the_verdict_the_effect_the_rule_the_notes_and_its_origin()
    {
        Assert.Equal(["text/html", "application/vnd.notebook.finding+json", "text/plain"], Formatter.GetPreferredMimeTypesFor(typeof(ClaimRecord)));
        var plain = Record.ToDisplayString("text/plain").Split('\n');
        Assert.Equal($"C1 {Claims.Of("C1").Sentence}", plain[0]);
        Assert.Equal("✗ not reproduced: 38.1 [33.3, 42.9] (75 % interval), Trivial layers, percent", plain[1]);
        Assert.Equal($"Decided by: {Claims.Of("C1").Rule}", plain[2]);
        Assert.Equal(["- ResNet-20, seed 1 needs every convolution.", "- a < b"], plain[3..5]);
        Assert.Equal(
            "Profile quick, recorded 2026-11-24 07:05 UTC from 0123456789ab…, short; Trivial Layers 0.1.0, TorchSharp 0.107.0, libtorch 2.10.0, .NET 10, Linux, a processor, cpu, 2 threads.", plain[5]);
    }

    [Fact]
    public void A_record_is_a_finding_for_the_page_over_all_notebooks()
    {
        var finding = JsonNode.Parse(Record.ToDisplayString("application/vnd.notebook.finding+json"))!;
        Assert.Equal(("C1", "✗ not reproduced"), ((string?)finding["subject"], (string?)finding["outcome"]));
        Assert.Equal("38.1 [33.3, 42.9] (75 % interval), Trivial layers, percent", (string?)finding["measured"]);
        Assert.Equal(Claims.Of("C1").Sentence, (string?)finding["statement"]);
        Assert.Equal("0123456789abcdef short", (string?)finding["sources"]);
    }

    [Fact]
    public void As_a_page_it_says_the_same_in_the_same_order()
    {
        var html = XElement.Parse(Record.ToDisplayString("text/html"));
        var plain = Record.ToDisplayString("text/plain").Replace("\n", "", StringComparison.Ordinal).Replace("- ", "", StringComparison.Ordinal)
            .Replace("reproduced: ", "reproduced", StringComparison.Ordinal).Replace("interval), ", "interval) ", StringComparison.Ordinal);
        Assert.Equal(plain, html.Value);
        Assert.Equal(2, html.Descendants("li").Count());
    }

    [Theory]
    [InlineData(ClaimVerdict.Reproduced, "✓ reproduced")]
    [InlineData(ClaimVerdict.NotReproduced, "✗ not reproduced")]
    [InlineData(ClaimVerdict.Undecided, "? undecided")]
    public void A_verdict_is_a_sign_and_a_word_not_only_a_colour(ClaimVerdict verdict, string text)
    {
        var html = XElement.Parse((Record with { Verdict = verdict }).ToDisplayString("text/html"));
        Assert.Equal(text, html.Descendants("span").Single().Value);
    }

    [Fact]
    public void A_decision_without_networks_says_that_nothing_was_measured()
    {
        var decision = ClaimRules.SomeLayersAreTrivial([]);
        Assert.Equal(["text/html", "text/plain"], Formatter.GetPreferredMimeTypesFor(typeof(ClaimDecision)));
        Assert.StartsWith("? undecided: no effect was measured, ", decision.ToDisplayString("text/plain"), StringComparison.Ordinal);
        Assert.Contains("<li>No over-parameterised ResNet was given.</li>", decision.ToDisplayString("text/html"), StringComparison.Ordinal);
    }

    [Fact]
    public void Recorded_claims_are_listed_with_those_that_could_not_be_read()
    {
        var claims = new RecordedClaims([Record, Record with { Claim = "C2" }], [new UnreadableClaim("x.json", "x.json cannot be read.")]);
        var html = claims.ToDisplayString("text/html");
        Assert.Contains("<strong>C1</strong>", html, StringComparison.Ordinal);
        Assert.Contains("<strong>C2</strong>", html, StringComparison.Ordinal);
        Assert.Contains("<li>x.json cannot be read.</li>", html, StringComparison.Ordinal);
        Assert.EndsWith("\n\nx.json cannot be read.", claims.ToDisplayString("text/plain"), StringComparison.Ordinal);
        Assert.Equal("No claim is recorded yet.", new RecordedClaims([], []).ToDisplayString("text/plain"));
    }
}
