namespace TrivialLayers.Results;

/// <summary>What the shipped runs show.</summary>
internal sealed class MeasuredFindings(string images, Evidence evidence) : IFindings
{
    public string Images => images;

    public Evidence Evidence => evidence;

    public string? Verdict(Claim claim) => Of(claim) is { } found ? ClaimWords.NameOf(found.Decision.Verdict) : null;

    public string? Found(Claim claim) => Of(claim) is { } found ? Sentences.Found(found, evidence) : null;

    /// <summary>What the value that was found is, where it is not said with it.</summary>
    public string Lead(Claim claim) => Of(claim) is { } found ? Sentences.Lead(found, evidence) : "";

    private ClaimEvidence? Of(Claim claim) => evidence.Claims.FirstOrDefault(found => found.Claim == claim);
}
