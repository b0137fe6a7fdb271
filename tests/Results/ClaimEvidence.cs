namespace TrivialLayers.Results;

/// <summary>What became of a claim, and the trainings that decided it.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Decision">What its rule gave.</param>
/// <param name="Trainings">All that the rule was asked about, those that it left out included.</param>
internal sealed record ClaimEvidence(Claim Claim, ClaimDecision Decision, IReadOnlyList<SweptRun> Trainings);
