using Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// Takes zeroed layers out of a graph. What a layer without its kernel gives does not depend on the image, nor does what is computed from that alone. So all of it is computed once and becomes a constant: a
/// value for each channel, others at the border where a padded convolution saw the edge of the image, or a whole map where even that is not enough.
/// </summary>
internal sealed class GraphPruning
{
    private readonly OnnxNetwork _network;
    private readonly OnnxGraph _graph;

    /// <summary>What does not depend on the image any more, for one image.</summary>
    private readonly Dictionary<string, Tensor> _values = [];

    /// <summary>Of these what goes, with the layer at zero from which it comes. The others were constants before, or sizes of what is left.</summary>
    private readonly Dictionary<string, string> _gone = [];

    private GraphPruning(OnnxNetwork network) => (_network, _graph) = (network, network.Graph);

    /// <exception cref="ArgumentException">Nothing of the image would be left, or what is left needs the size of what goes. Nothing is changed then.</exception>
    public static void TakeOut(OnnxNetwork network, IReadOnlyList<string> layers)
    {
        using var scope = NewDisposeScope();
        var pruning = new GraphPruning(network);
        pruning.Evaluate(layers);
        if (pruning._gone.ContainsKey(network.Graph.Output))
            throw new ArgumentException($"With {string.Join(", ", layers.Select(layer => $"'{layer}'"))} zeroed, no information about the image is left, so nothing can be removed. Choose layers that a shortcut bypasses.", nameof(layers));
        pruning.Demand();
        pruning.Replace();
        network.Compose();
    }

    /// <summary>All values that do not depend on the image once these layers are at zero. The size of the batch is taken to be one image.</summary>
    private void Evaluate(IReadOnlyList<string> layers)
    {
        using var evaluation = new EvaluationMode(_network);
        using var zeroing = Zeroing.Of(_network, layers);
        var zeroed = layers.ToHashSet();
        foreach (var node in _graph.Nodes)
        {
            var isZeroed = node.Layer is { } layer && zeroed.Contains(layer);
            if (!isZeroed && node.Proto.OpType is not ("Shape" or "Size") && !node.Needs.All(name => Value(name) is not null))
                continue;
            var origin = isZeroed ? node.Layer : node.Needs.Select(name => _gone.GetValueOrDefault(name)).FirstOrDefault(found => found is not null);
            Tensor? Input(string name, int place) => name.Length == 0 || node.Captured.Contains(place) ? null
                : Value(name) ?? zeros(_graph.ShapeForOneImage(name), device: NetworkProbe.DeviceOf(_network));
            foreach (var (name, output) in node.Proto.Output.Zip(node.Prepared.Run([.. node.Proto.Input.Select(Input)])))
            {
                _values[name] = output;
                if (origin is not null)
                    _gone[name] = origin;
            }
        }
    }

    private Tensor? Value(string name) => _values.GetValueOrDefault(name) ?? _network.Constant(name);

    private bool IsGone(GraphNode node) => _gone.ContainsKey(node.Proto.Output[0]);

    /// <exception cref="ArgumentException">A node that stays takes something that cannot be put there as a constant.</exception>
    private void Demand()
    {
        foreach (var (node, name) in _graph.Nodes.SelectMany(node => node.Needs.Where(_gone.ContainsKey).Select(name => (node, name))))
        {
            if (_graph.Shapes.ContainsKey(name) && !_graph.IsForEachImage(name))
                throw new ArgumentException($"{_graph.Source}: {Refusal.Name(node.Proto, _graph.Opset)} uses a value that combines the output of '{_gone[name]}' over several images, so it is not a constant per image and '{_gone[name]}' cannot be removed. Zero it instead.");
        }

        foreach (var node in _graph.Nodes.Where(node => !IsGone(node)))
        {
            foreach (var name in node.Needs.Where(_gone.ContainsKey))
            {
                if (_values[name].dtype is ScalarType.Int64 || (!Operators.Broadcasts(node.Proto.OpType) && Beside(node.Proto) is null))
                    throw new ArgumentException($"{_graph.Source}: {Refusal.Name(node.Proto, _graph.Opset)} depends on the size of the output of '{_gone[name]}', so that output cannot be replaced with a constant and '{_gone[name]}' cannot be removed.");
            }
        }
    }

