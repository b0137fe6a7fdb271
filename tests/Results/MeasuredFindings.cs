namespace TrivialLayers.Results;

/// <summary>What the shipped runs show.</summary>
internal sealed class MeasuredFindings(string images, Evidence evidence) : IFindings
{
    public string Images => images;

    public Evidence Evidence => evidence;

    public string? Verdict(Claim claim) => Of(claim) is { } found ? ClaimWords.NameOf(found.Decision.Verdict) : null;

    public string? Found(Claim claim) => Of(claim) is { } found ? Sentences.Found(found, evidence) : null;

    private ClaimEvidence? Of(Claim claim) => evidence.Claims.FirstOrDefault(found => found.Claim == claim);
}
