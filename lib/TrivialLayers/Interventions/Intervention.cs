using System.Globalization;
using System.Text.Json.Nodes;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TrivialLayers.Operation;

namespace TrivialLayers;

/// <summary>
/// Something that is done to layers of a network, to see what the network does without them as they were: the paper's zeros, controls that show what zero has to do with it, or a change of one's own.
/// A <see cref="Sweep"/> does it to each target in turn; <see cref="On"/> does it for as long as a scope lasts.
/// </summary>
public sealed class Intervention
{
    private const int StatisticsBatch = 250;

    private readonly JsonObject _description;

    private Intervention(string name, JsonObject description, Action<IReadOnlyList<InterventionSite>, double> apply) => (Name, _description, Apply) = (name, description, apply);

    /// <summary>In legends and tables.</summary>
    public string Name { get; }

    /// <summary>What exactly is done, with all that decides it, in data: part of the address of a stored sweep.</summary>
    internal JsonObject Description => (JsonObject)_description.DeepClone();

    /// <summary>How much of a layer is changed, 0 to 1, where that is varied: each target of a sweep is changed by each share in turn.</summary>
    internal IReadOnlyList<double> Shares { get; private init; } = [1];

    /// <summary>Whether it can be done to a layer.</summary>
    internal Func<InterventionSite, bool> AppliesTo { get; private init; } = _ => true;

    /// <summary>Whether what it gives may be stored: a change of one's own without a version may have become another one.</summary>
    internal bool IsKnown { get; private init; } = true;

    /// <summary>Whether it changes the kernel itself of every layer it is done to.</summary>
    internal bool ChangesKernel { get; private init; } = true;

    /// <summary>Changes some layers together, in place.</summary>
    internal Action<IReadOnlyList<InterventionSite>, double> Apply { get; }

    /// <summary>The kernel replaced with zeros, bias and batch norm as they are: the paper's operation.</summary>
    public static Intervention Zero { get; } = OfEach("zeroed", Id("zero"), site => site.Kernel.zero_());

    /// <summary>
    /// The layer gives for each channel, everywhere, the mean that its batch norm recorded in training, so that batch norm gives its shift β and the layer tells nothing of the image. Only layers with a
    /// batch norm after them.
    /// </summary>
    public static Intervention MeanOutput { get; } = OfEach("mean output", Id("mean_output"), site =>
    {
        site.Kernel.zero_();
        if (site.Network.get_parameter(site.Layer.Name + ".bias") is { } bias)
            site.Normalisation!.running_mean!.copy_(bias);
        else
            site.Normalisation!.running_mean!.zero_();
    }, site => site.Normalisation is { running_mean: not null });

    /// <summary>
    /// The whole branch of the residual unit gives zero, so that only the shortcut is left: the deletion of Veit, Wilber and Belongie (2016), <i>Residual Networks Behave Like Ensembles of Relatively Shallow
    /// Networks</i>, section 4. Done to, and named after, the last convolution of each branch.
    /// </summary>
    public static Intervention BranchRemoved { get; } = OfEach("branch removed", Id("branch_removed"), site =>
    {
        site.Kernel.zero_();
        site.Normalisation!.weight!.zero_();
        site.Normalisation!.bias!.zero_();
    }, site => site.EndsBranch && site.Normalisation is { weight: not null, bias: not null });

