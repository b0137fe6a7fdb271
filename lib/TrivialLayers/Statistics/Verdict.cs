namespace TrivialLayers;

/// <summary>What the evidence says about one layer of one trained network.</summary>
public enum Verdict
{
    /// <summary>The whole interval of its drop lies below the margin: accuracy hardly moves without the layer.</summary>
    Trivial,

    /// <summary>The whole interval of its drop lies above the margin: the network needs the layer.</summary>
    NonTrivial,

    /// <summary>The interval contains the margin: these images do not tell.</summary>
    Undecided,
}
