
namespace TrivialLayers;

/// <summary>The outcome of a claim in one profile, as stored in <c>claims/C1.quick.json</c>.</summary>
public sealed record ClaimRecord
{
    /// <summary>C1 to C6.</summary>
    public required string Claim { get; init; }

    /// <summary>quick, reference or full, or a name of your own.</summary>
    public required string Profile { get; init; }

    /// <summary>What the evidence shows.</summary>
    public required ClaimVerdict Verdict { get; init; }

    /// <summary>The measured effect that decides the claim, in <see cref="Unit"/>.</summary>
    public required double Effect { get; init; }

    /// <summary>The effect's interval, in <see cref="Unit"/>; null where there is none (with one network, for example).</summary>
    public Interval? Interval { get; init; }

    /// <summary>What the effect measures, with its unit: "Trivial layers, percent of all convolutions".</summary>
    public required string Unit { get; init; }

    /// <summary>Why the rule decided so, and what a reader should know: one sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Addresses of the runs and sweeps behind the numbers.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>Machine and versions that computed it.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>When it was recorded, in universal time.</summary>
    public required DateTime Recorded { get; init; }

    /// <summary>SHA-256 of this record written without its checksum, in hexadecimal.</summary>
    public string Checksum { get; init; } = "";
}