    /// <summary>
    /// The filters whose weights are smallest replaced with zeros: of each layer the given share, rounded up to a whole filter. Several shares give a sensitivity curve, as Li et al. (2017), <i>Pruning
    /// Filters for Efficient ConvNets</i>, fig. 2 (b), draw it.
    /// </summary>
    /// <param name="by">How a filter's weights are measured; of equal filters the one that comes first goes first.</param>
    /// <param name="shares">Shares of the filters, above 0 and at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A share is not in (0, 1].</exception>
    public static Intervention ZeroFilters(Norm by, params IReadOnlyList<double> shares)
    {
        ArgumentNullException.ThrowIfNull(shares);
        if (shares.Count == 0 || shares.Any(share => share is not (> 0 and <= 1)))
            throw new ArgumentOutOfRangeException(nameof(shares), string.Join(", ", shares.Select(share => share.ToString(CultureInfo.InvariantCulture))), "Give one or more shares of the filters, each above 0 and at most 1, for example 0.5.");
        return new(
            string.Create(CultureInfo.InvariantCulture, $"filters of smallest {by} norm zeroed"),
            Id("zero_filters", ("norm", by == Norm.L1 ? "l1" : "l2"), ("shares", new JsonArray([.. shares.Select(share => JsonValue.Create(share))]))),
            (sites, share) =>
            {
                foreach (var site in sites)
                    ZeroSmallest(site.Kernel, by, share);
            }) { Shares = [.. shares] };
    }

    /// <summary>
    /// The kernel put back to what it was before training: the re-initialisation of Zhang, Bengio and Singer (2022), <i>Are All Layers Created Equal?</i>, section 3, done to the kernel alone.
    /// </summary>
    /// <param name="seed">The seed of the run, from which <see cref="Initialisation.He"/> drew it.</param>
    public static Intervention StartWeights(long seed) => Drawn("start weights", Id("start_weights", ("seed", seed)), network => Initialisation.OfRun(network, seed));

    /// <summary>The kernel drawn anew from the distribution of starting kernels: the re-randomisation of the same paper.</summary>
    /// <param name="seed">Decides the draw; another than the run's own.</param>
    public static Intervention DrawnAnew(long seed) => Drawn("drawn anew", Id("drawn_anew", ("seed", seed)), network => Initialisation.He(network, Seeds.Derive(seed, "rerandomise")));

    /// <summary>The kernel replaced with zeros, then the statistics of all batch norms recomputed on images, as if the network had always been so.</summary>
    /// <param name="images">Training images; never the test images.</param>
    public static Intervention StatisticsRecomputed(ImageSet images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return new("statistics recomputed", Id("zero_statistics_recomputed", ("images", images.Fingerprint)), (sites, _) =>
        {
            foreach (var site in sites)
                site.Kernel.zero_();
            MeasureStatistics(sites[0].Network, images);
        }) { AppliesTo = site => site.Network.modules().OfType<BatchNorm>().Any() };
    }

    /// <summary>A change of one's own.</summary>
    /// <param name="name">What it is called in legends and tables, and in the address of what is stored.</param>
    /// <param name="change">Changes parameters or buffers of the network in place, the same way each time; everything is put back afterwards.</param>
    /// <param name="version">Stands for what <paramref name="change"/> does: give another when that changes. Without a version nothing is stored. It stands for <paramref name="appliesTo"/> too.</param>
    /// <param name="appliesTo">Whether it can be done to a layer; by default to each.</param>
    public static Intervention Of(string name, Action<InterventionSite> change, int? version = null, Func<InterventionSite, bool>? appliesTo = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(change);
        return OfEach(name, Id("own", ("name", name), ("version", version ?? 0)), change, appliesTo, isKnown: version is not null, changesKernel: false);
    }

