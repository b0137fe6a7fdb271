using Onnx;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>Makes the batch of a file that fixes its size dynamic: nodes that have the size as a number are changed so that they take batches of any size.</summary>
/// <param name="known">What is known of the node's inputs and, behind it, of its outputs.</param>
internal sealed class DynamicBatch(KnownValues known)
{
    private readonly BatchAxis _axis = new(known);

    /// <summary>In a file made for a fixed batch constants may have its size; there the batch stays what it is.</summary>
    /// <returns>Nodes that the node needs before it.</returns>
    /// <exception cref="NotSupportedException">A reshape mixes the images of the batch.</exception>
    public IReadOnlyList<NodeProto> Rewrite(NodeProto node)
    {
        if (known.FixedBatch is not { } images)
            return [];
        switch (node.OpType)
        {
            case "Reshape":
                InferBatch(node, images);
                break;
            case "Resize" when node.Find("axes") is null:
                KeepBatch(node, 3, images, asTheyAre: 0);
                break;
            case "Expand":
                KeepBatch(node, 1, images, asTheyAre: 1);
                break;
            case "Concat":
                return RepeatConstants(node, images);
            case var operation when images > 1 && Operators.Broadcasts(operation):
                BroadcastConstants(node, images);
                break;
        }

        return [];
    }

    /// <summary>Takes in where a node that was just read puts the images.</summary>
    public void Note(NodeProto node)
    {
        if (known.FixedBatch is not null)
            _axis.Note(node);
    }

    /// <summary>
    /// The axis that has the images gets what is left over. What comes before that axis divides the entries before the images, and what follows it the numbers of each image; there alone the order of all
    /// numbers stays the same for batches of any size. A batch of one may fit several axes: an axis of the images alone goes first, then the rows of a matrix, then the last, as attention heads have it.
    /// </summary>
    private void InferBatch(NodeProto node, long images)
    {
        if (node.Input.Count < 2 || !known.Constants.TryGetValue(node.Input[1], out var constant) || _axis.Around(node.Input[0]) is not { } around)
            return;
        var asked = constant.Longs();
        var isLiteral = node.Integer("allowzero", 0) != 0;
        var shape = Rearranging.Reshaped(known.For(node.Input[0], images), asked, isLiteral).shape;
        if (shape.Contains(0))
            return;
        long Before(int axis) => Shapes.Product(shape[..axis]);
        long After(int axis) => Shapes.Product(shape[(axis + 1)..]);
        int[] axes = [.. Enumerable.Range(0, shape.Length).Where(axis => around.Before % Before(axis) == 0 && around.Each % After(axis) == 0)];
        int[] alone = [.. axes.Where(axis => around.Before == Before(axis) && around.Each == After(axis))];
        if (axes.Length == 0)
            throw known.OfFixedBatch(node);
        var chosen = alone.Length > 0 ? alone[0] : shape.Length == 2 ? axes[0] : axes[^1];
        if (asked[chosen] != -1 && (asked[chosen] != 0 || chosen != _axis.Of(node.Input[0])))
            node.Input[1] = known.NewConstant(node, [.. shape.Select((length, axis) => axis == chosen ? -1 : length)]);
    }

    /// <summary>Where the size that is asked for begins with the file's batch, asks for what leaves the images as they are.</summary>
    private void KeepBatch(NodeProto node, int input, long images, long asTheyAre)
    {
        if (input < node.Input.Count && known.Constants.TryGetValue(node.Input[input], out var size) && known.First.Shapes.GetValueOrDefault(node.Input[0]) is [OnnxGraph.Batch, ..] own
            && size.Longs() is [var first, .. var rest] && first == images && rest.Length == own.Length - 1)
            node.Input[input] = known.NewConstant(node, [asTheyAre, .. rest]);
    }

    /// <summary>A constant that the file puts beside each image of its batch is repeated for as many as there are.</summary>
    private List<NodeProto> RepeatConstants(NodeProto node, long images)
    {
        var nodes = new List<NodeProto>();
        if (node.Input.FirstOrDefault(name => known.First.Shapes.GetValueOrDefault(name) is [OnnxGraph.Batch, ..]) is not { } beside)
            return nodes;
        var rank = known.First.Shapes[beside].Length;
        if (Shapes.Axis(node.Integer("axis", 1), rank) == 0)
            return nodes;
        for (var i = 0; i < node.Input.Count; i++)
        {
            if (!known.Constants.TryGetValue(node.Input[i], out var constant) || constant.dim() != rank || ForOneImage(node, node.Input[i], 0, images) is not { } one)
                continue;
            nodes.AddRange(Repetition.Of(one, known.Constants[one].shape, beside, FormattableString.Invariant($"{node.Output[0]}:{i}"), (name, value) => known.Constants[name] = value));
            node.Input[i] = nodes[^1].Output[0];
        }

        return nodes;
    }

    /// <summary>An operator that repeats its inputs to fit each other takes a constant once that the file has for each image of its batch.</summary>
    private void BroadcastConstants(NodeProto node, long images)
    {
        if (node.Input.FirstOrDefault(name => _axis.Of(name) is { } own && known.First.Shapes[name][own] == OnnxGraph.Batch) is not { } beside)
            return;
        var fromTheEnd = known.First.Shapes[beside].Length - _axis.Of(beside)!.Value;
        for (var i = 0; i < node.Input.Count; i++)
        {
            if (known.Constants.TryGetValue(node.Input[i], out var constant))
                node.Input[i] = ForOneImage(node, node.Input[i], (int)constant.dim() - fromTheEnd, images) ?? node.Input[i];
        }
    }

    /// <summary>The name of a constant's part for one image, where it has one for each of the file's batch along an axis and all are the same; else null.</summary>
    private string? ForOneImage(NodeProto node, string name, int axis, long images)
    {
        var constant = known.Constants[name];
        if (axis < 0 || axis >= constant.dim() || constant.shape[axis] != images)
            return null;
        if (images == 1)
            return name;
        var part = constant.narrow(axis, 0, 1);
        if (!constant.eq(part).all().item<bool>())
            return null;
        var one = FormattableString.Invariant($"{name}:one-{axis}");
        if (!known.Constants.ContainsKey(one))
        {
            known.Spend(node, part.numel());
            known.Constants[one] = part.clone();
        }

        return one;
    }
}
