namespace TrivialLayers;

/// <summary>By what the weights of a filter are measured.</summary>
public enum Norm
{
    /// <summary>The sum of their magnitudes, as Li et al. (2017), <i>Pruning Filters for Efficient ConvNets</i>, rank filters.</summary>
    L1,

    /// <summary>The root of the sum of their squares.</summary>
    L2,
}
