using Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// What is known of a graph's values while it is read: its constants; and, for batches of two sizes, the shape of what depends on the images and the numbers of what depends on the size alone. Nothing is
/// computed before its size is known. All that is made may have <see cref="ForEachWeight"/> times as many numbers as the file's weights, and <see cref="MostConstants"/> more. A view shares the memory of
/// another constant; it counts where it is held for a node that is left to be computed, since it gets memory of its own there.
/// The workspace of a node that computes constants counts too, although its memory is free again afterwards.
/// </summary>
internal sealed class KnownValues(string path, int opset)
{
    /// <summary>Numbers that a graph without weights may make.</summary>
    public const long MostConstants = 1 << 24;

    /// <summary>Numbers that may be made for each weight: several nodes may compute a kernel, those that standardise it for instance, and a layer has a copy.</summary>
    private const int ForEachWeight = 8;

    /// <summary>Numbers of one feature map of one image.</summary>
    private const long MostFeatures = 1 << 28;

    private double _left = MostConstants;

    /// <summary>Views that have not counted yet, with how many numbers they have.</summary>
    private readonly Dictionary<string, long> _views = [];

    public Dictionary<string, Tensor> Constants { get; } = [];

    /// <summary>Names of constants that were computed; they may be views of others.</summary>
    public HashSet<string> Computed { get; } = [];

    /// <summary>For <see cref="OnnxGraph.Batch"/> images.</summary>
    public KnownBatch First { get; } = new(OnnxGraph.Batch);

    /// <summary>For another number of images, a prime that no layer has as a size, too.</summary>
    public KnownBatch Other { get; } = new(10009);

    /// <summary>The batch that the file fixes, or null.</summary>
    public long? FixedBatch { get; set; }

    public bool Has(string name) => Constants.ContainsKey(name) || First.Shapes.ContainsKey(name) || First.Values.ContainsKey(name);

    /// <summary>Takes a constant in that the file holds.</summary>
    public void Add(string name, Tensor constant)
    {
        Constants[name] = constant;
        _left += ForEachWeight * constant.numel();
    }

    /// <summary>Takes in whole numbers that replace an input of a node, and gives their name.</summary>
    public string NewConstant(NodeProto node, long[] values)
    {
        var name = $"{node.Output[0]}:resolved";
        Constants[name] = tensor(values);
        return name;
    }

    /// <summary>A value for another number of images, computed or not: lengths and whole numbers that grow with the batch do so in equal steps.</summary>
    public Tensor For(string name, long images)
    {
        long Step(long first, long other) => first + ((other - first) / (Other.Images - First.Images) * (images - First.Images));
        if (Constants.TryGetValue(name, out var constant))
            return constant;
        if (First.Shapes.TryGetValue(name, out var shape))
            return Shapes.Empty([.. shape.Zip(Other.Shapes[name], (first, other) => Step(first, other))]);
        var value = First.Values[name];
        long[] numbers = value.dtype == ScalarType.Int64 ? [.. value.Longs().Zip(Other.Values[name].Longs(), (first, other) => Step(first, other))] : [];
        return value.dtype == ScalarType.Int64 ? tensor(numbers).reshape(value.shape) : value;
    }

    /// <summary>Takes a node in. What it gives for batches of any size alike becomes a constant.</summary>
    /// <returns>Whether it is left to be computed for each batch.</returns>
    /// <exception cref="InvalidDataException">It does not fit its inputs, or makes too much.</exception>
    public bool Take(GraphNode node)
    {
        var isConstant = node.Proto.Input.All(name => name.Length == 0 || Constants.ContainsKey(name));
        var found = Compute(node, isConstant ? null : First);
        var other = isConstant ? found : Compute(node, Other);
        if (isConstant || found.Zip(other).All(pair => IsSame(pair.First, pair.Second)))
        {
            foreach (var (name, output) in node.Proto.Output.Zip(found).Where(pair => pair.First.Length > 0))
                (_, Constants[name]) = (Computed.Add(name), output);
            return false;
        }

        foreach (var name in node.Uses)
        {
            if (_views.Remove(name, out var numbers))
                Spend(node.Proto, numbers);
        }

        Keep(node, found, First);
        Keep(node, other, Other);
        return true;
    }

    /// <summary>Counts numbers that a node makes.</summary>
    /// <exception cref="InvalidDataException">With those before they are more than the file may make.</exception>
    public void Spend(NodeProto node, double numbers, string what = "its constant output")
    {
        if ((_left -= numbers) < 0)
            throw Wrong(node, FormattableString.Invariant($"{what} would have {numbers} numbers, which together with those before are more than this file may make"));
    }

