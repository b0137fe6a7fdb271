using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// Takes zeroed convolutions really out. A residual unit with a zero kernel in its branch adds a constant to its shortcut, whatever the image; so all convolutions of the branch can go, and the smaller
/// network gives the same outputs as the large one with the zeros.
/// </summary>
public static class Pruning
{
    private const string Constant = ".constant";

    /// <summary>Replaces each residual unit whose branch holds one of these layers with its shortcut and the constants of that branch.</summary>
    /// <param name="network">A residual network; changed. Its weights stay as they are elsewhere.</param>
    /// <param name="layers">Dotted names of convolutions in branches, as <see cref="TrivialLayers.Zeroing.Of"/> takes them.</param>
    /// <param name="height">Height of the images in pixels.</param>
    /// <param name="width">Width of the images in pixels.</param>
    /// <returns>The dotted names of all convolutions that went.</returns>
    /// <exception cref="ArgumentException">A layer is not in the branch of a residual unit: without it nothing of the image would be left, so nothing can be taken out. Nothing is changed then.</exception>
    public static IReadOnlyList<string> TakeOut<TNetwork>(TNetwork network, IEnumerable<string> layers, int height, int width)
        where TNetwork : SegmentedNetwork
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(layers);
        var chosen = layers.ToList();
        if (network is IPrunable own)
        {
            return (height, width) == (own.Height, own.Width) ? own.TakeOut(chosen)
                : throw new ArgumentException(FormattableString.Invariant($"{network.Title} takes images of {own.Height} × {own.Width} pixels; the size given is {height} × {width}."));
        }

        NetworkLayers.Demand(network, chosen);
        var units = Units(network);
        var unitOf = chosen.ToDictionary(layer => layer, layer => units.Keys.FirstOrDefault(unit => InBranch(network, unit, layer)));
        if (unitOf.FirstOrDefault(entry => entry.Value is null) is { Key: { } outside })
            throw new ArgumentException($"'{outside}' is not in the branch of a residual unit: with its kernel zeroed, no information about the image passes through it, so it cannot be removed. Choose layers of role Residual or ChannelChange.", nameof(layers));
        var gone = network.Layers.Where(layer => unitOf.Values.Any(unit => InBranch(network, unit!, layer.Name))).Select(layer => layer.Name).ToList();
        foreach (var group in unitOf.GroupBy(entry => entry.Value!, entry => entry.Key))
        {
            using var scope = NewDisposeScope();
            Replace(network, group.Key, units[group.Key], ConstantOf(network, group.Key, units[group.Key], [.. group], height, width), height, width);
        }

