using System.Globalization;
using Google.Protobuf;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// Makes a graph that can be computed of a file: constants folded, what the output does not need left out. Each node is passed with shapes only, for two sizes of batch. So each shape is known before anything
/// is computed, and what the graph itself computes from shapes becomes a constant.
/// </summary>
internal sealed class GraphReader
{
    private readonly string _path;
    private readonly int _opset;
    private readonly ModelProto _model;
    private readonly TensorReader _tensors;
    private readonly KnownValues _known;
    private readonly DynamicBatch _dynamicBatch;
    private readonly ComputedShapes _computedShapes;
    private readonly Dictionary<string, string> _aliases = [];
    private readonly Dictionary<string, GraphNode> _layers = [];
    private readonly List<GraphNode> _nodes = [];
    private readonly List<Module> _modules = [];

    private GraphReader(ModelProto model, string path)
    {
        (_model, _path, _tensors) = (model, path, new(path));
        _opset = OnnxFile.Opset(_model, path);
        _known = new(path, _opset);
        (_dynamicBatch, _computedShapes) = (new(_known), new(_known));
    }

    /// <param name="model">The file's contents; its weights are gone afterwards.</param>
    /// <param name="path">The file.</param>
    /// <param name="height">Height of the images in pixels; null for that of the file.</param>
    /// <param name="width">Width of the images in pixels; null for that of the file.</param>
    /// <param name="output">Which output, or which other tensor of the graph; null for the first output.</param>
    public static OnnxGraph Read(ModelProto model, string path, int? height = null, int? width = null, string? output = null)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var reader = new GraphReader(model, path);
        HashSet<Module> kept = [];
        try
        {
            var graph = reader.Read(height, width, output);
            kept = [.. graph.Nodes.Select(node => node.Prepared.Module).OfType<Module>()];
            return graph;
        }
        finally
        {
            foreach (var module in reader._modules.Where(module => !kept.Contains(module)))
                module.Dispose();
        }
    }

    private OnnxGraph Read(int? height, int? width, string? output)
    {
        var graph = _model.Graph;
        if (graph.SparseInitializer.Count > 0)
            throw new NotSupportedException($"{_path} has sparse weights, which are not supported.");
        var asked = output ?? graph.Output.FirstOrDefault()?.Name ?? throw new InvalidDataException($"{_path} has no output.");
        if (graph.Output.All(declared => declared.Name != asked) && !Computed().Contains(asked))
            throw NotThere(asked);
        var needed = Needed(asked);
        var input = TheInput(needed);
        var (image, batch) = ImageOf(input, height, width);
        _known.FixedBatch = batch;
        ReadWeights(needed);
        HashSet<string> trained = [.. _known.Constants.Where(entry => entry.Value.is_floating_point() && entry.Value.numel() > 1).Select(entry => entry.Key)];

        (_known.First.Shapes[input.Name], _known.Other.Shapes[input.Name]) = ([_known.First.Images, .. image], [_known.Other.Images, .. image]);
        var upgrade = new Opset(_opset, _known.Constants);
        foreach (var node in needed)
        {
            if (!OnnxFile.IsStandard(node.Domain))
                throw Refusal.Of(_path, node, _opset, $"this operator of the domain '{node.Domain}' is not supported. {Operators.KnownInWords}");
            foreach (var newer in _known.Attempt(node, () => upgrade.Upgrade(node)))
                _known.Attempt(newer, () => Add(newer));
        }

        var result = _aliases.GetValueOrDefault(asked, asked);
        if (!HasOneForEachImage(result))
            throw NotForEachImage(asked);
        var found = new OnnxGraph
        {
            Source = _path, Input = input.Name, Output = result, Image = image, Opset = _opset, Nodes = _nodes, Constants = _known.Constants, Shapes = _known.First.Shapes, Trained = trained,
            FixedBatch = batch,
        };
        found.Prune();
        foreach (var (name, constant) in found.Constants.ToList())
            found.Constants[name] = (_known.Computed.Contains(name) ? constant.contiguous().clone() : constant).DetachFromDisposeScope();
        return found;
    }

    private bool HasOneForEachImage(string name) =>
        _known.First.Shapes.TryGetValue(name, out var shape) && shape.Length >= 2 && shape[0] == _known.First.Images && _known.Other.Shapes[name][0] == _known.Other.Images;

    private Exception NotForEachImage(string output)
    {
        var what = $"{_path}: the output '{output}' does not have one result for each image [N, …]";
        return _known.FixedBatch is { } images
            ? new NotSupportedException($"{what}: {Refusal.FixedBatch(images)}.")
            : new InvalidDataException($"{what}, so the network cannot be tested on images.");
    }

    /// <summary>The names of all that nodes compute.</summary>
    private HashSet<string> Computed() => [.. _model.Graph.Node.SelectMany(node => node.Output).Where(name => name.Length > 0)];

    /// <summary>What to say of a tensor that is not there: which outputs there are, and what they are computed from, scores before a softmax for instance.</summary>
    private ArgumentException NotThere(string output)
    {
        static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));
        List<string> outputs = [.. _model.Graph.Output.Select(declared => declared.Name)];
        var last = _model.Graph.Node.Where(node => node.Output.Any(outputs.Contains));
        List<string> before = [.. last.SelectMany(node => node.Input).Intersect(Computed()).Take(6)];
        var within = before.Count == 0 ? "" : $" Of the tensors within, they are computed from {Names(before)}.";
        return new ArgumentException($"{_path} has no output '{output}', and no other tensor of that name. Its outputs are {Names(outputs)}.{within}", nameof(output));
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

    private void ReadWeights(List<NodeProto> nodes)
    {
        var used = nodes.SelectMany(node => node.Input).ToHashSet();
        foreach (var initializer in _model.Graph.Initializer.Where(initializer => used.Contains(initializer.Name)))
        {
            _known.Add(initializer.Name, _tensors.Read(initializer));
            initializer.RawData = ByteString.Empty; // the numbers are held once
        }
    }

    private ValueInfoProto TheInput(List<NodeProto> nodes)
    {
        var used = nodes.SelectMany(node => node.Input).ToHashSet();
        used.ExceptWith(_model.Graph.Initializer.Select(initializer => initializer.Name));
        var inputs = _model.Graph.Input.Where(input => used.Contains(input.Name)).ToList();
        return inputs is [var only]
            ? only
            : throw new NotSupportedException($"{_path} takes {(inputs.Count == 0 ? "no input" : "the inputs " + string.Join(", ", inputs.Select(input => $"'{input.Name}'")))}; expected one input, images [N, C, H, W].");
    }

    /// <summary>Channels, height and width of an image, and the size of the batch where the file fixes it.</summary>
    private (long[] Image, long? Batch) ImageOf(ValueInfoProto input, int? height, int? width)
    {
        var dimensions = input.Type?.TensorType?.Shape?.Dim ?? [];
        long? Length(int axis) => dimensions[axis].ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue && dimensions[axis].DimValue > 0 ? dimensions[axis].DimValue : null;
        if (dimensions.Count != 4)
            throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture, $"{_path}: the input '{input.Name}' has {dimensions.Count} dimensions; expected images [N, C, H, W]."));
        if (Length(3) is 1 or 3 or 4 && Length(1) is null or >= 8 && Length(2) != Length(3))
            throw ChannelsLast(input.Name, Length(1), Length(2), Length(3));
        var (channels, h, w) = (Length(1), height ?? Length(2), width ?? Length(3));
        if (channels is null || h is null || w is null)
            throw new ArgumentException($"{_path} does not fix the {(channels is null ? "number of channels" : "size")} of its images. {(channels is null ? "Export it with a fixed number." : "Give it: OnnxNetwork.Load(path, height: 224, width: 224).")}");
        if (channels > 1 << 16 || h > 1 << 16 || w > 1 << 16 || channels < 1 || h < 1 || w < 1)
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{_path}: {channels} × {h} × {w} is not a valid size of images; expected 1 to {1 << 16} channels and pixels."));
        return ([channels.Value, h.Value, w.Value], Length(0));
    }

    private NotSupportedException ChannelsLast(string input, long? height, long? width, long? channels) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{_path}: the input '{input}' is [N, {height?.ToString(CultureInfo.InvariantCulture) ?? "H"}, {width?.ToString(CultureInfo.InvariantCulture) ?? "W"}, {channels}], images with their channels last, as Keras has them; expected [N, C, H, W]. Convert the network with its channels first: python3 -m tf2onnx.convert --saved-model FOLDER --inputs-as-nchw {input} --output model.onnx."));

    /// <summary>Takes a node in: a constant, another name for a value, or a computation.</summary>
    /// <returns>Whether it is one that is left to be computed.</returns>
    private bool Add(NodeProto node)
    {
        for (var i = 0; i < node.Input.Count; i++)
            node.Input[i] = _aliases.GetValueOrDefault(node.Input[i], node.Input[i]);
        while (node.Output.Count > 1 && node.Output[^1].Length == 0)
            node.Output.RemoveAt(node.Output.Count - 1);
        if (node.Input.FirstOrDefault(name => name.Length > 0 && !_known.Has(name)) is { } unknown)
            throw _known.Wrong(node, $"its input '{unknown}' is not computed by any node before it");
        if (node.Output.Count == 0 || node.Output.FirstOrDefault(name => _known.Has(name) || _aliases.ContainsKey(name)) is not null)
            throw _known.Wrong(node, "it has no output, or its output is defined twice");
        if (node.OpType == "Constant")
        {
            _known.Add(node.Output[0], ConstantOf(node));
            return false;
        }

        if (node.OpType == "Identity" && node.Input.Count > 0)
        {
            _aliases[node.Output[0]] = node.Input[0];
            return false;
        }

        foreach (var before in _dynamicBatch.Rewrite(node))
            Add(before);
        var ready = Ready(node);
        if (!_known.Take(ready))
            return false;
        _dynamicBatch.Note(node);
        _computedShapes.Fold(node);
        _nodes.Add(ready);
        return true;
    }

    /// <summary>The node ready to compute. Two that do the same with the same weights are one layer.</summary>
    private GraphNode Ready(NodeProto node)
    {
        var key = $"{node.OpType}\n{string.Join('\n', node.Input.Skip(1))}\n{string.Join('\n', node.Attribute)}";
        if (_layers.TryGetValue(key, out var layer))
            return new GraphNode(node, layer.Prepared, layer.Captured);
        var call = new Call(node, _path, _opset, _known.Constants, _known.First.ShapeOf);
        var ready = new GraphNode(node, Operators.Prepare(call), call.Captured);
        if (ready.Prepared.Module is { } module)
        {
            _modules.Add(module);
            _known.Spend(node, call.Captured.Sum(input => _known.Constants[node.Input[input]].numel())); // it has copied its weights
        }

        if (ready.IsLayer)
            _layers[key] = ready;
        return ready;
    }

    private Tensor ConstantOf(NodeProto node) => node.Attribute.FirstOrDefault() switch
    {
        { Name: "value", T: { } value } => _tensors.Read(value),
        { Name: "value_float" } single => tensor(single.F),
        { Name: "value_floats" } list => tensor(list.Floats.ToArray()),
        { Name: "value_int" } single => tensor(single.I),
        { Name: "value_ints" } list => tensor(list.Ints.ToArray()),
        _ => throw Refusal.Of(_path, node, _opset, "only constants that are tensors or numbers are supported"),
    };
}
