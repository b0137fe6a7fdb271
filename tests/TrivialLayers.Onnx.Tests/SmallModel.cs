using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;
using Type = Onnx.AttributeProto.Types.AttributeType;

namespace TrivialLayers.Tests;

/// <summary>A small ONNX model made node by node, with random weights, in any version of the operators.</summary>
internal sealed class SmallModel
{
    private readonly long[] _image;
    private readonly long _opset;
    private readonly SplitMix64 _random;

    public SmallModel(long opset, long channels, long height, long width, long seed = 1)
    {
        (_opset, _image, _random) = (opset, [channels, height, width], new SplitMix64(seed));
        Proto = new() { IrVersion = opset <= 18 ? 8 : 10, Graph = new() { Name = "small" }, OpsetImport = { new OperatorSetIdProto { Version = opset } } };
    }

    /// <summary>The name of the images.</summary>
    public const string Images = "images";

    public ModelProto Proto { get; }

    /// <summary>The version of the operators.</summary>
    public long Opset => _opset;

    public string Weights(string name, params long[] shape) => Values(name, Random(shape, -0.5f), shape);

    /// <summary>Numbers between a half and one and a half: variances and factors.</summary>
    public string Positive(string name, params long[] shape) => Values(name, Random(shape, 0.5f), shape);

    public string Values(string name, float[] values, params long[] shape)
    {
        Proto.Graph.Initializer.Add(new TensorProto { Name = name, DataType = 1, Dims = { shape }, FloatData = { values } });
        return name;
    }

    public string Numbers(string name, params long[] values)
    {
        Proto.Graph.Initializer.Add(new TensorProto { Name = name, DataType = 7, Dims = { values.Length }, Int64Data = { values } });
        return name;
    }

    /// <summary>A whole number without axes.</summary>
    public string Number(string name, long value)
    {
        Proto.Graph.Initializer.Add(new TensorProto { Name = name, DataType = 7, Int64Data = { value } });
        return name;
    }

    /// <summary>Adds a node and gives the name of its output.</summary>
    public string Add(string operation, string[] inputs, params (string Name, object Value)[] attributes) => Add(operation, inputs, 1, attributes)[0];

    /// <summary>Adds a node with several outputs and gives their names.</summary>
    public string[] Add(string operation, string[] inputs, int outputs, params (string Name, object Value)[] attributes)
    {
        var count = Proto.Graph.Node.Count;
        var node = new NodeProto { OpType = operation, Name = FormattableString.Invariant($"{operation}-{count}"), Input = { inputs }, Output = { Enumerable.Range(0, outputs).Select(i => FormattableString.Invariant($"v{count}.{i}")) } };
        node.Attribute.Add(attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)));
        Proto.Graph.Node.Add(node);
        return [.. node.Output];
    }

    /// <summary>The model with that output, as a file.</summary>
    public string Save(string path, string output, int? batch = null)
    {
        File.WriteAllBytes(path, ToBytes(output, batch));
        return path;
    }

    /// <summary>The same with its weights in <c>weights.bin</c> beside it.</summary>
    public string SaveExternally(string path, string output)
    {
        using var data = File.Create(Path.Combine(Path.GetDirectoryName(path)!, "weights.bin"));
        foreach (var initializer in Proto.Graph.Initializer.Where(initializer => initializer.FloatData.Count > 0))
        {
            var bytes = MemoryMarshal.AsBytes<float>(initializer.FloatData.ToArray()).ToArray();
            initializer.FloatData.Clear();
            initializer.DataLocation = TensorProto.Types.DataLocation.External;
            foreach (var (key, value) in new[] { ("location", "weights.bin"), ("offset", FormattableString.Invariant($"{data.Position}")), ("length", FormattableString.Invariant($"{bytes.Length}")) })
                initializer.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
            data.Write(bytes);
        }

        return Save(path, output);
    }

    public byte[] ToBytes(string output, int? batch = null)
    {
        Proto.Graph.Input.Clear();
        Proto.Graph.Output.Clear();
        var shape = new TensorShapeProto { Dim = { batch is { } fixedBatch ? new TensorShapeProto.Types.Dimension { DimValue = fixedBatch } : new TensorShapeProto.Types.Dimension { DimParam = "N" } } };
        shape.Dim.Add(_image.Select(length => new TensorShapeProto.Types.Dimension { DimValue = length }));
        Proto.Graph.Input.Add(new ValueInfoProto { Name = Images, Type = new() { TensorType = new() { ElemType = 1, Shape = shape } } });
        Proto.Graph.Output.Add(new ValueInfoProto { Name = output, Type = new() { TensorType = new() { ElemType = 1 } } });
        return Proto.ToByteArray();
    }

    public Tensor Noise(int count = 2)
    {
        using var generator = new Generator(7, CPU);
        return randn([count, .. _image], generator: generator);
    }

    private float[] Random(long[] shape, float from) => [.. System.Linq.Enumerable.Range(0, (int)shape.Aggregate(1L, (product, length) => product * length)).Select(_ => from + (_random.Below(1 << 20) / (float)(1 << 20)))];

    private static AttributeProto Attribute(string name, object value) => value switch
    {
        long number => new() { Name = name, Type = Type.Int, I = number },
        int number => new() { Name = name, Type = Type.Int, I = number },
        float number => new() { Name = name, Type = Type.Float, F = number },
        string text => new() { Name = name, Type = Type.String, S = ByteString.CopyFromUtf8(text) },
        long[] numbers => new() { Name = name, Type = Type.Ints, Ints = { numbers } },
        float[] numbers => new() { Name = name, Type = Type.Floats, Floats = { numbers } },
        TensorProto tensor => new() { Name = name, Type = Type.Tensor, T = tensor },
        _ => throw new ArgumentException(value.GetType().Name),
    };
}
