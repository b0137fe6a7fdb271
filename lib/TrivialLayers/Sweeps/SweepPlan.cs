using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>A sweep before it is computed: the layers, the targets among them, and the address of the result.</summary>
/// <param name="Network">The network.</param>
/// <param name="Images">The images.</param>
/// <param name="Options">What is asked for.</param>
/// <param name="Layers">The layers there are to change, in the order of the modules.</param>
/// <param name="Sets">The layers of each target; none where they are found on the way.</param>
/// <param name="Identity">What the result is found by.</param>
internal sealed record SweepPlan(Module<Tensor, Tensor> Network, ImageSet Images, SweepOptions Options, IReadOnlyList<Layer> Layers, IReadOnlyList<IReadOnlyList<Layer>> Sets, SweepIdentity Identity)
{
    /// <summary>Whether the result may be stored.</summary>
    public bool IsKnown => Options.Intervention.IsKnown && Options.Measure.IsKnown;

    /// <summary>Where the intervention acts, by the layer's name; nothing for zeros, which need to know no more than the layer.</summary>
    public IReadOnlyDictionary<string, InterventionSite> Sites { get; private init; } = new Dictionary<string, InterventionSite>();

    /// <summary>Each set of layers with each share of them that is changed, in the order of a sweep's results.</summary>
    public IEnumerable<(IReadOnlyList<Layer> Layers, double Share)> Targets => Sets.SelectMany(set => Options.Intervention.Shares.Select(share => (set, share)));

    /// <param name="network">The network.</param>
    /// <param name="images">The images.</param>
    /// <param name="options">What is asked for.</param>
    /// <param name="weights">SHA-256 over the weights where the network has others; null for the network's own.</param>
    public static SweepPlan Of(Module<Tensor, Tensor> network, ImageSet images, SweepOptions options, string? weights = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Batch ?? 1, 1, nameof(options.Batch));
        Interval.Checked(options.Level);
        CheckIndependence(images, options.Measure);
        var all = NetworkLayers.All(network, options.RoleOf);
        var sites = options.Intervention == Intervention.Zero ? [] : InterventionSite.Of(network, all, images).ToDictionary(site => site.Layer.Name);
        var layers = LayersOf(all, options, sites);
        var sets = options.Targets.Of(network, layers);
        var known = all.ToDictionary(layer => layer.Name);
        var operation = Operation.Of(options.Intervention.Description, options.Targets.Describe(layers, options.Layers is null, sets), options.Measure.Description);
        var precision = options.Precision ?? PrecisionScope.OfNow;
        if (precision != Precision.Float32)
            operation["precision"] = PrecisionNames.All[precision]; // coarser arithmetic, other numbers
        return new SweepPlan(
            network, images, options with { Precision = precision }, layers, [.. sets.Select(set => set.Select(name => known[name]).ToList())],
            SweepIdentity.Of(network, weights ?? NetworkDescription.WeightsOf(network), images, operation)) { Sites = sites };
    }

    /// <summary>The layers that a sweep may change: those that were asked for, by default convolutions, and to which the intervention can be done.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    private static List<Layer> LayersOf(IReadOnlyList<Layer> all, SweepOptions options, Dictionary<string, InterventionSite> sites)
    {
        List<Layer> layers = [.. all.Where(options.Layers ?? (layer => layer.Kind == "conv2d"))];
        if (layers.Count == 0)
            throw new InvalidOperationException($"The network has no {(options.Layers is null ? "two-dimensional convolution" : "such layer")} to change.");
        if (options.Intervention == Intervention.Zero)
            return layers;
        layers.RemoveAll(layer => !options.Intervention.AppliesTo(sites[layer.Name]));
        return layers.Count > 0 ? layers : throw new InvalidOperationException($"\"{options.Intervention.Name}\" is not applicable to any layer of this network.");
    }

    /// <summary>Intervals of answers right or wrong hold for independent answers; those for the pixels of one image are not.</summary>
    /// <exception cref="ArgumentException">Pixels have labels.</exception>
    public static void CheckIndependence(ImageSet images, Measure measure)
    {
        if (images.HasPixelLabels && measure.IsRightOrWrong)
            throw new ArgumentException($"\"{images.Name}\" has a label for each pixel, and the pixels of one image are not independent. Use a measure with one value per image, for instance {nameof(Measure)}.{nameof(Measure.MeanIoU)}.", nameof(images));
    }
}