    /// <summary>What torch or an operator finds wrong is wrong in the file.</summary>
    public T Attempt<T>(NodeProto node, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is not (NotSupportedException or InvalidDataException or OutOfMemoryException))
        {
            throw Wrong(node, error.Message.Split('\n')[0], error);
        }
    }

    /// <summary>A node fits the batch that the file fixes, and no other.</summary>
    public NotSupportedException OfFixedBatch(NodeProto node) => Refusal.Of(path, node, opset, Refusal.FixedBatch(FixedBatch!.Value));

    public InvalidDataException Wrong(NodeProto node, string what, Exception? inner = null) => new($"{path}: {Refusal.Name(node, opset)} does not fit the rest of the graph: {what}.", inner);

    /// <summary>Outputs for a batch, or of a constant node; shapes alone of what there is one of for each image.</summary>
    private Tensor[] Compute(GraphNode node, KnownBatch? batch)
    {
        var inputs = Inputs(node, name => batch!.Of(name));
        var workspace = Attempt(node.Proto, () => node.Prepared.Workspace?.Invoke(inputs)) ?? default;
        if (batch is not null && inputs.Any(input => input?.IsShape() is true))
        {
            DemandSize(node.Proto, workspace.What, workspace.Numbers / batch.Images);
            return Run(node, batch, inputs);
        }

        Spend(node.Proto, workspace.Numbers, workspace.What);
        var sizes = Run(node, batch, OfSizes(node.Proto, inputs));
        if (batch is not null && sizes.All(batch.IsForEachImage))
            return sizes;
        var made = sizes.Sum(size => size.numel());
        if (IsView(node.Proto, inputs.FirstOrDefault()))
            _views[node.Proto.Output[0]] = made;
        else
            Spend(node.Proto, made);
        return Run(node, batch, inputs);
    }

    private Tensor[] Run(GraphNode node, KnownBatch? batch, Tensor?[] inputs)
    {
        try
        {
            return Attempt(node.Proto, () => node.Prepared.Run(inputs));
        }
        catch (InvalidDataException error) when (batch is not null)
        {
            var images = FixedBatch ?? 1;
            Attempt(node.Proto, () => node.Prepared.Run(OfSizes(node.Proto, Inputs(node, name => For(name, images))))); // what does not fit these either is wrong in the file
            if (FixedBatch is not null)
                throw OfFixedBatch(node.Proto);
            throw Wrong(node.Proto, "it computes with one image only", error);
        }
    }

    private Tensor?[] Inputs(GraphNode node, Func<string, Tensor> valueOf) =>
        [.. node.Proto.Input.Select((name, i) => name.Length == 0 || node.Captured.Contains(i) ? null : Constants.GetValueOrDefault(name) ?? valueOf(name))];

    /// <summary>
    /// Inputs that tell the size of an output: it depends on the shape of the first one, and on the numbers of the others. A constant of some shape is a view of one number, and a range is short.
    /// </summary>
    private static Tensor?[] OfSizes(NodeProto node, Tensor?[] inputs) =>
        node.OpType is "ConstantOfShape" or "Range" ? inputs : [.. inputs.Select((input, i) => i > 0 || input is null ? input : Shapes.Empty(input.shape, input.dtype))];

    /// <summary>Whether a node shows the numbers of its input where they are. For another shape torch copies them unless they lie in order.</summary>
    private static bool IsView(NodeProto node, Tensor? input) => node.OpType switch
    {
        "Transpose" => true,
        "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" => input?.is_contiguous() is true,
        _ => false,
    };

    private void Keep(GraphNode node, Tensor[] outputs, KnownBatch batch)
    {
        foreach (var (name, output) in node.Proto.Output.Zip(outputs).Where(pair => pair.First.Length > 0))
        {
            if (!output.IsShape() && !batch.IsForEachImage(output))
                batch.Values[name] = output;
            else
            {
                DemandSize(node.Proto, "its output", output.numel() / batch.Images);
                batch.Shapes[name] = output.shape;
            }
        }
    }

    private void DemandSize(NodeProto node, string what, double numbers)
    {
        if (numbers > MostFeatures)
            throw Wrong(node, FormattableString.Invariant($"{what} would have {numbers} numbers for each image; at most {MostFeatures} are supported"));
    }

    private static bool IsSame(Tensor found, Tensor other) => !found.IsShape() && !other.IsShape() && found.shape.SequenceEqual(other.shape) && found.Equals(other);
}
