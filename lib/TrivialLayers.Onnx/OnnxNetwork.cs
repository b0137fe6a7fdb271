using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// An image network of others, read from an ONNX file: its convolutions and linear layers are modules under the names of the file, so it is swept, zeroed, trained and stored as the library's own. It computes
/// in float32, whatever the file was saved in, and begins in evaluation mode.
/// <para>
/// <see cref="Segments"/> are cut where the whole computation passes through a single tensor, so that a sweep keeps features there. Roles come from where branches join: see <see cref="RoleOf"/>.
/// </para>
/// </summary>
public sealed class OnnxNetwork : SegmentedNetwork, IDescribed, IPrunable, IFoldable
{
    private readonly OnnxGraph _graph;
    private readonly Dictionary<string, string> _held = [];
    private readonly Dictionary<string, (Module Holder, string Name)> _places = [];
    private readonly NameList _names = new();
    private IReadOnlyList<Piece> _pieces = [];
    private IReadOnlyList<Segment> _segments = [];
    private IReadOnlyDictionary<string, LayerRole>? _roles;

    internal OnnxNetwork(string title, OnnxGraph graph) : base(title, (int)graph.Image[0])
    {
        _graph = graph;
        foreach (var nodes in graph.Nodes.Where(node => node.Prepared.Module is not null).GroupBy(node => node.Prepared.Module!))
        {
            var layer = _names.Add(LayerNames.Of(nodes.First().Proto));
            Scope.Place(this, layer, nodes.Key);
            foreach (var node in nodes)
                node.Layer = layer;
        }

        var needed = graph.Nodes.SelectMany(node => node.Needs).ToHashSet();
        var prepared = graph.BeforeAnyLayer().ToHashSet();
        foreach (var (constant, value) in graph.Constants.Where(entry => needed.Contains(entry.Key) && entry.Value.is_floating_point()))
            Hold(_names.Add(constant), constant, value, graph.Trained.Contains(constant) && !prepared.Contains(constant));
        foreach (var constant in _held.Keys)
            graph.Constants.Remove(constant);
        Compose();
        eval();
    }

    /// <summary>Height of the images in pixels.</summary>
    public int Height => (int)_graph.Image[1];

    /// <summary>Width of the images in pixels.</summary>
    public int Width => (int)_graph.Image[2];

    /// <inheritdoc/>
    public override IReadOnlyList<Segment> Segments => _segments;

    /// <inheritdoc/>
    public string Description => "onnx graph=" + GraphFingerprint.Of(_graph, _held);

    internal OnnxGraph Graph => _graph;

