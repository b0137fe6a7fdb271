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
    private IReadOnlyList<InterventionSite>? _sites;

    /// <summary>Whether the result may be stored.</summary>
    public bool IsKnown => Options.Intervention.IsKnown && Options.Measure.IsKnown;

    /// <summary>Where the intervention acts, for each of <see cref="Layers"/>.</summary>
    public IReadOnlyList<InterventionSite> Sites => _sites ??= InterventionSite.Of(Network, Layers, Images);

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
        var layers = LayersOf(network, options);
        var sets = options.Targets.Of(network, layers);
        var known = NetworkLayers.All(network, options.RoleOf).ToDictionary(layer => layer.Name);
        var operation = Operation.Of(options.Intervention.Description, options.Targets.Describe(layers, options.Layers is null, sets), options.Measure.Description);
        var plan = new SweepPlan(
            network, images, options, layers, [.. sets.Select(set => set.Select(name => known[name]).ToList())],
            SweepIdentity.Of(network, weights ?? NetworkDescription.WeightsOf(network), images, operation));
        return options.Targets == TrivialLayers.Targets.Each ? plan.WhereItApplies() : plan;
    }

    /// <summary>The layers that a sweep may change.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static IReadOnlyList<Layer> LayersOf(Module network, SweepOptions options)
    {
        var layers = options.Layers is { } chosen ? [.. NetworkLayers.All(network, options.RoleOf).Where(chosen)] : NetworkLayers.Of(network, options.RoleOf);
        return layers.Count > 0 ? layers : throw new InvalidOperationException($"The network has no {(options.Layers is null ? "two-dimensional convolution" : "such layer")} to change.");
    }

    /// <summary>Intervals of answers right or wrong hold for independent answers; those for the pixels of one image are not.</summary>
    /// <exception cref="ArgumentException">Pixels have labels.</exception>
    public static void CheckIndependence(ImageSet images, Measure measure)
    {
        if (images.HasPixelLabels && measure.IsRightOrWrong)
            throw new ArgumentException($"\"{images.Name}\" has a label for each pixel, and the pixels of an image are no independent answers. Take a measure with a value for each image, for instance {nameof(Measure)}.{nameof(Measure.MeanIoU)}.", nameof(images));
    }

    /// <summary>Of a sweep over each layer only those to which the intervention can be done.</summary>
    private SweepPlan WhereItApplies()
    {
        if (Options.Intervention == Intervention.Zero)
            return this;
        var applies = Sites.Where(Options.Intervention.AppliesTo).Select(site => site.Layer.Name).ToHashSet();
        return applies.Count > 0
            ? this with { Sets = [.. Sets.Where(set => applies.Contains(set[0].Name))] }
            : throw new InvalidOperationException($"\"{Options.Intervention.Name}\" applies to no layer of this network.");
    }
}
