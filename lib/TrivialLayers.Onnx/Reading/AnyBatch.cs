using Onnx;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>Makes a node right for batches of any size, where the file fixes one or the graph computes with it.</summary>
/// <param name="known">What is known of the node's inputs and, behind it, of its outputs.</param>
internal sealed class AnyBatch(KnownValues known)
{
    private readonly BatchPlace _place = new(known);

    /// <summary>In a file made for a fixed batch constants may have its size; there the batch stays what it is.</summary>
    /// <returns>Nodes that the node needs before it.</returns>
    /// <exception cref="NotSupportedException">A reshape mixes the images of the batch.</exception>
    public IReadOnlyList<NodeProto> Free(NodeProto node)
    {
        if (known.FixedBatch is not { } images)
            return [];
        switch (node.OpType)
        {
            case "Reshape":
                FreeReshape(node, images);
                break;
            case "Resize" when node.Find("axes") is null:
                LeaveImages(node, 3, images, asTheyAre: 0);
                break;
            case "Expand":
                LeaveImages(node, 1, images, asTheyAre: 1);
                break;
            case "Concat":
                return Repeat(node, images);
            case var operation when images > 1 && Operators.Broadcasts(operation):
                TakeOneForAll(node, images);
                break;
        }

        return [];
    }

    /// <summary>
    /// Replaces what a node takes that was computed from shapes. A reshape gets the shape that came out, with the batch as what is left over. An expansion expands all but the batch, a resize resizes all but
    /// the batch, and a squeeze without axes drops the axes that are 1 for batches of any size.
    /// </summary>
    public void Resolve(NodeProto node)
    {
        if (known.FixedBatch is not null)
            _place.Note(node);
        switch (node.OpType)
        {
            case "Reshape" when Computed(node, 1) is not null && known.First.Shapes.TryGetValue(node.Output[0], out var shape):
                var others = known.Other.Shapes[node.Output[0]];
                if (shape.Zip(others).Count(pair => pair.First != pair.Second) <= 1 && !shape.Contains(0))
                    node.Input[1] = NewConstant(node, [.. shape.Zip(others, (length, other) => length == other ? length : -1)]);
                break;
            case "Split" when node.Input.Count < 2 && known.First.ShapeOf(node.Input[0]) is { } whole:
                var axis = Shapes.Axis(node.Integer("axis", 0), whole.Length);
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

    /// <summary>
    /// The axis that has the images gets what is left over. What comes before that axis divides the entries before the images, and what follows it the numbers of each image; there alone the order of all
    /// numbers stays the same for batches of any size. A batch of one may fit several axes: an axis of the images alone goes first, then the rows of a matrix, then the last, as attention heads have it.
    /// </summary>
    private void FreeReshape(NodeProto node, long images)
    {
        if (node.Input.Count < 2 || !known.Constants.TryGetValue(node.Input[1], out var constant) || _place.Of(node.Input[0]) is not { } place)
            return;
        var asked = constant.Longs();
        var isLiteral = node.Integer("allowzero", 0) != 0;
        var shape = Rearranging.Reshaped(known.For(node.Input[0], images), asked, isLiteral).shape;
        if (shape.Contains(0))
            return;
        long Before(int axis) => Shapes.Product(shape[..axis]);
        long After(int axis) => Shapes.Product(shape[(axis + 1)..]);
        int[] axes = [.. Enumerable.Range(0, shape.Length).Where(axis => place.Before % Before(axis) == 0 && place.Each % After(axis) == 0)];
        int[] alone = [.. axes.Where(axis => place.Before == Before(axis) && place.Each == After(axis))];
        if (axes.Length == 0)
            throw known.OfFixedBatch(node);
        var chosen = alone.Length > 0 ? alone[0] : shape.Length == 2 ? axes[0] : axes[^1];
        if (asked[chosen] != -1 && (asked[chosen] != 0 || chosen != _place.Axis(node.Input[0])))
            node.Input[1] = NewConstant(node, [.. shape.Select((length, axis) => axis == chosen ? -1 : length)]);
    }

    /// <summary>Where the size that is asked for begins with the file's batch, asks for what leaves the images as they are.</summary>
    private void LeaveImages(NodeProto node, int input, long images, long asTheyAre)
    {
        if (input < node.Input.Count && known.Constants.TryGetValue(node.Input[input], out var size) && known.First.Shapes.GetValueOrDefault(node.Input[0]) is [OnnxGraph.Batch, ..] own
            && size.Longs() is [var first, .. var rest] && first == images && rest.Length == own.Length - 1)
            node.Input[input] = NewConstant(node, [asTheyAre, .. rest]);
    }

    /// <summary>A constant that the file puts beside each image of its batch is repeated for as many as there are.</summary>
    private List<NodeProto> Repeat(NodeProto node, long images)
    {
        var nodes = new List<NodeProto>();
        if (node.Input.FirstOrDefault(name => known.First.Shapes.GetValueOrDefault(name) is [OnnxGraph.Batch, ..]) is not { } beside)
            return nodes;
        var rank = known.First.Shapes[beside].Length;
        if (Shapes.Axis(node.Integer("axis", 1), rank) == 0)
            return nodes;
        for (var i = 0; i < node.Input.Count; i++)
        {
            if (!known.Constants.TryGetValue(node.Input[i], out var constant) || constant.dim() != rank || OneForAll(node, node.Input[i], 0, images) is not { } one)
                continue;
            nodes.AddRange(Repetition.Of(one, known.Constants[one].shape, beside, FormattableString.Invariant($"{node.Output[0]}:{i}"), (name, value) => known.Constants[name] = value));
            node.Input[i] = nodes[^1].Output[0];
        }

        return nodes;
    }

    /// <summary>An operator that repeats its inputs to fit each other takes a constant once that the file has for each image of its batch.</summary>
    private void TakeOneForAll(NodeProto node, long images)
    {
        if (node.Input.FirstOrDefault(name => _place.Axis(name) is { } own && known.First.Shapes[name][own] == OnnxGraph.Batch) is not { } beside)
            return;
        var fromTheEnd = known.First.Shapes[beside].Length - _place.Axis(beside)!.Value;
        for (var i = 0; i < node.Input.Count; i++)
        {
            if (known.Constants.TryGetValue(node.Input[i], out var constant))
                node.Input[i] = OneForAll(node, node.Input[i], (int)constant.dim() - fromTheEnd, images) ?? node.Input[i];
        }
    }

    /// <summary>The name of a constant's part for one image, where it has one for each of the file's batch along an axis and all are the same; else null.</summary>
    private string? OneForAll(NodeProto node, string name, int axis, long images)
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

    /// <summary>Whole numbers that the graph computes from shapes, for the first batch.</summary>
    private long[]? Computed(NodeProto node, int input) => input < node.Input.Count && known.First.Values.TryGetValue(node.Input[input], out var value) ? value.Longs() : null;

    private string NewConstant(NodeProto node, long[] values)
    {
        var name = $"{node.Output[0]}:resolved";
        known.Constants[name] = tensor(values);
        return name;
    }
}