    /// <summary>
    /// Reads an ONNX file. Operators of opset 7 to 26 that image networks use are read, in float16, float32 or float64, with weights in the file or in others beside it. The batch may have any size, also where
    /// the file fixes one; if it computes with that one beyond what can be adapted, it is refused.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="height">Height of the images in pixels, where the file leaves it open or the network is to take others; by default that of the file.</param>
    /// <param name="width">Width of the images in pixels; by default that of the file.</param>
    /// <param name="output">
    /// The name of the output to take, or of any other tensor of the graph; by default the first output. Training, cross-entropy and ties want scores: of a file that ends in a softmax, name what goes into it.
    /// </param>
    /// <exception cref="NotSupportedException">
    /// An operator, or a way to use it, is not read: the message names operator, node and opset, and what is known instead. Or the file computes with the batch that it fixes: the message says how to export it without.
    /// </exception>
    /// <exception cref="InvalidDataException">It is not an ONNX file, or is damaged.</exception>
    /// <exception cref="ArgumentException">The file leaves the size open, or has no tensor of the name <paramref name="output"/>.</exception>
    public static OnnxNetwork Load(string path, int? height = null, int? width = null, string? output = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var graph = GraphReader.Read(OnnxFile.Read(path), path, height, width, output);
        var network = new OnnxNetwork(Path.GetFileNameWithoutExtension(path), graph);
        try
        {
            if (graph.FixedBatch is { } batch && graph.MightMixImages)
                BatchIndependence.Demand(network, path, batch);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The role of a layer by the graph: <see cref="LayerRole.Stem"/> is the first convolution. Of two branches that are added, the one with fewer layers is the <see cref="LayerRole.Shortcut"/>, the other
    /// <see cref="LayerRole.Residual"/>, with a <see cref="LayerRole.ChannelChange"/> where the sum has other channels than what went in. What is put beside its own input is <see cref="LayerRole.Dense"/>,
    /// and everything else <see cref="LayerRole.Plain"/>.
    /// </summary>
    /// <param name="layer">The dotted name, as in <see cref="SegmentedNetwork.Layers"/>.</param>
    public override LayerRole RoleOf(string layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return (_roles ??= JoinRoles.Of(_graph)).GetValueOrDefault(layer, LayerRole.Unspecified);
    }

    /// <summary>Takes convolutions and linear layers really out, so that the network gives what it would give with their kernels at zero.</summary>
    /// <param name="layers">Dotted names of layers.</param>
    /// <returns>The dotted names of all convolutions that went.</returns>
    /// <exception cref="ArgumentException">Without one of them nothing of the image would be left. Nothing is changed then.</exception>
    public IReadOnlyList<string> TakeOut(params IEnumerable<string> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        List<string> chosen = [.. layers];
        NetworkLayers.Demand(this, chosen, linearToo: true);
        var before = Layers;
        GraphPruning.TakeOut(this, chosen);
        return [.. before.Select(layer => layer.Name).Except(Layers.Select(layer => layer.Name))];
    }

    IFoldedSegment? IFoldable.Fold(Segment segment) =>
        _segments.Index().FirstOrDefault(own => ReferenceEquals(own.Item, segment)) is (var index, not null) ? FoldedPiece.Of(_pieces[index], _graph, Constant) : null;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var constant in _graph.Constants.Values)
                constant.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>A constant that nodes need when they run, or null.</summary>
    internal Tensor? Constant(string name) =>
        _held.TryGetValue(name, out var held) ? Tensor(held) : _graph.Constants.GetValueOrDefault(name);

    /// <summary>The name of a constant among parameters and buffers, or null where it is none.</summary>
    internal string? HeldName(string constant) => _held.GetValueOrDefault(constant);

    /// <summary>A name for a module or tensor, the wanted one if no other has it.</summary>
    internal string FreeName(string wanted) => _names.Add(wanted);

    internal void Hold(string name, string constant, Tensor value, bool isTrained)
    {
        Scope.Place(this, name, value, isTrained);
        _held[constant] = name;
    }

    /// <summary>Drops modules and constants that the graph does not need any more, and cuts it again.</summary>
    internal void Compose()
    {
        var layers = _graph.Nodes.Select(node => node.Layer).OfType<string>().ToHashSet();
        var needed = _graph.Nodes.SelectMany(node => node.Needs).ToHashSet();
        foreach (var (name, module) in named_modules().Where(found => found.module is not Scope && !layers.Contains(found.name)).ToList())
        {
            Scope.Holder(this, name, out var last).register_module(last, null!);
            module.Dispose();
        }

        foreach (var (constant, name) in _held.Where(entry => !needed.Contains(entry.Key)).ToList())
        {
            var (holder, last) = Place(name);
            var gone = Tensor(name);
            if (holder is Scope scope)
                scope.Drop(last);
            else
                Drop(last);
            gone.Dispose();
            _held.Remove(constant);
            _places.Remove(name);
        }

        _roles = null;
        _pieces = Piece.Cut(_graph);
        _segments = [.. _pieces.Select(AsSegment)];
    }

    private Segment AsSegment(Piece piece, int index)
    {
        string[] modules = [.. piece.Nodes.Select(node => node.Layer).OfType<string>()];
        string[] constants = [.. piece.Nodes.SelectMany(node => node.Needs).Where(_held.ContainsKey).Select(name => _held[name]).Distinct()];
        var name = piece.Nodes.FirstOrDefault(node => node.IsLayer)?.Layer ?? (piece.Nodes.Count > 0 ? piece.Nodes[0].Proto.Output[0] : "network");
        return new Segment(name, [.. modules, .. constants], input => piece.Forward(index == 0 ? Checked(input) : input, Constant));
    }

    private Tensor Checked(Tensor images) => images.dim() == 4 && images.shape.AsSpan(1).SequenceEqual(_graph.Image)
        ? images
        : throw new ArgumentException(
            $"{Title} takes images [N, {string.Join(", ", _graph.Image.Select(Text))}]; given: [{string.Join(", ", images.shape.Select(Text))}]. "
            + $"If the network supports another size, give that size when you load it: OnnxNetwork.Load(path, height: {Text(images.shape.ElementAtOrDefault(2))}, width: {Text(images.shape.ElementAtOrDefault(3))}).");

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private Tensor Tensor(string held)
    {
        var (holder, name) = Place(held);
        return holder.get_parameter(name) ?? holder.get_buffer(name)!;
    }

    private (Module Holder, string Name) Place(string held)
    {
        if (!_places.TryGetValue(held, out var place))
            _places[held] = place = (Scope.Holder(this, held, out var last), last);
        return place;
    }

    private void Drop(string tensor)
    {
        if (get_parameter(tensor) is not null)
            _internal_params.Remove(tensor);
        else
            _internal_buffers.Remove(tensor);
    }
}
