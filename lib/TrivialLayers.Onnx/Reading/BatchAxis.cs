using Onnx;

namespace TrivialLayers;

/// <summary>
/// Where the images of a batch stand in the values of a graph. Counted row by row, a value has some entries before the images, one part for each image, and some numbers in each part. A reshape may merge these with
/// the images into one axis: windows and attention heads are.
/// </summary>
internal sealed class BatchAxis(KnownValues known)
{
    /// <summary>How many entries come before the images within their own axis, where these are several: of rows that begin with the first token of every image, as many as there are tokens.</summary>
    private readonly Dictionary<string, long> _merged = [];

    /// <summary>The axis of a value whose length grows with the batch, or null where there is not one alone.</summary>
    public int? Of(string name)
    {
        if (known.First.Shapes.GetValueOrDefault(name) is not { } shape || known.Other.Shapes.GetValueOrDefault(name) is not { } other)
            return null;
        int[] axes = [.. shape.Zip(other).Index().Where(entry => entry.Item.First != entry.Item.Second).Select(entry => entry.Index)];
        return axes.Length == 1 && shape[axes[0]] % OnnxGraph.Batch == 0 ? axes[0] : null;
    }

    /// <summary>How many entries of a value come before its images, and how many numbers each part has; null where the images have no axis.</summary>
    public (long Before, long Each)? Around(string name)
    {
        if (Of(name) is not { } axis)
            return null;
        var shape = known.First.Shapes[name];
        var before = Shapes.Product(shape[..axis]) * _merged.GetValueOrDefault(name, 1);
        var each = before > 0 ? Shapes.Product(shape) / OnnxGraph.Batch / before : 0;
        return each > 0 ? (before, each) : null;
    }

    /// <summary>Takes in where a node that was just read puts the images.</summary>
    public void Note(NodeProto node)
    {
        foreach (var output in node.Output)
        {
            if (Of(output) is not { } axis)
                continue;
            var shape = known.First.Shapes[output];
            var merged = node.OpType is "Reshape" or "Flatten"
                ? (Around(node.Input[0])?.Before ?? 1) / Math.Max(1, Shapes.Product(shape[..axis]))
                : node.Input.Where(input => Of(input) is { } own && known.First.Shapes[input][own] == shape[axis]).Select(input => _merged.GetValueOrDefault(input, 1)).FirstOrDefault(1L);
            if (merged > 1)
                _merged[output] = merged;
        }
    }
}
