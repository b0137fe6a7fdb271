using TorchSharp.Modules;

namespace TrivialLayers;

/// <summary>
/// The roles of layers by where branches join. Two branches that are added are a residual unit: what has fewer layers is its shortcut. A concatenation is dense where something reaches it from the fork
/// without a layer and in the same size, as in DenseNet. A long connection, around maps that are smaller than where it ends, as in U-Net, is neither. A layer belongs to the innermost join around it; what is
/// in none is plain.
/// </summary>
internal sealed class JoinRoles
{
    private readonly OnnxGraph _graph;
    private readonly List<GraphNode> _nodes;

    /// <summary>For each computed value the node that makes it, −1 for the images.</summary>
    private readonly Dictionary<string, int> _maker = [];

    /// <summary>The last node through which everything passes that reaches a node (its immediate dominator), −1 for the images.</summary>
    private readonly int[] _fork;

    private readonly Dictionary<string, LayerRole> _roles = [];

    private JoinRoles(OnnxGraph graph)
    {
        (_graph, _nodes) = (graph, graph.Nodes);
        _maker[graph.Input] = -1;
        _fork = new int[_nodes.Count];
        foreach (var (i, node) in _nodes.Index())
        {
            _fork[i] = Sources(i).Aggregate((int?)null, (found, source) => found is { } other ? Common(other, source) : source) ?? -1;
            foreach (var output in Sources(i).Any() ? node.Proto.Output : []) // what does not depend on the images is a constant
                _maker[output] = i;
        }
    }

    /// <summary>The role of each layer with a kernel.</summary>
    public static IReadOnlyDictionary<string, LayerRole> Of(OnnxGraph graph)
    {
        var found = new JoinRoles(graph);
        for (var i = 0; i < graph.Nodes.Count; i++)
            found.Join(i);
        foreach (var node in graph.Nodes.Where(node => node.IsLayer))
            found._roles.TryAdd(node.Layer!, LayerRole.Plain);
        if (graph.Nodes.Find(node => node.Prepared.Module is Conv2d) is { } first)
            found._roles[first.Layer!] = LayerRole.Stem;
        return found._roles;
    }

    private IEnumerable<int> Sources(int node) => _nodes[node].Needs.Where(_maker.ContainsKey).Select(name => _maker[name]);

    private int Common(int left, int right)
    {
        while (left != right)
        {
            if (left > right)
                left = _fork[left];
            else
                right = _fork[right];
        }

        return left;
    }

    private void Join(int at)
    {
        var operation = _nodes[at].Proto.OpType;
        var sources = Sources(at).ToList();
        if (operation is not "Add" and not "Sum" and not "Concat" || sources.Count < 2)
            return;
        var branches = sources.ConvertAll(source => Between(_fork[at], source));
        var (from, to) = (ShapeOf(_fork[at]), ShapeOf(at));
        if (operation == "Concat")
        {
            var isDense = branches.Exists(branch => branch.Count == 0) && branches.Exists(branch => branch.Count > 0) && IsSameSize(branches, to);
            foreach (var layer in isDense ? branches.SelectMany(branch => branch) : [])
                _roles.TryAdd(_nodes[layer].Layer!, LayerRole.Dense);
        }
        else if (branches.Count == 2 && branches[0].Count + branches[1].Count > 0 && !sources.Exists(source => PassesSmallerMaps(_fork[at], source, to)))
        {
            var shortcut = IsShortcut(branches[0], branches[1]) ? 0 : 1;
            foreach (var layer in branches[shortcut].Except(branches[1 - shortcut]))
                _roles.TryAdd(_nodes[layer].Layer!, LayerRole.Shortcut);
            Residual([.. branches[1 - shortcut]], from.ElementAtOrDefault(1) != to.ElementAtOrDefault(1));
        }
    }

    /// <summary>The branch of a residual unit; where the unit changes the channels, the last layer that does is the one that makes the change.</summary>
    private void Residual(List<int> branch, bool changesChannels)
    {
        var change = changesChannels ? branch.FindLastIndex(layer => _nodes[layer].Prepared.Module is Conv2d convolution && convolution.in_channels != convolution.out_channels) : -1;
        foreach (var (i, layer) in branch.Index())
            _roles.TryAdd(_nodes[layer].Layer!, i == change ? LayerRole.ChannelChange : LayerRole.Residual);
    }

    /// <summary>Fewer layers; of as many, the smaller kernels.</summary>
    private bool IsShortcut(List<int> branch, List<int> other) => branch.Count != other.Count ? branch.Count < other.Count : KernelSize(branch) <= KernelSize(other);

    private long KernelSize(List<int> branch) => branch.Sum(layer => _nodes[layer].Prepared.Module is Conv2d convolution ? convolution.kernel_size[0] * convolution.kernel_size[1] : 1);

    /// <summary>Whether the maps of all layers have the height and width of the join.</summary>
    private bool IsSameSize(List<List<int>> branches, long[] join) =>
        branches.SelectMany(branch => branch).All(layer => ShapeOf(layer) is { Length: 4 } shape && join.Length == 4 && shape[2] == join[2] && shape[3] == join[3]);

    private long[] ShapeOf(int node) => _graph.Shapes.GetValueOrDefault(node < 0 ? _graph.Input : _nodes[node].Proto.Output[0]) ?? [];

    /// <summary>Whether a branch has maps of fewer pixels than the join, and more than the one of a gate.</summary>
    private bool PassesSmallerMaps(int fork, int end, long[] join) =>
        join is [_, _, var height, var width] && Ways(fork, end).Any(node => ShapeOf(node) is [_, _, var h, var w] && h * w > 1 && h * w < height * width);

    /// <summary>The layers on the ways from the fork, exclusive, to a node, inclusive, in their order.</summary>
    private List<int> Between(int fork, int end) => [.. Ways(fork, end).Where(node => _nodes[node].IsLayer)];

    private SortedSet<int> Ways(int fork, int end)
    {
        var seen = new SortedSet<int>();
        var open = new Stack<int>([end]);
        while (open.TryPop(out var node))
        {
            if (node <= fork || !seen.Add(node))
                continue;
            foreach (var source in Sources(node))
                open.Push(source);
        }

        return seen;
    }
}
