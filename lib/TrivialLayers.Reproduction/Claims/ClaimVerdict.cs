namespace TrivialLayers;

/// <summary>What the evidence shows about a claim.</summary>
public enum ClaimVerdict
{
    /// <summary>The claim's rule holds.</summary>
    Reproduced,

    /// <summary>The opposite of the claim's rule is shown.</summary>
    NotReproduced,

    /// <summary>Neither: too few trained networks, or intervals too wide.</summary>
    Undecided,
}
