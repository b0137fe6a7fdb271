using Onnx;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>Makes a node right for batches of any size, where the file names one or the graph computes with it.</summary>
/// <param name="known">What is known of the node's inputs and, behind it, of its outputs.</param>
/// <param name="named">The batch that the file names, or null.</param>
internal sealed class AnyBatch(KnownValues known, long? named)
{
    /// <summary>A file made for a fixed batch may name it in a reshape or resize; there the batch stays what it is.</summary>
    public void Free(NodeProto node)
    {
        var place = node.OpType switch { "Reshape" => 1, "Resize" when node.Attribute.All(attribute => attribute.Name != "axes") => 3, _ => int.MaxValue };
        if (named is not { } images || place >= node.Input.Count || !known.Constants.TryGetValue(node.Input[place], out var asked) || !known.First.Shapes.TryGetValue(node.Input[0], out var shape) || shape is not [OnnxGraph.Batch, ..])
            return;
        if (asked.Longs() is not [var first, .. var rest] || first != images)
            return;
        node.Input[place] = NewConstant(node, [0, .. rest]);
        if (!rest.Contains(0))
            Opset.Remove(node, "allowzero"); // there 0 would be no images, and not as many as there are
    }

    /// <summary>
    /// Replaces what a node takes that was computed from shapes. A reshape gets the shape that came out, with the batch as what is left over. An expansion expands all but the batch, a resize resizes all but
    /// the batch, and a squeeze without axes drops the axes that are 1 for batches of any size.
    /// </summary>
    public void Resolve(NodeProto node)
    {
        switch (node.OpType)
        {
            case "Reshape" when Computed(node, 1) is not null && known.First.Shapes.TryGetValue(node.Output[0], out var shape):
                var others = known.Other.Shapes[node.Output[0]];
                if (shape.Zip(others).Count(pair => pair.First != pair.Second) <= 1 && !shape.Contains(0))
                    node.Input[1] = NewConstant(node, [.. shape.Zip(others, (length, other) => length == other ? length : -1)]);
                break;
            case "Split" when node.Input.Count < 2 && known.First.ShapeOf(node.Input[0]) is { } whole:
                var axis = Shapes.Axis(node.Attribute.FirstOrDefault(attribute => attribute.Name == "axis")?.I ?? 0, whole.Length);
                long[] Sizes(KnownBatch batch) => [.. node.Output.Select(output => batch.ShapeOf(output)![axis])];
                if (Sizes(known.First).SequenceEqual(Sizes(known.Other)))
                    node.Input.Add(NewConstant(node, Sizes(known.First)));
                break;
            case "Squeeze" when node.Input.Count < 2 && known.First.ShapeOf(node.Input[0]) is { } full && known.Other.ShapeOf(node.Input[0]) is { } fuller:
                node.Input.Add(NewConstant(node, [.. full.Zip(fuller).Index().Where(entry => entry.Item is (1, 1)).Select(entry => (long)entry.Index)])); // a batch of one image stays
                break;
            case "Expand" when Computed(node, 1) is [OnnxGraph.Batch, .. var rest] asked && known.First.Shapes.TryGetValue(node.Input[0], out var own) && own is [OnnxGraph.Batch, ..] && own.Length == asked.Length:
                if (known.Other.Values[node.Input[1]].Longs().Skip(1).SequenceEqual(rest))
                    node.Input[1] = NewConstant(node, [1, .. rest]);
                break;
            case "Resize" when Computed(node, 3) is [OnnxGraph.Batch, .. var rest] && known.Other.Values[node.Input[3]].Longs().Skip(1).SequenceEqual(rest):
                node.Input[3] = NewConstant(node, [0, .. rest]);
                break;
        }
    }

    /// <summary>Whole numbers that the graph computes from shapes, for the first batch.</summary>
    private long[]? Computed(NodeProto node, int input) => input < node.Input.Count && known.First.Values.TryGetValue(node.Input[input], out var value) ? value.Longs() : null;

    private string NewConstant(NodeProto node, long[] values)
    {
        var name = $"{node.Output[0]}:resolved";
        known.Constants[name] = tensor(values);
        return name;
    }
}
