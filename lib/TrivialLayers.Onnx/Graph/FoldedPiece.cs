using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// A piece of a graph with kernels at zero. What such a layer gives is the same for every image, so it and what follows from it alone is computed for one image, and what led to it not at all. A piece
/// is computed again and again for the same images: for each layer it keeps the last values that do not depend on it. Batch norm is folded into the convolution before it.
/// </summary>
internal sealed class FoldedPiece : IFoldedSegment
{
    private readonly Piece _piece;
    private readonly OnnxGraph _graph;
    private readonly Func<string, Tensor?> _constant;

    /// <summary>For each value that depends on the piece's input the layers that it passed.</summary>
    private readonly Dictionary<string, HashSet<string>> _passed;

    private HashSet<string>? _worthKeeping;
    private Tensor? _input;
    private HashSet<string> _zeroed = [];
    private Dictionary<string, Tensor> _kept = [];

    /// <summary>Convolutions with the batch norm behind them, and those batch norms with their convolutions.</summary>
    private readonly Dictionary<GraphNode, FoldedConvolution> _folded = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<GraphNode, GraphNode> _norms = new(ReferenceEqualityComparer.Instance);

    private FoldedPiece(Piece piece, OnnxGraph graph, Func<string, Tensor?> constant, Dictionary<string, HashSet<string>> passed)
    {
        (_piece, _graph, _constant, _passed) = (piece, graph, constant, passed);
        var takers = piece.Nodes.SelectMany(node => node.Needs.Select(name => (name, node))).ToLookup(entry => entry.name, entry => entry.node);
        foreach (var node in piece.Nodes.Where(node => node.Prepared is { Module: Conv2d, IsModuleAlone: true } && node.Proto.Output[0] != piece.Output))
        {
            if (takers[node.Proto.Output[0]].ToList() is [{ Prepared.Module: BatchNorm2d } norm] && FoldedConvolution.Of(node.Layer!, node.Prepared.Module!, norm.Prepared.Module!) is { } folded)
                (_folded[node], _norms[norm]) = (folded, node);
        }
    }

    /// <summary>The folded form of a piece; null where a value does not have one part for each image, so that one image could not stand for all.</summary>
    public static FoldedPiece? Of(Piece piece, OnnxGraph graph, Func<string, Tensor?> constant)
    {
        var passed = new Dictionary<string, HashSet<string>> { [piece.Input] = [] };
        foreach (var node in piece.Nodes)
        {
            List<string> sources = [.. node.Needs.Where(passed.ContainsKey)];
            if (sources.Count == 0)
                continue;
            if (node.Proto.OpType == "MaxUnpool" || !node.Proto.Output.All(name => name.Length == 0 || graph.IsForEachImage(name)))
                return null; // places of maxima count through the whole batch
            foreach (var name in node.Proto.Output)
                passed[name] = [.. sources.SelectMany(source => passed[source]), .. node.IsLayer ? [node.Layer!] : Array.Empty<string>()];
        }

        return new FoldedPiece(piece, graph, constant, passed);
    }

    public Tensor Forward(Tensor input, IReadOnlySet<string> zeroed)
    {
        var values = new Dictionary<string, Tensor> { [_piece.Input] = input };
        foreach (var (name, value) in ReferenceEquals(input, _input) ? _kept : [])
        {
            if (!zeroed.Any(layer => _passed[name].Contains(layer) && !_zeroed.Contains(layer)))
                values[name] = value;
        }

        return Compute(values, zeroed);
    }

    public Tensor Begin(Tensor input, IReadOnlySet<string> zeroed)
    {
        _worthKeeping ??= WorthKeeping();
        var values = new Dictionary<string, Tensor> { [_piece.Input] = input };
        var output = Compute(values, zeroed, _worthKeeping);
        (_input, _zeroed, _kept) = (input, [.. zeroed], values.Where(entry => _worthKeeping.Contains(entry.Key)).ToDictionary());
        return output;
    }

    public void Dispose()
    {
        foreach (var convolution in _folded.Values)
            convolution.Dispose();
    }

    private Tensor Compute(Dictionary<string, Tensor> values, IReadOnlySet<string> zeroed, IReadOnlySet<string>? kept = null)
    {
        bool IsZeroed(GraphNode node) => node.Prepared.Module is Conv2d or Linear && zeroed.Contains(node.Layer!);
        return _piece.Compute(values, _constant, Run, IsZeroed, kept);

        Tensor[] Run(GraphNode node, Tensor?[] inputs) =>
            IsZeroed(node) ? [Constant(node)]
            : _folded.TryGetValue(node, out var folded) ? [folded.Forward(inputs[0]!)]
            : _norms.TryGetValue(node, out var convolution) && !IsZeroed(convolution) ? [inputs[0]!.alias()]
            : AsItIs(node, inputs);
    }

    /// <summary>Where some inputs are for one image and others for all, an operator that does not repeat them itself gets them repeated.</summary>
    private Tensor[] AsItIs(GraphNode node, Tensor?[] inputs)
    {
        bool DependsOnInput(int place) => inputs[place] is not null && _passed.ContainsKey(node.Proto.Input[place]);
        List<int> features = [.. Enumerable.Range(0, inputs.Length).Where(DependsOnInput)];
        if (features.Count < 2 || Operators.Broadcasts(node.Proto.OpType))
            return node.Prepared.Run(inputs);
        using var scope = NewDisposeScope();
        var images = features.Max(place => inputs[place]!.shape[0]);
        foreach (var place in features)
            inputs[place] = inputs[place]!.expand([images, .. inputs[place]!.shape[1..]]);
        return [.. node.Prepared.Run(inputs).Select(output => output.MoveToOuterDisposeScope())];
    }

    /// <summary>What a layer gives without its kernel: its bias everywhere.</summary>
    private Tensor Constant(GraphNode node)
    {
        using var scope = NewDisposeScope();
        long[] shape = [1, .. _graph.Shapes[node.Proto.Output[0]][1..]];
        var (bias, weight) = (node.Prepared.Module!.get_parameter("bias"), node.Prepared.Module!.get_parameter("weight")!);
        if (bias is null)
            return zeros(shape, dtype: weight.dtype, device: weight.device).MoveToOuterDisposeScope();
        var everywhere = (shape.Length == 4 && node.Prepared.Module is Conv2d ? bias.view(1, -1, 1, 1) : bias).expand(shape);
        return (shape.Length == 4 ? everywhere.ForEvaluation() : everywhere.clone()).MoveToOuterDisposeScope();
    }

    /// <summary>Going back from the output until no layer at zero was passed, for each layer: where that ends.</summary>
    private HashSet<string> WorthKeeping()
    {
        var ends = new HashSet<string>();
        foreach (var layer in _piece.Nodes.Where(node => node.IsLayer).Select(node => node.Layer!).Distinct())
        {
            var needed = new HashSet<string> { _piece.Output };
            foreach (var node in _piece.Nodes.Reverse().Where(node => node.Layer != layer && node.Proto.Output.Any(needed.Contains)))
            {
                if (node.Proto.Output.Any(name => _passed.TryGetValue(name, out var passed) && passed.Contains(layer)))
                    needed.UnionWith(node.Needs);
                else
                    ends.UnionWith(node.Proto.Output.Where(name => needed.Contains(name) && _passed.ContainsKey(name)));
            }
        }

        return ends;
    }
}
