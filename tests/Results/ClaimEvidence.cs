namespace TrivialLayers.Results;

/// <summary>The outcome of a claim, and the trainings that decided it.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Decision">What its rule decided.</param>
/// <param name="Trainings">All that were given to the rule, those that it left out included.</param>
internal sealed record ClaimEvidence(Claim Claim, ClaimDecision Decision, IReadOnlyList<SweptRun> Trainings);
