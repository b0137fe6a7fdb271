using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>A network as a graph: nodes in the order in which they compute, from one input to one output.</summary>
internal sealed class OnnxGraph
{
    /// <summary>Images in the batch by which <see cref="Shapes"/> are: a prime that no layer has as a size.</summary>
    public const int Batch = 10007;

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

    /// <summary>The shape of each computed value for <see cref="Batch"/> images.</summary>
    public required Dictionary<string, long[]> Shapes { get; init; }

    /// <summary>Names of constants that the file calls weights, which training changes.</summary>
    public required HashSet<string> Trained { get; init; }

    /// <summary>The batch that the file fixes, or null.</summary>
    public long? FixedBatch { get; init; }

    /// <summary>Whether a node might mix the images of a batch.</summary>
    public bool MightMixImages => Nodes.Exists(MightMix);

    /// <summary>Constants by which images are prepared, their mean for instance: what is computed with them goes through no layer before.</summary>
    public IEnumerable<string> BeforeAnyLayer()
    {
        var (prepared, behind) = (new HashSet<string>(), new HashSet<string>());
        foreach (var node in Nodes)
        {
            if (node.Prepared.Module is not null || node.Needs.Any(behind.Contains))
                behind.UnionWith(node.Proto.Output);
            else
                prepared.UnionWith(node.Needs);
        }

        return prepared.Except(Nodes.Where(node => node.Needs.Any(behind.Contains)).SelectMany(node => node.Needs));
    }

    /// <summary>Whether a value has one part for each image, along its first axis and no other: then one image can stand for all.</summary>
    public bool IsForEachImage(string name) => Shapes.TryGetValue(name, out var shape) && shape is [Batch, .. var rest] && rest.All(length => length % Batch != 0);

    /// <summary>The shape of a value for one image, which may have several rows for it, windows for instance.</summary>
    public long[] ShapeForOneImage(string name) => [.. Shapes[name].Select(length => length % Batch == 0 ? length / Batch : length)];

    /// <summary>Whether a value of a node does not have one part for each image, or the node may put those in another order: it writes to places counted from the first image, or takes an axis backwards.</summary>
    private bool MightMix(GraphNode node) => node.Proto.OpType switch
    {
        "ScatterND" => true,
        "Slice" when Constants.TryGetValue(node.Proto.Input.ElementAtOrDefault(4) ?? "", out var steps) && steps.Longs().Any(step => step < 0) => true,
        _ => node.Proto.Output.Any(name => Shapes.ContainsKey(name) && !IsForEachImage(name)),
    };

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
