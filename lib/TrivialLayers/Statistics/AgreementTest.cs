namespace TrivialLayers;

/// <summary>How far networks agree on which layers matter, beyond what their strata explain.</summary>
/// <param name="Agreement">Mean within-stratum Kendall tau-b over pairs of networks, −1 to 1; by chance it is 0 on average.</param>
/// <param name="Interval">
/// The measured agreement minus the central part of the permutation distribution, cut at −1 and 1. It lies above zero exactly when so much agreement is
/// rarer by chance than (1 − level) / 2.
/// </param>
/// <param name="PValue">Share of permutations with at least this agreement, the measured order counted as one of them; one-sided.</param>
/// <param name="Networks">Number of networks compared.</param>
public sealed record AgreementTest(double Agreement, Interval Interval, double PValue, int Networks);
