namespace TrivialLayers;

/// <summary>The sizes of a <see cref="GroupedNetwork"/>.</summary>
/// <param name="Depth">Layers with weights on the longest path.</param>
/// <param name="Width">Channels of the stem; group g (from 0) has <c>Width · 2^g</c>.</param>
/// <param name="Units">Units in each of three or four groups.</param>
/// <param name="Expansion">A unit's output has this many times its group's channels: 4 for bottlenecks, else 1.</param>
/// <param name="HasLargeStem">A 7×7 stem with stride 2 and max pooling, for images of about 224×224 pixels; else 3×3.</param>
internal sealed record GroupedLayout(int Depth, int Width, IReadOnlyList<int> Units, int Expansion = 1, bool HasLargeStem = false)
{
    /// <summary>Three groups of n units with two convolutions each.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The depth is not 6n + 2.</exception>
    public static GroupedLayout ForSmallImages(int depth, int width) => depth >= 8 && depth % 6 == 2
        ? new(depth, width, [(depth - 2) / 6, (depth - 2) / 6, (depth - 2) / 6])
        : throw new ArgumentOutOfRangeException(nameof(depth), depth, "The depth of a small-image network must be 6n + 2: 8, 14, 20, 32, 44, 56, 110, …");

    /// <summary>Table 1 of He et al. (2016).</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such depth.</exception>
    public static GroupedLayout ForLargeImages(int depth, int width, bool hasLargeStem) => depth switch
    {
        18 => new(depth, width, [2, 2, 2, 2], 1, hasLargeStem),
        34 => new(depth, width, [3, 4, 6, 3], 1, hasLargeStem),
        50 => new(depth, width, [3, 4, 6, 3], Bottleneck.Expansion, hasLargeStem),
        101 => new(depth, width, [3, 4, 23, 3], Bottleneck.Expansion, hasLargeStem),
        152 => new(depth, width, [3, 8, 36, 3], Bottleneck.Expansion, hasLargeStem),
        _ => throw new ArgumentOutOfRangeException(nameof(depth), depth, "The depth of a large-image ResNet must be 18, 34, 50, 101 or 152."),
    };
}
