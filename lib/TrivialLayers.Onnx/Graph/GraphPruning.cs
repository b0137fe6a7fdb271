using Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// Takes zeroed layers out of a graph. What a layer without its kernel gives does not depend on the image, nor does what is computed from that alone. So all of it is computed once and becomes a constant: a
/// value for each channel, others at the border where a padded convolution saw the edge of the image, or a whole map where even that is not enough.
/// </summary>
internal static class GraphPruning
{
    private static readonly string[] s_broadcasting = ["Add", "Sub", "Mul", "Div", "Sum", "Mean", "Max", "Min", "Pow", "Where"];

    /// <exception cref="ArgumentException">Nothing of the image would be left.</exception>
    public static void TakeOut(OnnxNetwork network, IReadOnlyList<string> layers)
    {
        using var scope = NewDisposeScope();
        var graph = network.Graph;
        var values = ValuesWithout(network, layers);
        if (values.ContainsKey(graph.Output))
            throw new ArgumentException($"With {string.Join(", ", layers.Select(layer => $"'{layer}'"))} at zero nothing of the image is left, so nothing can be taken out. Choose among layers that have a branch around them.", nameof(layers));
        var nodes = new List<GraphNode>();
        foreach (var node in graph.Nodes.Where(node => !values.ContainsKey(node.Proto.Output[0])))
        {
            for (var input = 0; input < node.Proto.Input.Count; input++)
            {
                if (values.TryGetValue(node.Proto.Input[input], out var value))
                    nodes.AddRange(Put(network, node.Proto, input, value, UnitOf(layers[0])));
            }

            nodes.Add(node);
        }

        graph.Nodes.Clear();
        graph.Nodes.AddRange(nodes);
        graph.Prune();
        network.Compose();
    }

    /// <summary>All values that do not depend on the image once these layers are at zero, each for one image.</summary>
    private static Dictionary<string, Tensor> ValuesWithout(OnnxNetwork network, IReadOnlyList<string> layers)
    {
        using var evaluation = new EvaluationMode(network);
        using var zeroing = Zeroing.Of(network, layers);
        var values = new Dictionary<string, Tensor>();
        var zeroed = layers.ToHashSet();
        foreach (var node in network.Graph.Nodes)
        {
            var isZeroed = node.Layer is { } layer && zeroed.Contains(layer);
            Tensor? Value(string name) => values.GetValueOrDefault(name) ?? network.Constant(name);
            if (!isZeroed && !node.Needs.All(name => Value(name) is not null))
                continue;
            Tensor? Input(string name, int place) => name.Length == 0 || node.Captured.Contains(place) ? null
                : Value(name) ?? zeros([1, .. network.Graph.Shapes[name][1..]], device: NetworkProbe.DeviceOf(network));
            foreach (var (name, output) in node.Proto.Output.Zip(node.Prepared.Run([.. node.Proto.Input.Select(Input)])))
                values[name] = output;
        }

        return values;
    }

    /// <summary>Puts a value as a constant in the place of an input, and gives the nodes that spread it.</summary>
    private static List<GraphNode> Put(OnnxNetwork network, NodeProto node, int input, Tensor value, string unit)
    {
        var graph = network.Graph;
        var isMap = value.dim() == 4 && s_broadcasting.Contains(node.OpType);
        var shrunk = isMap ? ConstantBranchUnit.Shrink(value) ?? value : value;
        var name = $"{node.Input[input]}:constant";
        var nodes = new List<GraphNode>();
        if (network.HeldName(name) is null)
        {
            network.Hold(network.FreeName(unit + "constant"), name, shrunk.clone().DetachFromDisposeScope(), isTrained: true);
            graph.Shapes[name] = shrunk.shape;
        }

        if (isMap && shrunk.shape[2] > 1 && !shrunk.shape.SequenceEqual(value.shape))
        {
            foreach (var axis in new[] { 2, 3 })
            {
                var places = $"{name}:places{(axis == 2 ? "" : "-across")}";
                graph.Constants[places] = tensor(Enumerable.Range(0, (int)value.shape[axis]).Select(place => place == 0 ? 0L : place == value.shape[axis] - 1 ? 2L : 1L).ToArray()).DetachFromDisposeScope();
                nodes.Add(Make(graph, new NodeProto { OpType = "Gather", Name = $"{places}:{node.Output[0]}", Input = { nodes.Count == 0 ? name : nodes[^1].Proto.Output[0], places }, Output = { $"{places}:{node.Output[0]}" }, Attribute = { Opset.Integer("axis", axis) } }));
            }

            node.Input[input] = nodes[^1].Proto.Output[0];
            return nodes;
        }

        node.Input[input] = name;
        if (!s_broadcasting.Contains(node.OpType))
        {
            nodes.AddRange(ForEachImage(network, node, name, value));
            node.Input[input] = nodes[^1].Proto.Output[0];
        }

        return nodes;
    }

    /// <summary>Repeats a constant for each image of the batch, whose size another input of the node tells.</summary>
    private static IEnumerable<GraphNode> ForEachImage(OnnxNetwork network, NodeProto node, string constant, Tensor value)
    {
        var graph = network.Graph;
        var other = node.Input.First(name => name != constant && graph.Shapes.TryGetValue(name, out var shape) && shape[0] == GraphReader.Batch);
        string Value(string what) => $"{constant}:{what}:{node.Output[0]}";
        var (first, rest) = (Value("first"), Value("rest"));
        graph.Constants[first] = zeros(1, ScalarType.Int64).DetachFromDisposeScope();
        graph.Constants[rest] = tensor(value.shape[1..]).DetachFromDisposeScope();
        return
        [
            Make(graph, new NodeProto { OpType = "Shape", Name = Value("shape"), Input = { other }, Output = { Value("shape") } }),
            Make(graph, new NodeProto { OpType = "Gather", Name = Value("batch"), Input = { Value("shape"), first }, Output = { Value("batch") } }),
            Make(graph, new NodeProto { OpType = "Concat", Name = Value("size"), Input = { Value("batch"), rest }, Output = { Value("size") }, Attribute = { Opset.Integer("axis", 0) } }),
            Make(graph, new NodeProto { OpType = "Expand", Name = Value("spread"), Input = { constant, Value("size") }, Output = { Value("spread") } }),
        ];
    }

    private static GraphNode Make(OnnxGraph graph, NodeProto node)
    {
        var call = new Call(node, graph.Source, graph.Opset, graph.Constants, graph.Shapes);
        return new GraphNode(node, Operators.Prepare(call), call.Captured);
    }

    private static string UnitOf(string layer) => layer[..(layer.LastIndexOf('.') + 1)];
}