        return gone;
    }

    /// <summary>The same for a network that knows the size of its images.</summary>
    /// <param name="network">The network; changed.</param>
    /// <param name="layers">Dotted names of layers, those of <see cref="Sweep.Trivial"/> for instance.</param>
    /// <returns>The dotted names of all convolutions that went.</returns>
    /// <exception cref="ArgumentException">Without one of them nothing of the image would be left. Nothing is changed then.</exception>
    public static IReadOnlyList<string> TakeOut<TNetwork>(TNetwork network, IEnumerable<string> layers)
        where TNetwork : SegmentedNetwork, IPrunable
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(layers);
        return network.TakeOut(layers);
    }

    /// <summary>Reads a network that was saved by <see cref="Weights.Save"/> after layers were taken out of it: takes out the same ones, then reads constants and weights.</summary>
    /// <param name="network">A network as the saved one was before, of any weights; changed.</param>
    /// <param name="path">The file.</param>
    /// <param name="height">Height of the images in pixels.</param>
    /// <param name="width">Width of the images in pixels.</param>
    /// <exception cref="InvalidDataException">The file is damaged or is one of another network. In the latter case units may be taken out already: load it into a fresh one.</exception>
    public static void Load<TNetwork>(TNetwork network, string path, int height = 32, int width = 32)
        where TNetwork : SegmentedNetwork
    {
        ArgumentNullException.ThrowIfNull(network);
        Weights.ReadAll(path, tensors =>
        {
            var units = Units(network);
            var constants = tensors.Where(entry => entry.Key.EndsWith(Constant, StringComparison.Ordinal)).ToDictionary(entry => entry.Key[..^Constant.Length], entry => entry.Value);
            foreach (var (name, constant) in constants)
            {
                if (!units.ContainsKey(name))
                    throw new InvalidDataException($"{path} has a constant in the place of the branch of '{name}', which is not a residual unit of {network.Title}. Load it into a network like the one that was saved.");
                if (constant.dtype != ScalarType.Float32 || constant.shape is not ([1, _, 1, 1] or [1, _, 3, 3]))
                    throw new InvalidDataException($"{path}: the constant of '{name}' is {constant.dtype} [{string.Join(", ", constant.shape)}]; expected Float32 [1, C, 1, 1] or [1, C, 3, 3].");
            }

            try
            {
                foreach (var (name, constant) in constants)
                    Replace(network, name, units[name], constant, height, width);
            }
            catch (ArgumentException error)
            {
                throw new InvalidDataException($"{path} does not fit {network.Title}. {error.Message}", error);
            }

            return Weights.Load(network, tensors, path);
        });
    }

    /// <summary>The residual units of a network, by dotted name.</summary>
    private static Dictionary<string, IResidualUnit> Units(SegmentedNetwork network) =>
        network.named_modules().Where(found => found.module is IResidualUnit).ToDictionary(found => found.name, found => (IResidualUnit)found.module);

    private static void Replace(SegmentedNetwork network, string name, IResidualUnit unit, Tensor constant, int height, int width)
    {
        var shortcut = ((Module)unit).named_children().FirstOrDefault(child => child.name == "downsample").module as Module<Tensor, Tensor>;
        network.Replace(name, new ConstantBranchUnit(constant, shortcut, unit.ChangesChannels), height, width);
    }

    /// <summary>What the branch gives with these kernels at zero, measured on images that differ; in double precision, so that its bits do not depend on the order of sums.</summary>
    private static Tensor ConstantOf(SegmentedNetwork network, string name, IResidualUnit unit, IReadOnlyList<string> zeroed, int height, int width)
    {
        using var backend = ConvolutionBackend.For(network);
        using var arrived = InputOf(network, (Module<Tensor, Tensor>)unit, height, width);
        var branch = BranchInDouble(network, unit, zeroed, arrived);
        var map = branch[..1];
        if (!branch.allclose(map.expand(branch.shape), 1e-4, 1e-5) || ConstantBranchUnit.Shrink(map) is not { } constant)
            throw new InvalidOperationException($"With {string.Join(" and ", zeroed)} zeroed, the branch of '{name}' still depends on the image or on the position in it, so nothing can be removed.");
        return constant.to(ScalarType.Float32);
    }

    /// <summary>What arrives at a unit for some images of noise.</summary>
    private static Tensor InputOf(SegmentedNetwork network, Module<Tensor, Tensor> unit, int height, int width)
    {
        using var evaluation = new EvaluationMode(network);
        using var generator = new Generator(1, CPU);
        using var hooks = new HookScope();
        Tensor? seen = null;
        hooks.AddBefore(unit, input => seen = input.clone().DetachFromDisposeScope()); // the forward pass disposes its own
        network.call(randn([16, network.Channels, height, width], generator: generator).to(NetworkProbe.DeviceOf(network)));
        return seen!;
    }

    /// <summary>The branch, with its modules in double precision for the time being; single precision survives the way there and back unchanged.</summary>
    private static Tensor BranchInDouble(SegmentedNetwork network, IResidualUnit unit, IReadOnlyList<string> zeroed, Tensor input)
    {
        var modules = ((Module)unit).named_children().Where(child => child.name != "downsample").Select(child => child.module).ToList();
        using var noGradients = no_grad(); // weights converted in inference mode could not be trained any more
        using var zeroing = Zeroing.Of(network, zeroed);
        var training = modules.Where(module => module.training).ToList();
        try
        {
            foreach (var module in modules)
                module.to(ScalarType.Float64).eval();
            return unit.Branch(input.to(ScalarType.Float64));
        }
        finally
        {
            modules.ForEach(module => module.to(ScalarType.Float32));
            training.ForEach(module => module.train());
        }
    }

    private static bool InBranch(SegmentedNetwork network, string unit, string layer) =>
        layer.StartsWith(unit + ".", StringComparison.Ordinal) && network.RoleOf(layer) is LayerRole.Residual or LayerRole.ChannelChange;
}
