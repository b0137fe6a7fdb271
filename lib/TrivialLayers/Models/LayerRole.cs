namespace TrivialLayers;

/// <summary>What a convolution layer does in its network; the paper's claims are about these groups.</summary>
public enum LayerRole
{
    /// <summary>In a user's module whose layers nobody has assigned to a role.</summary>
    Unspecified,

    /// <summary>The first convolution, which sees the image.</summary>
    Stem,

    /// <summary>
    /// In a residual unit whose output has other channels than its input, the layer that makes the change:
    /// the paper's "feature decomposition layer".
    /// </summary>
    ChannelChange,

    /// <summary>The projection on a shortcut.</summary>
    Shortcut,

    /// <summary>Any other layer in the branch of a residual unit.</summary>
    Residual,

    /// <summary>Everything but the stem in a network without shortcuts, and what stands in none of its units in a network that was read with others.</summary>
    Plain,

    /// <summary>Its output is put beside its input, as in a dense network (Huang et al. 2017): without it the rest still sees what came before.</summary>
    Dense,
}
