using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Which layers a <see cref="Sweep"/> changes together: each alone, given sets, growing sets, or sets found on the way.</summary>
public sealed class Targets
{
    private readonly Func<IReadOnlyList<Layer>, IReadOnlyList<IReadOnlyList<string>>> _sets;

    private Targets(Func<IReadOnlyList<Layer>, IReadOnlyList<IReadOnlyList<string>>> sets) => _sets = sets;

    /// <summary>Each layer alone: what the paper does.</summary>
    public static Targets Each { get; } = new(layers => [.. layers.Select(layer => new[] { layer.Name })]);

    /// <summary>Whether the targets are found on the way, one layer a step.</summary>
    internal bool IsGreedy { get; private init; }

    /// <summary>Steps of a greedy search; null for as many as there are layers.</summary>
    internal int? Steps { get; private init; }

    /// <summary>Given sets of layers, each changed together.</summary>
    /// <param name="sets">Sets of dotted names, none empty.</param>
    /// <exception cref="ArgumentException">A set is empty.</exception>
    public static Targets Sets(IReadOnlyList<IReadOnlyList<string>> sets)
    {
        ArgumentNullException.ThrowIfNull(sets);
        return sets.All(set => set.Count > 0) ? new(_ => sets) : throw new ArgumentException("A set is empty; name at least one layer in each set.", nameof(sets));
    }

    /// <summary>The layers that a function gives the same name, changed together: those of a unit, or of a role.</summary>
    /// <param name="groupOf">A group's name; layers for which it is null are in none.</param>
    public static Targets Groups(Func<Layer, string?> groupOf)
    {
        ArgumentNullException.ThrowIfNull(groupOf);
        return new(layers => [.. layers.GroupBy(groupOf).Where(group => group.Key is not null).Select(group => group.Select(layer => layer.Name).ToList())]);
    }

    /// <summary>The first layer of a list, the first two, and so on to all of them.</summary>
    /// <param name="order">Dotted names, each once.</param>
    /// <exception cref="ArgumentException">A name is given twice, or none.</exception>
    public static Targets Cumulative(IReadOnlyList<string> order)
    {
        ArgumentNullException.ThrowIfNull(order);
        if (order.Distinct().Count() != order.Count)
            throw new ArgumentException($"A layer is named twice: {string.Join(", ", order)}.", nameof(order));
        return Sets([.. order.Select((_, index) => order.Take(index + 1).ToList())]);
    }

    /// <summary>
    /// In each step, of the layers that are left, the one whose loss leaves the best value; among equals the one with the lower cross-entropy. Each step ranks them again. Use it on validation images: a
    /// choice made on the test images would flatter it.
    /// </summary>
    /// <param name="steps">How many layers to choose, 1 or more; by default all.</param>
    public static Targets Greedy(int? steps = null)
    {
        if (steps is { } given)
            ArgumentOutOfRangeException.ThrowIfLessThan(given, 1, nameof(steps));
        return new(_ => []) { IsGreedy = true, Steps = steps };
    }

    /// <summary>Sets drawn without replacement, each as likely as any other of its size: what a chosen set is to be compared with.</summary>
    /// <param name="sizes">Layers in a set, each 1 or more and no more than there are.</param>
    /// <param name="draws">How many sets of each size, 1 or more.</param>
    /// <param name="seed">Decides the draws.</param>
    public static Targets Random(IReadOnlyList<int> sizes, int draws, long seed)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        return new(layers => [.. sizes.SelectMany(size => Enumerable.Range(0, draws).Select(draw => Draw(layers, size, draw, seed)))]);
    }

    /// <summary>The sets of a network's layers.</summary>
    /// <exception cref="ArgumentException">A set names a layer twice, or one that is not there.</exception>
    internal IReadOnlyList<IReadOnlyList<string>> Of(Module network, IReadOnlyList<Layer> layers)
    {
        var sets = _sets(layers);
        NetworkLayers.Demand(network, sets.SelectMany(set => set), linearToo: true);
        if (sets.FirstOrDefault(set => set.Distinct().Count() != set.Count) is { } twice)
            throw new ArgumentException($"A set names a layer twice: {string.Join(", ", twice)}.");
        if (sets.Count == 0 && !IsGreedy)
            throw new ArgumentException("There is nothing to change: no set, or no layer in a group.");
        return sets;
    }

    /// <summary>The targets in data, part of a sweep's address.</summary>
    /// <param name="layers">The layers to choose among.</param>
    /// <param name="isEveryConvolution">Whether these are simply the network's convolutions.</param>
    /// <param name="sets">What <see cref="Of"/> returned.</param>
    internal JsonObject Describe(IReadOnlyList<Layer> layers, bool isEveryConvolution, IReadOnlyList<IReadOnlyList<string>> sets)
    {
        if (!IsGreedy)
            return ReferenceEquals(this, Each) && isEveryConvolution ? Operation.Id("each") : Operation.Sets(sets);
        var greedy = Operation.Id("greedy", ("steps", Math.Min(Steps ?? layers.Count, layers.Count)));
        if (!isEveryConvolution)
            greedy["among"] = new JsonArray([.. layers.Select(layer => JsonValue.Create(layer.Name))]);
        return greedy;
    }

    private static List<string> Draw(IReadOnlyList<Layer> layers, int size, int draw, long seed)
    {
        if (size < 1 || size > layers.Count)
            throw new ArgumentOutOfRangeException(nameof(size), size, $"A set in this network must have 1 to {layers.Count} layers.");
        var random = new SplitMix64(Seeds.Derive(seed, $"joint zeroing, size {size}, draw {draw}"));
        var places = Enumerable.Range(0, layers.Count).ToArray();
        random.ChooseToFront(places, size);
        return [.. places.Take(size).Order().Select(place => layers[place].Name)];
    }
}
