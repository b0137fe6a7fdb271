using Onnx;
using TorchSharp;
using static TorchSharp.torch;

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

/// <summary>A network as a graph: nodes in the order in which they compute, from one input to one output.</summary>
internal sealed class OnnxGraph
{
    /// <summary>What this was read from, for messages.</summary>
    public required string Source { get; init; }

    public required string Input { get; init; }

    public required string Output { get; init; }

    /// <summary>Channels, height and width of an image.</summary>
    public required long[] Image { get; init; }

    /// <summary>The version of the operators in the file.</summary>
    public required int Opset { get; init; }

    public required List<GraphNode> Nodes { get; init; }

    /// <summary>Constants that nodes need when they run.</summary>
    public required Dictionary<string, Tensor> Constants { get; init; }

    /// <summary>The shape of each computed value for <see cref="GraphReader.Batch"/> images.</summary>
    public required Dictionary<string, long[]> Shapes { get; init; }

    /// <summary>Names of constants that the file calls weights, which a training changes.</summary>
    public required HashSet<string> Trained { get; init; }

    /// <summary>Drops nodes and constants that the output does not need.</summary>
    public void Prune()
    {
        var needed = new HashSet<string> { Output };
        for (var i = Nodes.Count - 1; i >= 0; i--)
        {
            if (Nodes[i].Proto.Output.Any(needed.Contains))
                needed.UnionWith(Nodes[i].Uses);
            else
                Nodes.RemoveAt(i);
        }

        foreach (var name in Constants.Keys.Where(name => !needed.Contains(name)).ToList())
        {
            Constants[name].Dispose();
            Constants.Remove(name);
        }
    }
}
