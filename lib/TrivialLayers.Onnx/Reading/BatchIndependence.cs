using Google.Protobuf.Collections;
using Onnx;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// Checks numerically that a network is right for batches of any size, where its file fixes the batch and a node might mix the images: two images together must get the answers that each gets alone. For that
/// the network is computed when it is loaded, so what it may take is bounded; a network with more weights may take more.
/// </summary>
internal static class BatchIndependence
{
    /// <summary>Numbers in all maps of one image, and as many in the workspace of a node.</summary>
    private const double MostNumbers = 1 << 24;

    /// <summary>Numbers that there may be besides for each weight: attention over many tokens has more of them than weights.</summary>
    private const double NumbersForEachWeight = 16;

    /// <summary>Products of two numbers for one image.</summary>
    private const double MostProducts = 1L << 34;

    /// <summary>Products that there may be besides for each weight: of each token with it, and of tokens with each other.</summary>
    private const double ProductsForEachWeight = 1 << 11;

    /// <param name="network">The network.</param>
    /// <param name="path">Its file.</param>
    /// <param name="batch">The batch that the file fixes.</param>
    /// <exception cref="NotSupportedException">They do not, or the network is too large for that.</exception>
    public static void Demand(OnnxNetwork network, string path, long batch)
    {
        using var scope = NewDisposeScope();
        using var evaluation = new EvaluationMode(network);
        var weights = network.parameters().Sum(parameter => (double)parameter.numel());
        var (numbers, workspace, products) = (Numbers(network), network.Graph.Nodes.Max(node => WorkspaceOf(network, node)), Products(network.Graph));
        if (Math.Max(numbers, workspace) > MostNumbers + (NumbersForEachWeight * weights) || products > MostProducts + (ProductsForEachWeight * weights))
            throw new NotSupportedException(FormattableString.Invariant($"{path}: whether two images together would get the answers that each gets alone is too much to compute, {numbers / 1e6:F0} million numbers, {workspace / 1e6:F0} million more in one node and {products / 1e6:F0} million products for each image: {Refusal.FixedBatch(batch)}."));
        using var generator = new Generator(1, CPU);
        var images = randn([2, network.Channels, network.Height, network.Width], generator: generator);
        if (!IsRight(network, images))
            throw new NotSupportedException($"{path}: two images in one batch would get other outputs than each by itself: {Refusal.FixedBatch(batch)}.");
    }

    private static double Numbers(OnnxNetwork network) =>
        ((double)network.Channels * network.Height * network.Width) + network.Graph.Nodes.Sum(node => Numbers(network.Graph, node.Proto.Output));

    /// <summary>Numbers that a node holds beyond its inputs and outputs; they are freed before the next node computes.</summary>
    private static double WorkspaceOf(OnnxNetwork network, GraphNode node)
    {
        using var scope = NewDisposeScope();
        Tensor? Input(string name) => network.Graph.Shapes.ContainsKey(name) ? Shapes.Empty(network.Graph.ShapeForOneImage(name)) : network.Constant(name);
        return node.Prepared.Workspace?.Invoke([.. node.Proto.Input.Select((name, place) => name.Length == 0 || node.Captured.Contains(place) ? null : Input(name))]).Numbers ?? 0;
    }

    private static double Numbers(OnnxGraph graph, RepeatedField<string> names) =>
        names.Where(graph.Shapes.ContainsKey).Sum(name => (double)Shapes.Product(graph.ShapeForOneImage(name)));

    private static double Products(OnnxGraph graph) => graph.Nodes.Sum(node => node.Prepared.Module switch
    {
        TorchSharp.Modules.ConvTranspose2d { weight: { } kernel } => Numbers(graph, node.Proto.Input) * Shapes.Product(kernel.shape[1..]),
        { } layer when layer.get_parameter("weight") is { } kernel => Numbers(graph, node.Proto.Output) * Shapes.Product(kernel.shape[1..]),
        _ => Numbers(graph, node.Proto.Output) * Terms(graph, node.Proto),
    });

    /// <summary>How many products go into each number that a node without weights gives.</summary>
    private static double Terms(OnnxGraph graph, NodeProto node)
    {
        if (node.OpType != "MatMul")
            return (node.Find("kernel_shape")?.Ints ?? []).Aggregate(1.0, (product, length) => product * length);
        long[] Shape(int input) => graph.Shapes.ContainsKey(node.Input[input]) ? graph.ShapeForOneImage(node.Input[input]) : [];
        return Shape(0) is [.., var columns] ? columns : Shape(1) is [.., var rows, _] ? rows : 1;
    }

    /// <summary>Whether two images together get the answers that each gets alone. Two that get the same answer anyway would not tell: then with a hundred times the contrast, as a network has it that divides by 255 first.</summary>
    private static bool IsRight(OnnxNetwork network, Tensor images)
    {
        try
        {
            foreach (var contrast in new[] { 1, 100 })
            {
                using var scope = NewDisposeScope();
                var given = images * contrast;
                var (first, second) = (network.call(given[..1]), network.call(given[1..]));
                if (!FoldedNetwork.IsSame(first, second))
                    return FoldedNetwork.IsSame(network.call(given), cat([first, second]));
            }

            return false;
        }
        catch (Exception error) when (error is not OutOfMemoryException) // torch, or an operator, over shapes that do not fit
        {
            return false;
        }
    }
}
