using Onnx;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>Puts a constant where a node takes a shape that the graph computes, one that is right for batches of any size.</summary>
/// <param name="known">What is known of the node's inputs and outputs.</param>
internal sealed class ComputedShapes(KnownValues known)
{
    /// <summary>Changes a node after its outputs are known; one that takes no computed shape stays.</summary>
    public void Fold(NodeProto node)
    {
        switch (node.OpType)
        {
            case "Reshape":
                FoldReshape(node);
                break;
            case "Split" when node.Input.Count < 2:
                FoldSplit(node);
                break;
            case "Squeeze" when node.Input.Count < 2:
                FoldSqueeze(node);
                break;
            case "Expand" when known.First.Shapes.GetValueOrDefault(node.Input[0]) is [OnnxGraph.Batch, ..] own && OfEachImage(node, 1) is { } lengths && own.Length == 1 + lengths.Length:
                node.Input[1] = known.NewConstant(node, [1, .. lengths]);
                break;
            case "Resize" when OfEachImage(node, 3) is { } lengths:
                node.Input[3] = known.NewConstant(node, [0, .. lengths]);
                break;
        }
    }

    /// <summary>The shape that came out, with the batch as what is left over.</summary>
    private void FoldReshape(NodeProto node)
    {
        if (Computed(node, 1) is null || !known.First.Shapes.TryGetValue(node.Output[0], out var shape))
            return;
        var others = known.Other.Shapes[node.Output[0]];
        if (shape.Zip(others).Count(pair => pair.First != pair.Second) <= 1 && !shape.Contains(0))
            node.Input[1] = known.NewConstant(node, [.. shape.Zip(others, (length, other) => length == other ? length : -1)]);
    }

    /// <summary>Equal parts get their lengths.</summary>
    private void FoldSplit(NodeProto node)
    {
        if (known.First.ShapeOf(node.Input[0]) is not { } whole)
            return;
        var axis = Shapes.Axis(node.Integer("axis", 0), whole.Length);
        long[] Lengths(KnownBatch batch) => [.. node.Output.Select(output => batch.ShapeOf(output)![axis])];
        if (Lengths(known.First).SequenceEqual(Lengths(known.Other)))
            node.Input.Add(known.NewConstant(node, Lengths(known.First)));
    }

    /// <summary>Without axes, those that are 1 for batches of any size go; a batch of one image stays.</summary>
    private void FoldSqueeze(NodeProto node)
    {
        if (known.First.ShapeOf(node.Input[0]) is { } shape && known.Other.ShapeOf(node.Input[0]) is { } other)
            node.Input.Add(known.NewConstant(node, [.. shape.Zip(other).Index().Where(entry => entry.Item is (1, 1)).Select(entry => (long)entry.Index)]));
    }

    /// <summary>The lengths behind the batch in a computed shape that begins with it, or null.</summary>
    private long[]? OfEachImage(NodeProto node, int input) =>
        Computed(node, input) is [OnnxGraph.Batch, .. var lengths] && known.Other.Values[node.Input[input]].Longs().Skip(1).SequenceEqual(lengths) ? lengths : null;

    /// <summary>Whole numbers that the graph computes from shapes, for the first batch.</summary>
    private long[]? Computed(NodeProto node, int input) => input < node.Input.Count && known.First.Values.TryGetValue(node.Input[input], out var value) ? value.Longs() : null;
}
