using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// One step of a <see cref="StagedNetwork"/>: what it computes, and which modules it uses. A sweep keeps each stage's input and
/// starts at the stage that holds the zeroed layer.
/// </summary>
/// <param name="Name">A name to show, for example <c>layer1.0</c>.</param>
/// <param name="Modules">The dotted names of the modules this stage uses; a layer belongs to it when its name is one of them or starts with one and a dot.</param>
/// <param name="Forward">The stage's computation; it neither keeps nor disposes its input.</param>
public sealed record Stage(string Name, IReadOnlyList<string> Modules, Func<Tensor, Tensor> Forward)
{
    /// <summary>Prepares the stage for evaluation, or gives null where a module of it was replaced by one that cannot be folded; null for stages that are always computed as they are.</summary>
    internal Func<IFoldedStage?>? Fold { get; init; }

    /// <summary>Whether the layer of that dotted name is computed in this stage.</summary>
    public bool Holds(string layer) =>
        Modules.Any(module => layer == module || layer.StartsWith(module + ".", StringComparison.Ordinal));

    /// <summary>A stage for each of some units that come one after another.</summary>
    /// <param name="name">The dotted name of the chain of units in the network.</param>
    /// <param name="units">The units.</param>
    internal static IEnumerable<Stage> ForEachOf(string name, Chain units) =>
        units.Modules.Select((unit, index) => new Stage($"{name}.{index}", [$"{name}.{index}"], unit.call) { Fold = () => (unit as IFoldableUnit)?.Fold($"{name}.{index}") });
}
