namespace TrivialLayers;

/// <summary>The roles of the convolutions of a residual network.</summary>
internal static class ResidualRoles
{
    /// <param name="layer">The layer's dotted name.</param>
    /// <param name="channelChanges">The names of the layers that give a unit's output other channels than its input has.</param>
    public static LayerRole Of(string layer, IReadOnlySet<string> channelChanges)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (layer == "conv1")
            return LayerRole.Stem;
        if (layer.Contains(".downsample.", StringComparison.Ordinal))
            return LayerRole.Shortcut;
        return channelChanges.Contains(layer) ? LayerRole.ChannelChange : LayerRole.Residual;
    }
}