    private void Replace()
    {
        using var trainable = inference_mode(false); // a constant made in inference mode could not be trained
        using var noGradients = no_grad();
        var nodes = new List<GraphNode>();
        foreach (var node in _graph.Nodes.Where(node => !IsGone(node)))
        {
            var beside = Beside(node.Proto);
            foreach (var name in node.Proto.Input.Where(_gone.ContainsKey).Distinct().ToList())
            {
                int[] places = [.. node.Proto.Input.Index().Where(input => input.Item == name).Select(input => input.Index)];
                var layer = _gone[name];
                nodes.AddRange(Put(node.Proto, places[0], layer[..(layer.LastIndexOf('.') + 1)], beside));
                foreach (var place in places)
                    node.Proto.Input[place] = node.Proto.Input[places[0]];
            }

            nodes.Add(node);
        }

        _graph.Nodes.Clear();
        _graph.Nodes.AddRange(nodes);
        _graph.Prune();
    }

    /// <summary>An input of a node of which there is one for each image, besides what goes; or null.</summary>
    private string? Beside(NodeProto node) => node.Input.FirstOrDefault(name => !_gone.ContainsKey(name) && _graph.Shapes.TryGetValue(name, out var shape) && shape is [OnnxGraph.Batch, ..]);

    /// <summary>Puts a value as a constant in the place of an input, and gives the nodes that spread it.</summary>
    private List<GraphNode> Put(NodeProto node, int input, string unit, string? beside)
    {
        var value = _values[node.Input[input]];
        var size = _graph.Shapes[node.Output[0]];
        var isMap = value.dim() == 4 && value.is_floating_point() && Operators.Broadcasts(node.OpType)
            && node.Input.Any(name => !_gone.ContainsKey(name) && _graph.Shapes.TryGetValue(name, out var other) && other.Length == 4 && other.AsSpan(2).SequenceEqual(size.AsSpan(2))); // another gives the size
        var shrunk = isMap ? ConstantBranchUnit.Shrink(value) ?? value : value;
        var name = $"{node.Input[input]}:constant{(isMap ? "" : "-whole")}";
        if (_network.HeldName(name) is null)
        {
            _network.Hold(_network.FreeName(unit + "constant"), name, shrunk.clone().DetachFromDisposeScope(), isTrained: shrunk.is_floating_point());
            _graph.Shapes[name] = shrunk.shape;
        }

        node.Input[input] = name;
        var nodes = new List<GraphNode>();
        if (isMap && shrunk.shape[2] > 1 && !shrunk.shape.SequenceEqual(value.shape))
            nodes.AddRange(Borders(node, name, value.shape));
        else if (!Operators.Broadcasts(node.OpType))
            nodes.AddRange(ForEachImage(node, name, value, beside!));
        node.Input[input] = nodes.Count == 0 ? name : nodes[^1].Proto.Output[0];
        return nodes;
    }

    /// <summary>Spreads first, inner and last rows and columns over a map.</summary>
    private IEnumerable<GraphNode> Borders(NodeProto node, string constant, long[] map)
    {
        var from = constant;
        foreach (var axis in new[] { 2, 3 })
        {
            var places = $"{constant}:places{(axis == 2 ? "" : "-across")}";
            var spread = $"{places}:{node.Output[0]}";
            if (!_graph.Constants.ContainsKey(places))
                _graph.Constants[places] = tensor(ConstantBranchUnit.Places(map[axis])).DetachFromDisposeScope();
            yield return Make(new NodeProto { OpType = "Gather", Name = spread, Input = { from, places }, Output = { spread }, Attribute = { Opset.Integer("axis", axis) } }, [.. map[..axis], map[axis], .. _graph.Shapes[from][(axis + 1)..]]);
            from = spread;
        }
    }

    /// <summary>Repeats a constant for each image of the batch, whose size another input of the node tells.</summary>
    private GraphNode[] ForEachImage(NodeProto node, string constant, Tensor value, string beside)
    {
        var nodes = Repetition.Of(constant, value.shape, beside, $"{constant}:{node.Output[0]}", (name, held) => _graph.Constants[name] = held.DetachFromDisposeScope());
        return [.. nodes.SkipLast(1).Select(made => Make(made)), Make(nodes[^1], [OnnxGraph.Batch, .. value.shape[1..]])];
    }

    /// <param name="node">The node.</param>
    /// <param name="shape">The shape of its output, where that is a feature map.</param>
    private GraphNode Make(NodeProto node, long[]? shape = null)
    {
        if (shape is not null)
            _graph.Shapes[node.Output[0]] = shape;
        var call = new Call(node, _graph.Source, _graph.Opset, _graph.Constants, _graph.Shapes.GetValueOrDefault);
        return new GraphNode(node, Operators.Prepare(call), call.Captured);
    }
}
