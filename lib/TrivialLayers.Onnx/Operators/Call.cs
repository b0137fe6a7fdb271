using System.Globalization;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>What an operator computes: its outputs from its inputs, null for one that is left out. It never gives an input itself back, and changes none.</summary>
internal delegate Tensor[] Kernel(Tensor?[] inputs);

/// <summary>An operator ready to compute.</summary>
/// <param name="Run">Its computation.</param>
/// <param name="Module">The layer it is, or null.</param>
/// <param name="IsModuleAlone">Whether that layer computes all of it; not where an image is padded before.</param>
/// <param name="Workspace">What it asks for beyond its inputs and outputs, or null where it computes with these alone.</param>
internal sealed record Prepared(Kernel Run, Module<Tensor, Tensor>? Module = null, bool IsModuleAlone = true, Func<Tensor?[], Workspace>? Workspace = null);

/// <summary>A node of the graph as an operator sees it: attributes, inputs that are constant, and the shapes of the others.</summary>
internal sealed class Call(NodeProto node, string path, int opset, IReadOnlyDictionary<string, Tensor> constants, Func<string, long[]?> shapeOf)
{
    private readonly HashSet<int> _captured = [];

    public NodeProto Node => node;

    /// <summary>Inputs whose values the operator has taken over, so that they need not be given when it runs.</summary>
    public IReadOnlySet<int> Captured => _captured;

    public int Outputs => node.Output.Count;

    public bool Has(int input) => input < node.Input.Count && node.Input[input].Length > 0;

    /// <summary>A constant input, or null where there is none at that place or it is computed.</summary>
    public Tensor? Constant(int input)
    {
        if (!Has(input) || !constants.TryGetValue(node.Input[input], out var value))
            return null;
        _captured.Add(input);
        return value;
    }

    /// <summary>Whether an input is constant; it is not taken over by asking.</summary>
    public bool HasConstant(int input) => Has(input) && constants.ContainsKey(node.Input[input]);

    /// <summary>A constant input that the operator cannot do without.</summary>
    public Tensor Weights(int input, string what) => Constant(input) ?? throw Refused($"{what} is computed by the graph; expected a constant");

    /// <summary>A single constant number, or null where the input is left out.</summary>
    public double? Number(int input) => !Has(input) ? null : Constant(input) is { } value && value.numel() == 1 ? value.to(ScalarType.Float64).item<double>() : throw Refused($"input {input.ToString(CultureInfo.InvariantCulture)} is not one constant number");

    /// <summary>The shape of an input, that of a batch of images for what depends on them.</summary>
    public long[] Shape(int input) => constants.TryGetValue(node.Input[input], out var value) ? value.shape : shapeOf(node.Input[input]) ?? throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"the shape of its input {input} is not known"));

    public long Integer(string name, long otherwise) => node.Integer(name, otherwise);

    public double Float(string name, double otherwise) => node.Find(name)?.F ?? otherwise;

    public string Text(string name, string otherwise) => node.Find(name)?.S.ToStringUtf8() ?? otherwise;

    public long[]? Integers(string name) => node.Find(name) is { } found ? [.. found.Ints] : null;

    /// <summary>An attribute that is a tensor, which the caller disposes.</summary>
    public Tensor? Numbers(string name) => node.Find(name)?.T is { } value ? new TensorReader(path).Read(value) : null;

    public NotSupportedException Refused(string what) => Refusal.Of(path, node, opset, what);
}
