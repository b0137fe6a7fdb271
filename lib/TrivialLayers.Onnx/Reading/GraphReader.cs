using System.Globalization;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// Makes a graph that can be computed of a file: constants folded, what the output does not need left out. The graph is passed twice with shapes only, for two sizes of batch. So each shape is known before
/// anything is computed, and what the graph itself computes from shapes becomes a constant.
/// </summary>
internal sealed class GraphReader
{
    /// <summary>Images in the batch by which <see cref="OnnxGraph.Shapes"/> are; and in the other. Primes that no layer has as a size.</summary>
    public const int Batch = 10007, OtherBatch = 10009;

    /// <summary>Numbers that a constant may have which the graph computes; weights of the file may have more.</summary>
    public const long MostConstants = 1 << 24;

    /// <summary>Numbers of one feature map of one image.</summary>
    private const long MostFeatures = 1 << 28;

    private readonly string _path;
    private readonly int _opset;
    private readonly ModelProto _model;
    private readonly Dictionary<string, Tensor> _constants = [];
    private readonly Dictionary<string, string> _aliases = [];
    private readonly Dictionary<string, long[]> _shapes = [];

    /// <summary>What depends on the shapes alone, for each of the two batches.</summary>
    private readonly Dictionary<string, Tensor> _values = [], _otherValues = [];

    private readonly List<GraphNode> _nodes = [];

    private GraphReader(ModelProto model, string path)
    {
        (_model, _path) = (model, path);
        _opset = OnnxFile.Opset(_model, path);
    }

