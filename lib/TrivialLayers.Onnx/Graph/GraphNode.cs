using Onnx;

namespace TrivialLayers;

/// <summary>One node of a graph, ready to compute.</summary>
/// <param name="Proto">Operator, inputs, outputs and attributes in the form of opset 17, of reductions 18.</param>
/// <param name="Prepared">Its computation.</param>
/// <param name="Captured">Inputs that need not be given.</param>
internal sealed record GraphNode(NodeProto Proto, Prepared Prepared, IReadOnlySet<int> Captured)
{
    /// <summary>The name of the layer it is, or null.</summary>
    public string? Layer { get; set; }

    /// <summary>Whether it has a kernel that can be zeroed, or would have if it were no transposed convolution.</summary>
    public bool IsLayer => Prepared.Module is TorchSharp.Modules.Conv2d or TorchSharp.Modules.ConvTranspose2d or TorchSharp.Modules.Linear;

    /// <summary>The values it needs when it runs, constants among them.</summary>
    public IEnumerable<string> Needs => Proto.Input.Where((name, input) => name.Length > 0 && !Captured.Contains(input));

    /// <summary>These, and what it has taken over but is needed to write it: all but the weights of a layer, which its module holds.</summary>
    public IEnumerable<string> Uses => Prepared.Module is null ? Proto.Input.Where(name => name.Length > 0) : Needs;
}
