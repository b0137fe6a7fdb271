using Microsoft.Data.Analysis;

namespace TrivialLayers;

/// <summary>The claims and what became of them, as a table.</summary>
public static class ClaimTables
{
    /// <summary>
    /// A row a claim: verdict, effect with interval, evidence, notebook, sentence, rule, and what a reader typed from the paper. A claim that is not recorded for the profile shows as "not run yet"; below it stand
    /// its records for other profiles, smoke runs left out.
    /// </summary>
    /// <param name="recorded">What <see cref="Claims.Load"/> found.</param>
    /// <param name="profile">The profile that each claim has a row for.</param>
    /// <param name="paper">Numbers of the paper; none by default.</param>
    public static DataFrame Summary(RecordedClaims recorded, string profile, IReadOnlyList<PaperValue>? paper = null)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        var rows = Claims.All.SelectMany(claim =>
        {
            var records = recorded.Records.Where(record => record.Claim == claim.Id).ToLookup(record => record.Profile == profile);
            var others = records[false].Where(record => !record.Profile.EndsWith(Profile.SmokeSuffix, StringComparison.Ordinal));
            return records[true].Cast<ClaimRecord?>().DefaultIfEmpty().Concat(others).Select(record => (Claim: claim, Record: record));
        }).ToList();
        return new DataFrame(
            new StringDataFrameColumn("claim", rows.Select(row => row.Claim.Id)),
            new StringDataFrameColumn("verdict", rows.Select(row => row.Record is { } record ? ClaimWords.NameOf(record.Verdict) : "not run yet")),
            new StringDataFrameColumn("effect with interval", rows.Select(row => row.Record is { } record ? ClaimWords.Effect(record.Effect, record.Interval) : "")),
            new StringDataFrameColumn("profile", rows.Select(row => row.Record?.Profile ?? profile)),
            new StringDataFrameColumn("notebook", rows.Select(row => row.Claim.Notebook)),
            new StringDataFrameColumn("what the effect is", rows.Select(row => row.Record?.Unit ?? "")),
            new StringDataFrameColumn("evidence", rows.Select(row => row.Record is { } record ? EvidenceOf(record) : "")),
            new StringDataFrameColumn("sentence", rows.Select(row => row.Claim.Sentence)),
            new StringDataFrameColumn("decided by", rows.Select(row => row.Claim.Rule)),
            new StringDataFrameColumn("the paper", rows.Select(row => string.Join("; ", (paper ?? []).Where(value => value.Claim == row.Claim.Id)))));
    }

    private static string EvidenceOf(ClaimRecord record) => string.Join(' ', record.Notes.Prepend($"Based on {record.Sources.Count} training run{(record.Sources.Count == 1 ? "" : "s")}."));
}