    /// <param name="model">The file's contents; its weights are gone afterwards.</param>
    /// <param name="path">The file.</param>
    /// <param name="height">Height of the images in pixels; null for that of the file.</param>
    /// <param name="width">Width of the images in pixels; null for that of the file.</param>
    /// <param name="output">Which output; null for the first.</param>
    public static OnnxGraph Read(ModelProto model, string path, int? height = null, int? width = null, string? output = null)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        return new GraphReader(model, path).Read(height, width, output);
    }

    private OnnxGraph Read(int? height, int? width, string? output)
    {
        var graph = _model.Graph;
        if (graph.SparseInitializer.Count > 0)
            throw new NotSupportedException($"{_path} has sparse weights, which are not read.");
        var reader = new TensorReader(_path);
        foreach (var initializer in graph.Initializer)
        {
            _constants[initializer.Name] = reader.Read(initializer);
            initializer.RawData = Google.Protobuf.ByteString.Empty; // the numbers are held once
        }

        HashSet<string> trained = [.. _constants.Where(entry => entry.Value.is_floating_point() && entry.Value.numel() > 1).Select(entry => entry.Key)];
        var asked = output ?? graph.Output.FirstOrDefault()?.Name ?? throw new InvalidDataException($"{_path} has no output.");
        if (graph.Output.All(declared => declared.Name != asked))
            throw new ArgumentException($"{_path} has no output '{asked}'. It has {string.Join(", ", graph.Output.Select(declared => $"'{declared.Name}'"))}.", nameof(output));
        var needed = Needed(asked);
        var input = TheInput(needed);
        var (image, batch) = ImageOf(input, height, width);

        _shapes[input.Name] = [Batch, .. image];
        foreach (var node in needed.SelectMany(new Opset(_opset, _constants).Upgrade))
            Add(node, batch);
        var result = _aliases.GetValueOrDefault(asked, asked);
        var otherShapes = Pass(input.Name, [OtherBatch, .. image]);
        Resolve(otherShapes);
        if (!_shapes.TryGetValue(result, out var shape) || shape.Length < 2 || shape[0] != Batch || otherShapes[result][0] != OtherBatch)
            throw new InvalidDataException($"{_path}: the output '{asked}' does not have one answer for each image [N, …], so it is no network for images that could be tested.");
        var found = new OnnxGraph
        {
            Source = _path, Input = input.Name, Output = result, Image = image, Opset = _opset, Nodes = _nodes, Constants = _constants, Shapes = _shapes, Trained = trained,
        };
        found.Prune();
        foreach (var constant in _constants.Values)
            constant.DetachFromDisposeScope();
        return found;
    }

    /// <summary>The nodes that an output needs, in their order.</summary>
    private List<NodeProto> Needed(string output)
    {
        var (names, nodes) = (new HashSet<string> { output }, new List<NodeProto>());
        foreach (var node in _model.Graph.Node.Reverse().Where(node => node.Output.Any(names.Contains)))
        {
            names.UnionWith(node.Input);
            nodes.Add(node);
        }

        nodes.Reverse();
        return nodes;
    }

    private ValueInfoProto TheInput(List<NodeProto> nodes)
    {
        var used = nodes.SelectMany(node => node.Input).ToHashSet();
        var inputs = _model.Graph.Input.Where(input => !_constants.ContainsKey(input.Name) && used.Contains(input.Name)).ToList();
        return inputs is [var only]
            ? only
            : throw new NotSupportedException($"{_path} takes {(inputs.Count == 0 ? "no input" : "the inputs " + string.Join(", ", inputs.Select(input => $"'{input.Name}'")))}; expected one, images [N, C, H, W].");
    }

    /// <summary>Channels, height and width of an image, and the size of the batch where the file fixes it.</summary>
    private (long[] Image, long? Batch) ImageOf(ValueInfoProto input, int? height, int? width)
    {
        var dimensions = input.Type?.TensorType?.Shape?.Dim ?? [];
        long? Length(int axis) => dimensions[axis].ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue && dimensions[axis].DimValue > 0 ? dimensions[axis].DimValue : null;
        if (dimensions.Count != 4)
            throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture, $"{_path}: the input '{input.Name}' has {dimensions.Count} dimensions; expected images [N, C, H, W]."));
        var (channels, h, w) = (Length(1), height ?? Length(2), width ?? Length(3));
        if (channels is null || h is null || w is null)
            throw new ArgumentException($"{_path} leaves the {(channels is null ? "channels" : "size")} of images open. {(channels is null ? "Export it with a fixed number." : "Say it: OnnxNetwork.Load(path, height: 224, width: 224).")}");
        if (channels > 1 << 16 || h > 1 << 16 || w > 1 << 16 || channels < 1 || h < 1 || w < 1)
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{_path}: images of {channels} × {h} × {w} are no images."));
        return ([channels.Value, h.Value, w.Value], Length(0));
    }

    /// <summary>Takes a node in: a constant, another name for a value, or a computation.</summary>
    private void Add(NodeProto node, long? batch)
    {
        for (var i = 0; i < node.Input.Count; i++)
            node.Input[i] = _aliases.GetValueOrDefault(node.Input[i], node.Input[i]);
        if (node.Input.FirstOrDefault(name => name.Length > 0 && !IsKnown(name)) is { } unknown)
            throw Wrong(node, $"its input '{unknown}' is computed by nothing before it");
        if (node.Output.Count == 0 || node.Output.FirstOrDefault(name => IsKnown(name) || _aliases.ContainsKey(name)) is not null)
            throw Wrong(node, "it has no output, or one that is there already");
        if (node.OpType == "Constant" && OnnxFile.IsStandard(node.Domain))
        {
            _constants[node.Output[0]] = ConstantOf(node);
            return;
        }

        if (node.OpType == "Identity" && node.Input.Count > 0)
        {
            _aliases[node.Output[0]] = node.Input[0];
            return;
        }

        if (node.OpType == "Reshape")
            FreeBatch(node, batch);
        var call = new Call(node, _path, _opset, _constants, _shapes);
        if (node.Input.All(name => name.Length == 0 || _constants.ContainsKey(name)))
            Fold(new GraphNode(node, Attempt(node, () => Operators.Prepare(call)), new HashSet<int>()));
        else
            Append(new GraphNode(node, Attempt(node, () => Operators.Prepare(call)), call.Captured));
    }

    private bool IsKnown(string name) => _constants.ContainsKey(name) || _shapes.ContainsKey(name) || _values.ContainsKey(name);

    /// <summary>A file made for a fixed batch may name it in a reshape; there the batch stays what it is.</summary>
    private void FreeBatch(NodeProto node, long? batch)
    {
        if (batch is not { } images || !_constants.TryGetValue(node.Input[1], out var asked) || !_shapes.TryGetValue(node.Input[0], out var shape) || shape is not [Batch, ..])
            return;
        var lengths = asked.Longs();
        if (lengths.Length == 0 || lengths[0] != images)
            return;
        lengths[0] = 0;
        node.Input[1] = NewConstant(node, tensor(lengths));
    }

    private void Append(GraphNode node)
    {
        var outputs = Run(node, name => _values.GetValueOrDefault(name) ?? Shapes.Empty(_shapes[name]));
        foreach (var (name, output) in node.Proto.Output.Zip(outputs))
        {
            if (!output.IsShape())
                _values[name] = output;
            else if (output.numel() / Batch > MostFeatures)
                throw Wrong(node.Proto, string.Create(CultureInfo.InvariantCulture, $"its output would have {output.numel() / Batch} numbers for each image"));
            else
                _shapes[name] = output.shape;
        }

        _nodes.Add(node);
    }

    private void Fold(GraphNode node)
    {
        var size = Run(node, name => throw new InvalidOperationException(name), asShapes: true).Sum(output => output.numel());
        if (size > Math.Max(MostConstants, node.Proto.Input.Where(name => name.Length > 0).Sum(name => _constants[name].numel())))
            throw Wrong(node.Proto, string.Create(CultureInfo.InvariantCulture, $"it makes a constant of {size} numbers"));
        foreach (var (name, output) in node.Proto.Output.Zip(Run(node, name => throw new InvalidOperationException(name))))
            _constants[name] = output;
    }

    /// <summary>Passes shapes of another batch through the graph.</summary>
    private Dictionary<string, long[]> Pass(string input, long[] images)
    {
        var shapes = new Dictionary<string, long[]> { [input] = images };
        foreach (var node in _nodes)
        {
            foreach (var (name, output) in node.Proto.Output.Zip(Run(node, value => _otherValues.GetValueOrDefault(value) ?? Shapes.Empty(shapes[value]))))
            {
                if (output.IsShape())
                    shapes[name] = output.shape;
                else
                    _otherValues[name] = output;
            }
        }

        return shapes;
    }

    /// <summary>
    /// Replaces what the graph computes from shapes. A value that is the same for both batches is a constant. The new shape in a reshape is that which came out, with the batch as what is left over; and an
    /// expansion to the batch that is there already is one to 1.
    /// </summary>
    private void Resolve(Dictionary<string, long[]> others)
    {
        foreach (var (name, value) in _values)
        {
            if (value.shape.SequenceEqual(_otherValues[name].shape) && value.Equals(_otherValues[name]))
                _constants[name] = value;
        }

        foreach (var node in _nodes.Select(node => node.Proto))
        {
            if (node.OpType == "Reshape" && _values.ContainsKey(node.Input[1]) && _shapes.TryGetValue(node.Output[0], out var shape))
            {
                var differing = shape.Zip(others[node.Output[0]]).Count(pair => pair.First != pair.Second);
                if (differing <= 1 && !shape.Contains(0))
                    node.Input[1] = NewConstant(node, tensor(shape.Zip(others[node.Output[0]], (length, other) => length == other ? length : -1).ToArray()));
            }
            else if (node.OpType == "Split" && node.Input.Count < 2)
            {
                var axis = Shapes.Axis(node.Attribute.FirstOrDefault(attribute => attribute.Name == "axis")?.I ?? 0, _shapes[node.Input[0]].Length);
                node.Input.Add(NewConstant(node, tensor(node.Output.Select(output => _shapes[output][axis]).ToArray())));
            }
            else if (node.OpType == "Expand" && _values.TryGetValue(node.Input[1], out var asked) && _shapes.TryGetValue(node.Input[0], out var own) && own is [Batch, ..] && asked.Longs() is var lengths && lengths.Length == own.Length && lengths[0] == Batch)
            {
                lengths[0] = 1;
                node.Input[1] = NewConstant(node, tensor(lengths));
            }
            else if (node.OpType == "Resize" && node.Input.Count > 3 && _values.TryGetValue(node.Input[3], out var sizes) && sizes.Longs() is [Batch, .. var rest] && _otherValues[node.Input[3]].Longs().Skip(1).SequenceEqual(rest))
            {
                node.Input[3] = NewConstant(node, tensor([0, .. rest])); // the batch is not resized
            }
        }
    }

    private string NewConstant(NodeProto node, Tensor value)
    {
        var name = $"{node.Output[0]}:resolved";
        _constants[name] = value;
        return name;
    }

    private Tensor ConstantOf(NodeProto node) => node.Attribute.FirstOrDefault() switch
    {
        { Name: "value", T: { } value } => new TensorReader(_path).Read(value),
        { Name: "value_float" } single => tensor(single.F),
        { Name: "value_floats" } list => tensor(list.Floats.ToArray()),
        { Name: "value_int" } single => tensor(single.I),
        { Name: "value_ints" } list => tensor(list.Ints.ToArray()),
        _ => throw Refusal.Of(_path, node, _opset, "a constant is read that is a tensor or numbers"),
    };

    private Tensor[] Run(GraphNode node, Func<string, Tensor> value, bool asShapes = false)
    {
        Tensor Constant(string name) => asShapes && _constants[name].is_floating_point() ? Shapes.Empty(_constants[name].shape) : _constants[name];
        var inputs = node.Proto.Input.Select((name, i) => name.Length == 0 || node.Captured.Contains(i) ? null : _constants.ContainsKey(name) ? Constant(name) : value(name)).ToArray();
        return Attempt(node.Proto, () => node.Prepared.Run(inputs));
    }

    /// <summary>What torch or an operator finds wrong is wrong in the file.</summary>
    private T Attempt<T>(NodeProto node, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is not (NotSupportedException or InvalidDataException or OutOfMemoryException))
        {
            throw Wrong(node, error.Message.Split('\n')[0], error);
        }
    }

    private InvalidDataException Wrong(NodeProto node, string what, Exception? inner = null) => new($"{_path}: {Refusal.Name(node, _opset)} does not fit what is around it: {what}.", inner);
}
