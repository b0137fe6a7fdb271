using Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using DataType = Onnx.TensorProto.Types.DataType;

namespace TrivialLayers;

/// <summary>Writes a network that was read from ONNX: its nodes with the weights that its modules have now.</summary>
internal sealed class GraphWriter
{
    private readonly OnnxNetwork _network;
    private readonly OnnxGraph _graph;
    private readonly ModelWriter _model;
    private readonly HashSet<string> _inGraph;
    private readonly HashSet<string> _inNetwork;

    private GraphWriter(OnnxNetwork network, int opset)
    {
        (_network, _graph) = (network, network.Graph);
        _model = new(network.Title, _graph.Nodes.Select(Needs).Append(opset).Max());
        _inGraph = [_graph.Input, .. _graph.Nodes.SelectMany(node => node.Proto.Output), .. _graph.Constants.Keys];
        _inNetwork = [.. network.state_dict().Keys];
    }

    public static ModelProto Write(OnnxNetwork network, int opset)
    {
        var writer = new GraphWriter(network, opset);
        foreach (var node in writer._graph.Nodes)
            writer.Add(node);
        return writer._model.Finish(writer._graph.Input, writer._graph.Image, writer._graph.Output, writer._graph.Shapes[writer._graph.Output][1..]);
    }

    /// <summary>The version of the operators that a node needs.</summary>
    private int Needs(GraphNode node) => node.Proto.OpType switch
    {
        "Mish" => 18,
        "Gelu" => 20,
        "Swish" => 24,
        "GroupNormalization" => _network.Constant(node.Proto.Input[1])!.numel() == _graph.Shapes[node.Proto.Output[0]][1] ? 21 : 18,
        "Pad" when node.Proto.Input.Count > 3 => 18,
        "Resize" when node.Proto.Find("axes") is not null => 18,
        "AveragePool" when node.Proto.Find("dilations") is not null => 19,
        var reduction when IsLateReduction(reduction) && (HasComputedAxes(node) || node.Proto.Find("noop_with_empty_axes") is not null) => 18,
        _ => 0,
    };

    private void Add(GraphNode node)
    {
        if (node.Prepared.Module is { } module)
        {
            _model.Add(Layer(node, module));
            return;
        }

        var copy = node.Proto.Clone();
        if (copy.OpType == "GroupNormalization" && _model.Version >= 21)
            WeightsForEachChannel(copy);
        foreach (var (i, name) in node.Proto.Input.Index().Where(entry => _network.Constant(entry.Item) is not null))
            copy.Input[i] = Constant(name, _network.Constant(name)!);
        switch (copy.OpType)
        {
            case var reduction when IsLateReduction(reduction) && _model.Version < 18:
                AxesAsAttribute(copy);
                break;
            case "Split" when copy.Input.Count < 2 && _model.Version >= 18:
                copy.Attribute.Add(Opset.Integer("num_outputs", copy.Output.Count));
                break;
            case "Resize" when copy.Input.Count > 3 && _graph.Constants.TryGetValue(node.Proto.Input[3], out var sizes) && sizes.Longs() is [0, ..]:
                copy.Input[3] = SizesForAnyBatch(copy, sizes);
                break;
            case "Cast":
                foreach (var to in copy.Attribute)
                    to.I = (DataType)to.I switch { DataType.Float16 or DataType.Bfloat16 or DataType.Double => (long)DataType.Float, DataType.Int32 => (long)DataType.Int64, var same => (long)same };
                break;
            case "ConstantOfShape" when copy.Attribute is [{ T: { } value } only]:
                using (var number = new TensorReader(_graph.Source).Read(value))
                    only.T = ModelWriter.Numbers(value.Name, number);
                break;
        }

        _model.Add(copy);
    }

    private NodeProto Layer(GraphNode node, Module module)
    {
        string Weights(string part, Tensor? value) => value is null ? "" : Own($"{node.Layer}.{part}", value);
        var copy = new NodeProto { Name = node.Proto.Name, OpType = node.Proto.OpType, Output = { node.Proto.Output[0] } };
        copy.Attribute.Add(node.Proto.Attribute.Where(attribute => attribute.Name is not ("spatial" or "training_mode" or "alpha" or "beta" or "transA" or "transB")));
        switch (module)
        {
            case Linear linear when copy.OpType == "Gemm":
                copy.Input.Add([node.Proto.Input[0], Weights("weight", linear.weight), Weights("bias", linear.bias)]);
                copy.Attribute.Add(Opset.Integer("transB", 1));
                break;
            case Linear linear:
                using (var transposed = linear.weight!.t())
                    copy.Input.Add([node.Proto.Input[0], Weights("weight", transposed)]);
                break;
            case BatchNorm norm:
                copy.Input.Add([node.Proto.Input[0], Weights("weight", norm.weight), Weights("bias", norm.bias), Weights("running_mean", norm.running_mean), Weights("running_var", norm.running_var)]);
                break;
            default:
                copy.Input.Add([node.Proto.Input[0], Weights("weight", module.get_parameter("weight")), Weights("bias", module.get_parameter("bias"))]);
                break;
        }

        while (copy.Input[^1].Length == 0)
            copy.Input.RemoveAt(copy.Input.Count - 1);
        return copy;
    }

    /// <summary>Whether it is a reduction that has its axes as an input from version 18 on; the sum has them from 13 on.</summary>
    private static bool IsLateReduction(string operation) => operation.StartsWith("Reduce", StringComparison.Ordinal) && operation != "ReduceSum";

    private bool HasComputedAxes(GraphNode node) => node.Proto.Input.ElementAtOrDefault(1) is { Length: > 0 } axes && _network.Constant(axes) is null;

    private string Constant(string name, Tensor value) => _network.HeldName(name) is { } own ? Own(own, value) : _model.Tensor(name, value);

    /// <summary>Writes a parameter or buffer of the network under its own name, or one like it if something in the graph has that.</summary>
    private string Own(string name, Tensor value)
    {
        for (var isTaken = _inGraph.Contains(name); isTaken; isTaken = _inGraph.Contains(name) || _inNetwork.Contains(name))
            name += "_";
        return _model.Tensor(name, value);
    }

    /// <summary>From version 21 on group norm has weights for each channel, before for each group.</summary>
    private void WeightsForEachChannel(NodeProto node)
    {
        foreach (var name in node.Input.Skip(1))
        {
            var weights = _network.Constant(name)!;
            using var each = weights.repeat_interleave(_graph.Shapes[node.Output[0]][1] / weights.numel());
            Constant(name, each);
        }
    }

    /// <summary>Up to version 17 reductions but the sum have their axes as an attribute.</summary>
    private void AxesAsAttribute(NodeProto node)
    {
        if (node.Input.Count < 2 || node.Input[1].Length == 0)
            return;
        node.Attribute.Add(ModelWriter.Integers("axes", _network.Constant(node.Input[1])!.Longs()));
        node.Input.RemoveAt(1);
    }

    /// <summary>ONNX wants the size of the batch among the sizes, so it is taken from the input.</summary>
    private string SizesForAnyBatch(NodeProto node, Tensor sizes)
    {
        var name = $"{node.Output[0]}:sizes";
        var shape = _model.Node("Shape", name, [node.Input[0]]);
        var batch = _model.Node("Gather", name, [shape, _model.Tensor($"{name}:first", zeros(1, ScalarType.Int64))]);
        return _model.Node("Concat", name, [batch, _model.Tensor($"{name}:rest", tensor(sizes.Longs()[1..]))], Opset.Integer("axis", 0));
    }
}
