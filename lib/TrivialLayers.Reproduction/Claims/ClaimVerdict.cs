namespace TrivialLayers;

/// <summary>What the evidence says about a claim of the paper.</summary>
public enum ClaimVerdict
{
    /// <summary>The claim's rule holds.</summary>
    Reproduced,

    /// <summary>The opposite of the claim's rule is shown.</summary>
    NotReproduced,

    /// <summary>Neither: too few trained networks, or intervals too wide.</summary>
    Undecided,
}