    /// <summary>Does it to some layers until the scope is disposed; then the network is again what it was, bit for bit. Scopes end in the reverse of the order in which they began.</summary>
    /// <param name="network">The network.</param>
    /// <param name="images">Images that the network takes; their size shows which batch norm follows which layer.</param>
    /// <param name="layers">Dotted names as <see cref="NetworkLayers.All"/> lists them.</param>
    /// <exception cref="ArgumentException">A name is not a layer of the network, or this is not applicable to it; nothing is changed.</exception>
    /// <exception cref="InvalidOperationException">It varies the share of a layer: with several shares it is a sweep's.</exception>
    public IDisposable On(Module<Tensor, Tensor> network, ImageSet images, params IEnumerable<string> layers)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(images);
        List<string> names = [.. layers.Distinct()];
        NetworkLayers.Demand(network, names, linearToo: true);
        if (names.Count == 0)
            throw new ArgumentException("Name at least one layer.", nameof(layers));
        if (Shares.Count != 1)
            throw new InvalidOperationException($"\"{Name}\" has {Shares.Count} shares; a scope needs exactly one.");
        var all = InterventionSite.Of(network, NetworkLayers.All(network), images).ToDictionary(site => site.Layer.Name);
        var sites = names.ConvertAll(name => all[name]);
        if (sites.Find(site => !AppliesTo(site)) is { } other)
            throw new ArgumentException($"\"{Name}\" is not applicable to '{other.Layer.Name}'.", nameof(layers));
        using var change = ChangeOf(network, sites);
        return change.Apply();
    }

    private Change ChangeOf(Module network, IReadOnlyList<InterventionSite> sites)
    {
        using var state = new NetworkState(network);
        return Change.Of(state, () => Apply(sites, Shares[0]));
    }

    private static Intervention OfEach(
        string name, JsonObject description, Action<InterventionSite> change, Func<InterventionSite, bool>? appliesTo = null, bool isKnown = true, bool changesKernel = true) => new(name, description, (sites, _) =>
    {
        foreach (var site in sites)
            change(site);
    }) { AppliesTo = appliesTo ?? (_ => true), IsKnown = isKnown, ChangesKernel = changesKernel };

    private static Intervention Drawn(string name, JsonObject description, Action<Module> draw) => new(name, description, (sites, _) =>
    {
        var network = sites[0].Network;
        List<Tensor> kernels;
        using (new NetworkState(network))
        {
            draw(network);
            kernels = [.. sites.Select(site => site.Kernel.detach().clone())];
        }

        foreach (var (site, kernel) in sites.Zip(kernels))
            site.Kernel.copy_(kernel);
    });

    private static void ZeroSmallest(Tensor kernel, Norm by, double share)
    {
        var filters = kernel.detach().flatten(1).to(ScalarType.Float64);
        var sizes = by == Norm.L1 ? filters.abs().sum(1) : filters.square().sum(1);
        var count = (long)Math.Ceiling(Math.Round(share * kernel.shape[0], 9));
        kernel.index_fill_(0, sizes.sort(dim: 0, stable: true).Indices[..(int)count], 0);
    }

    /// <summary>
    /// Sets the running statistics of all batch norms to the mean over batches of what each batch has. Running statistics that start at zero are, after one batch, momentum times those of the batch.
    /// </summary>
    private static void MeasureStatistics(Module<Tensor, Tensor> network, ImageSet images)
    {
        var norms = network.modules().OfType<BatchNorm>().Where(norm => norm.running_mean is not null).ToList();
        var momentum = norms.ConvertAll(norm => norm.momentum ?? throw new InvalidOperationException("A batch norm without momentum keeps a plain average; its statistics cannot be recomputed here."));
        using var evaluation = new EvaluationMode(network);
        norms.ForEach(norm => norm.train());
        var device = NetworkProbe.DeviceOf(network);
        images = images.On(device);
        var sums = norms.ConvertAll(norm => (Mean: zeros_like(norm.running_mean!), Variance: zeros_like(norm.running_var!)));
        var batches = 0;
        for (var start = 0; start < images.Count; start += StatisticsBatch, batches++)
        {
            using var scope = NewDisposeScope();
            foreach (var norm in norms)
            {
                norm.running_mean!.zero_();
                norm.running_var!.zero_();
            }

            network.call(images.Batch(start, Math.Min(StatisticsBatch, images.Count - start), device).Images.ForEvaluation());
            for (var i = 0; i < norms.Count; i++)
            {
                sums[i].Mean.add_(norms[i].running_mean! / momentum[i]);
                sums[i].Variance.add_(norms[i].running_var! / momentum[i]);
            }
        }

        for (var i = 0; i < norms.Count; i++)
        {
            norms[i].running_mean!.copy_(sums[i].Mean / batches);
            norms[i].running_var!.copy_(sums[i].Variance / batches);
        }
    }
}
