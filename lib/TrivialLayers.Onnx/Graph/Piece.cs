using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>Nodes between two tensors through each of which the whole computation passes.</summary>
internal sealed class Piece
{
    private readonly IReadOnlyList<GraphNode> _nodes;
    private readonly string _input;
    private readonly string _output;
    private readonly List<string>[] _unneeded;

    /// <param name="nodes">The nodes in order.</param>
    /// <param name="input">The tensor before them.</param>
    /// <param name="output">The tensor after them.</param>
    public Piece(IReadOnlyList<GraphNode> nodes, string input, string output)
    {
        (_nodes, _input, _output) = (nodes, input, output);
        var last = new Dictionary<string, int>();
        foreach (var (i, node) in nodes.Index())
        {
            foreach (var name in node.Needs.Concat(node.Proto.Output))
                last[name] = i;
        }

        _unneeded = [.. nodes.Select(_ => new List<string>())];
        foreach (var (name, i) in last.Where(entry => entry.Key != input && entry.Key != output))
            _unneeded[i].Add(name);
    }

    public IReadOnlyList<GraphNode> Nodes => _nodes;

    /// <summary>Computes the tensor after the nodes; each feature map lives until its last use.</summary>
    /// <param name="input">The tensor before them.</param>
    /// <param name="constant">A constant of the network by its name, or null.</param>
    public Tensor Forward(Tensor input, Func<string, Tensor?> constant)
    {
        using var scope = NewDisposeScope();
        var values = new Dictionary<string, Tensor> { [_input] = input };
        foreach (var (i, node) in _nodes.Index())
        {
            var inputs = node.Proto.Input.Select((name, place) => name.Length == 0 || node.Captured.Contains(place) ? null : values.GetValueOrDefault(name) ?? constant(name)).ToArray();
            foreach (var (name, output) in node.Proto.Output.Zip(node.Prepared.Run(inputs)))
                values[name] = output;
            foreach (var name in _unneeded[i])
            {
                if (values.Remove(name, out var value))
                    value.Dispose();
            }
        }

        return (_nodes.Count == 0 ? input.alias() : values[_output]).MoveToOuterDisposeScope();
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
