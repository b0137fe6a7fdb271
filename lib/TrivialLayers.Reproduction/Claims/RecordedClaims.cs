namespace TrivialLayers;

/// <summary>What <see cref="Claims.Load"/> found.</summary>
/// <param name="Records">The claims that could be read, by claim and profile.</param>
/// <param name="Unreadable">The files that could not be read; show them, do not skip them.</param>
public sealed record RecordedClaims(IReadOnlyList<ClaimRecord> Records, IReadOnlyList<UnreadableClaim> Unreadable);
