
namespace TrivialLayers.Tests;

public sealed class ClaimsTests : IDisposable
{
    private const string Machine = """
        "provenance": { "library": "0.1.0", "torchSharp": "", "libTorch": "", "dotNet": "", "operatingSystem": "", "processor": "", "threads": 2, "created": "2026-01-01T00:00:00+00:00" }
        """;
    private static readonly Provenance Here = new("0.1.0", "0.107.0", "2.10.0", ".NET 10.0", "Debian 12", "some processor", 2, new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero));
    private readonly string _runs = Directory.CreateTempSubdirectory("claims").FullName;

    public void Dispose() => Directory.Delete(_runs, recursive: true);

    [Fact]
    public void There_are_the_paper_s_six_claims_and_one_of_our_own_each_with_a_sentence_a_rule_and_a_notebook_that_records_it()
    {
        Assert.Equal(["C1", "C2", "C3", "C4", "C5", "C6", "C7"], Claims.All.Select(claim => claim.Id));
        Assert.All(Claims.All, claim => Assert.True(claim.Sentence.EndsWith('.') && claim.Rule.EndsWith('.')));
        Assert.All(Claims.All, claim => Assert.Contains($"Claims.Record(\\\"{claim.Id}\\\"", File.ReadAllText(Path.Combine(RepositoryRoot.Path, "notebooks", $"{claim.Notebook}.ipynb")), StringComparison.Ordinal));
        Assert.Contains("C1, C2", Assert.Throws<ArgumentException>(() => Claims.Of("C8")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recorded_claim_is_read_back()
    {
        var recorded = Claims.Record("C1", ClaimVerdict.Reproduced, 62.5, new Interval(50, 75, 0.75), "Trivial layers, percent", Here, "quick", ["9f86d081"], ["Three seeds."], _runs);
        Assert.True(File.Exists(Path.Combine(_runs, "claims", "C1.quick.json")));
        var loaded = Claims.Load(_runs);
        Assert.Empty(loaded.Unreadable);
        var record = Assert.Single(loaded.Records);
        Assert.Equivalent(recorded, record, strict: true);
        Assert.Equal(new Interval(50, 75, 0.75), record.Interval);
        Assert.Equal(DateTimeKind.Utc, record.Recorded.Kind);
    }

    [Fact]
    public void An_undecided_claim_without_effect_is_recorded_too()
    {
        var decision = ClaimRules.SomeLayersAreTrivial([]);
        Claims.Record("C1", decision, Here, "reference", folder: _runs);
        var record = Assert.Single(Claims.Load(_runs).Records);
        Assert.Equal(("reference", ClaimVerdict.Undecided, null), (record.Profile, record.Verdict, record.Interval));
        Assert.True(double.IsNaN(record.Effect));
        Assert.Equal(decision.Because, record.Notes);
    }

    [Fact]
    public void A_newer_outcome_takes_the_place_of_the_older_one_of_its_profile()
    {
        Record("C1", ClaimVerdict.Undecided, "quick");
        Record("C1", ClaimVerdict.Reproduced, "quick");
        Record("C1", ClaimVerdict.NotReproduced, "full");
        Assert.Equal([ClaimVerdict.NotReproduced, ClaimVerdict.Reproduced], Claims.Load(_runs).Records.Select(record => record.Verdict));
        Assert.Equal(2, Directory.GetFiles(Path.Combine(_runs, "claims")).Length);
    }

    [Theory]
    [InlineData("{ \"claim\": \"C1\", \"prof", "cannot be read")]
    [InlineData("", "cannot be read")]
    [InlineData("null", "holds no claim")]
    [InlineData("{}", "required")]
    [InlineData("""{ "claim": "C9", "profile": "quick", "verdict": "Reproduced", "effect": 1, "unit": "u", "recorded": "2026-01-01T00:00:00Z", """ + Machine + "}", "which does not exist")]
    [InlineData("""{ "claim": "C1", "profile": "full", "verdict": "Reproduced", "effect": 1, "unit": "u", "recorded": "2026-01-01T00:00:00Z", """ + Machine + "}", "which contradicts its file name")]
    [InlineData("""{ "claim": "C1", "profile": "quick", "verdict": "Probably", "effect": 1, "unit": "u", "recorded": "2026-01-01T00:00:00Z", """ + Machine + "}", "$.verdict")]
    [InlineData("""{ "claim": "C1", "profile": "quick", "verdict": 0, "effect": 1, "unit": "u", "recorded": "2026-01-01T00:00:00Z", """ + Machine + "}", "$.verdict")]
    [InlineData("""{ "claim": "C1", "profile": "quick", "verdict": "Reproduced", "effect": 1, "interval": { "low": 2, "high": 1, "level": 0.95 }, "unit": "u", "recorded": "2026-01-01T00:00:00Z", """ + Machine + "}", "lower end")]
    public void A_file_that_cannot_be_read_is_reported_and_set_aside_not_overwritten(string content, string reason)
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(_runs, "claims")).FullName, "C1.quick.json");
        File.WriteAllText(file, content);
        var unreadable = Assert.Single(Claims.Load(_runs).Unreadable);
        Assert.Equal(file, unreadable.Path);
        Assert.Contains("C1.quick.json", unreadable.Reason, StringComparison.Ordinal);
        Assert.Contains(reason, unreadable.Reason, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(file));

        var record = Record("C1", ClaimVerdict.Reproduced, "quick");
        Assert.Equal(content, File.ReadAllText(file + ".unreadable-1"));
        Assert.Contains("unreadable-1", Assert.Single(record.Notes), StringComparison.Ordinal);
        Assert.Single(Claims.Load(_runs).Records);
    }

    [Fact]
    public void Without_a_folder_there_are_no_claims() => Assert.Empty(Claims.Load(Path.Combine(_runs, "absent")).Records);

    [Theory]
    [InlineData("")]
    [InlineData("../quick")]
    [InlineData("Quick")]
    public void A_profile_names_a_file(string profile) => Assert.Throws<ArgumentException>(() => Record("C1", ClaimVerdict.Undecided, profile));

    [Fact]
    public void An_unknown_claim_is_not_recorded() => Assert.Throws<ArgumentException>(() => Record("C8", ClaimVerdict.Undecided, "quick"));

    private ClaimRecord Record(string claim, ClaimVerdict verdict, string profile) =>
        Claims.Record(claim, verdict, 1, null, "share", Here, profile, folder: _runs);
}
