using System.Globalization;
using Google.Protobuf;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;
using DataType = Onnx.TensorProto.Types.DataType;

namespace TrivialLayers;

/// <summary>Builds an ONNX model node by node.</summary>
internal sealed class ModelWriter
{
    /// <summary>Where protocol buffers end.</summary>
    private const long MostBytes = int.MaxValue;

    private readonly GraphProto _graph = new();
    private readonly HashSet<string> _tensors = [];
    private readonly int _opset;

    /// <param name="name">The network's name.</param>
    /// <param name="opset">The version of the operators.</param>
    public ModelWriter(string name, int opset) => (_graph.Name, _opset) = (name, opset);

    /// <summary>The version of the operators.</summary>
    public int Version => _opset;

    /// <summary>Adds a weight or constant: float32, int64 or truth values. One of a name that is there already stays.</summary>
    /// <returns>Its name.</returns>
    public string Tensor(string name, Tensor value)
    {
        if (_tensors.Add(name))
            _graph.Initializer.Add(Numbers(name, value));
        return name;
    }

    /// <summary>A tensor in one of these types.</summary>
    public static TensorProto Numbers(string name, Tensor value)
    {
        using var scope = NewDisposeScope();
        var own = value.detach().cpu().contiguous();
        var (type, plain) = own.dtype switch { ScalarType.Bool => (DataType.Bool, own), ScalarType.Int64 => (DataType.Int64, own), _ => (DataType.Float, own.to(ScalarType.Float32)) };
        return new TensorProto { Name = name, DataType = (int)type, Dims = { value.shape }, RawData = ByteString.CopyFrom(plain.bytes) };
    }

    /// <summary>Adds a node of which only operator, attributes and inputs matter.</summary>
    /// <returns>The name of its output.</returns>
    public string Node(string operation, string name, IEnumerable<string> inputs, params IEnumerable<AttributeProto> attributes)
    {
        var output = $"/{name}/{operation}_output_0";
        var node = new NodeProto { OpType = operation, Name = $"/{name}/{operation}", Input = { inputs }, Output = { output } };
        node.Attribute.Add(attributes);
        Add(node);
        return output;
    }

    /// <summary>Adds a node as it is.</summary>
    public void Add(NodeProto node) => _graph.Node.Add(node);

    /// <summary>The model.</summary>
    /// <param name="input">The name of the images.</param>
    /// <param name="image">Channels, height and width of an image.</param>
    /// <param name="output">The name of the answer.</param>
    /// <param name="answer">Its shape for one image.</param>
    /// <exception cref="NotSupportedException">It is too large for one file.</exception>
    public ModelProto Finish(string input, long[] image, string output, long[] answer)
    {
        _graph.Input.Add(Value(input, image));
        _graph.Output.Add(Value(output, answer));
        var model = new ModelProto
        {
            IrVersion = _opset switch { <= 18 => 8, <= 20 => 9, <= 22 => 10, 23 => 11, 24 => 12, _ => 13 },
            ProducerName = "Trivial Layers", Graph = _graph, OpsetImport = { new OperatorSetIdProto { Version = _opset } },
        };
        var bytes = _graph.Initializer.Sum(tensor => (long)tensor.RawData.Length);
        return bytes < MostBytes - (1 << 20) ? model : throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture, $"The network has {bytes >> 20} MiB of weights; one ONNX file holds less than 2,048."));
    }

    public static AttributeProto Integers(string name, params IEnumerable<long> values) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } };

    public static AttributeProto Float(string name, double value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = (float)value };

    private static ValueInfoProto Value(string name, long[] shape)
    {
        var dimensions = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "N" } } };
        dimensions.Dim.Add(shape.Select(length => new TensorShapeProto.Types.Dimension { DimValue = length }));
        return new() { Name = name, Type = new() { TensorType = new() { ElemType = (int)DataType.Float, Shape = dimensions } } };
    }
}
