using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>Nodes between two tensors through each of which the whole computation passes.</summary>
/// <param name="nodes">The nodes in order.</param>
/// <param name="input">The tensor before them.</param>
/// <param name="output">The tensor after them.</param>
internal sealed class Piece(IReadOnlyList<GraphNode> nodes, string input, string output)
{
    public IReadOnlyList<GraphNode> Nodes => nodes;

    /// <summary>The tensor before the nodes.</summary>
    public string Input => input;

    /// <summary>The tensor after them.</summary>
    public string Output => output;

    /// <summary>Computes the tensor after the nodes.</summary>
    /// <param name="features">The tensor before them.</param>
    /// <param name="constant">A constant of the network by its name, or null.</param>
    public Tensor Forward(Tensor features, Func<string, Tensor?> constant) => Compute(new() { [input] = features }, constant, (node, inputs) => node.Prepared.Run(inputs));

    /// <summary>Computes the tensor after the nodes from values that are there, and nothing that it does not need; each other feature map lives until its last use.</summary>
    /// <param name="values">What is there, and behind it what is to be kept.</param>
    /// <param name="constant">A constant of the network by its name, or null.</param>
    /// <param name="run">Computes a node from its inputs.</param>
    /// <param name="needsNothing">Whether a node is computed without its inputs.</param>
    /// <param name="kept">Values to keep.</param>
    public Tensor Compute(Dictionary<string, Tensor> values, Func<string, Tensor?> constant, Func<GraphNode, Tensor?[], Tensor[]> run, Func<GraphNode, bool>? needsNothing = null, IReadOnlySet<string>? kept = null)
    {
        using var scope = NewDisposeScope();
        HashSet<string> stays = [.. values.Keys, .. kept ?? new HashSet<string>(), output];
        foreach (var (node, unneeded) in Order(values, needsNothing))
        {
            var isAlone = needsNothing?.Invoke(node) is true;
            Tensor?[] inputs = [.. node.Proto.Input.Select((name, place) => isAlone || name.Length == 0 || node.Captured.Contains(place) ? null : values.GetValueOrDefault(name) ?? constant(name))];
            foreach (var (name, value) in node.Proto.Output.Zip(run(node, inputs)))
                values[name] = value;
            foreach (var name in unneeded.Where(name => !stays.Contains(name)))
            {
                if (values.Remove(name, out var value))
                    value.Dispose();
            }
        }

        foreach (var name in kept ?? new HashSet<string>())
        {
            if (values.TryGetValue(name, out var value))
                value.MoveToOuterDisposeScope();
        }

        return (nodes.Count == 0 ? values[input].alias() : values[output]).MoveToOuterDisposeScope();
    }

    /// <summary>The nodes that the output needs, each with the values that nothing needs after it.</summary>
    private List<(GraphNode Node, List<string> Unneeded)> Order(Dictionary<string, Tensor> values, Func<GraphNode, bool>? needsNothing)
    {
        var (needed, order) = (new HashSet<string> { output }, new List<(GraphNode Node, List<string> Unneeded)>());
        foreach (var node in nodes.Reverse().Where(node => node.Proto.Output.Any(name => needed.Contains(name) && !values.ContainsKey(name))))
        {
            List<string> unneeded = [.. node.Proto.Output.Where(name => !needed.Contains(name))];
            unneeded.AddRange((needsNothing?.Invoke(node) is true ? [] : node.Needs).Where(needed.Add));
            order.Add((node, unneeded));
        }

        order.Reverse();
        return order;
    }

    /// <summary>Cuts a graph wherever a single tensor holds all that the rest needs. What has no layer of its own goes with the layer before it.</summary>
    public static IReadOnlyList<Piece> Cut(OnnxGraph graph)
    {
        var pieces = new List<Piece>();
        var (first, input, hasLayer) = (0, graph.Input, false);
        var (start, name) = (0, graph.Input);
        foreach (var (end, next) in Cuts(graph))
        {
            var holdsLayer = graph.Nodes[start..end].Exists(node => node.IsLayer);
            if (hasLayer && holdsLayer)
            {
                pieces.Add(new Piece(graph.Nodes[first..start], input, name));
                (first, input, hasLayer) = (start, name, false);
            }

            (start, name, hasLayer) = (end, next, hasLayer || holdsLayer);
        }

        pieces.Add(new Piece(graph.Nodes[first..], input, graph.Output));
        return pieces;
    }

    /// <summary>The places between nodes, and the end, at which one tensor alone is still needed, with its name.</summary>
    private static IEnumerable<(int End, string Name)> Cuts(OnnxGraph graph)
    {
        var last = new Dictionary<string, int> { [graph.Output] = graph.Nodes.Count };
        foreach (var (i, node) in graph.Nodes.Index())
        {
            foreach (var name in node.Needs)
                last[name] = Math.Max(i, last.GetValueOrDefault(name));
        }

        var open = new HashSet<string> { graph.Input };
        foreach (var (i, node) in graph.Nodes.Index())
        {
            open.UnionWith(node.Proto.Output.Where(last.ContainsKey));
            open.ExceptWith(node.Needs.Where(name => last[name] == i));
            if (open.Count == 1)
                yield return (i + 1, open.First());
        }
    }
}
