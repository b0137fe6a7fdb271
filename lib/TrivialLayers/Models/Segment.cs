using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// One step of a <see cref="SegmentedNetwork"/>: what it computes, and which modules it uses. A sweep keeps each segment's input and starts at the segment that holds the changed layer.
/// </summary>
/// <param name="Name">A name to show, for example <c>layer1.0</c>.</param>
/// <param name="Modules">The dotted names of the modules this segment uses, in their order; a layer belongs to it when its name is one of them or starts with one and a dot.</param>
/// <param name="Forward">The segment's computation; it neither keeps nor disposes its input.</param>
public sealed record Segment(string Name, IReadOnlyList<string> Modules, Func<Tensor, Tensor> Forward)
{
    /// <summary>Whether the layer, parameter or buffer of that dotted name is used in this segment.</summary>
    public bool Holds(string name) =>
        Modules.Any(module => name == module || name.StartsWith(module + ".", StringComparison.Ordinal));

    /// <summary>A segment for each of some units that come one after another.</summary>
    /// <param name="name">The dotted name of the chain of units in the network.</param>
    /// <param name="units">The units.</param>
    internal static IEnumerable<Segment> ForEachOf(string name, Chain units) =>
        units.Modules.Select((unit, index) => new Segment($"{name}.{index}", [$"{name}.{index}"], unit.call));
}
