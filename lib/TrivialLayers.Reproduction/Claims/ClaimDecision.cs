namespace TrivialLayers;

/// <summary>What a claim's rule decided; <see cref="Claims"/> stores it.</summary>
/// <param name="Verdict">What the evidence shows.</param>
/// <param name="Effect">The measured effect, in <paramref name="Unit"/>; NaN when no network qualifies.</param>
/// <param name="Interval">Its interval, or null.</param>
/// <param name="Unit">What the effect measures, with its unit.</param>
/// <param name="Because">Why, one sentence each.</param>
public sealed record ClaimDecision(ClaimVerdict Verdict, double Effect, Interval? Interval, string Unit, IReadOnlyList<string> Because);
