using System.Diagnostics;
using MathNet.Numerics.Statistics;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Each convolution of a network zeroed in turn and judged by a metric with a value for each image.</summary>
public sealed class MetricSweep
{
    private const int FewestResamples = 10_000;

    internal MetricSweep(
        SweepIdentity identity, string metric, double? chance, MetricAnswers baseline, IReadOnlyList<ConvolutionLayer> layers, IReadOnlyList<MetricAnswers> zeroed, double seconds, Provenance provenance)
    {
        (Identity, Metric, Chance, BaselineAnswers, LayerAnswers, Seconds, Provenance) = (identity, metric, chance, baseline, zeroed, seconds, provenance);
        var level = PairedInterval.SimultaneousLevel(ZeroSweep.Level, layers.Count);
        var resamples = Math.Max(FewestResamples, (int)Math.Ceiling(10.001 / (1 - level)));
        var intervals = PairedInterval.Bootstrap(baseline.ToDoubles(), [.. zeroed.Select(answers => answers.ToDoubles())], level, resamples);
        Layers = [.. layers.Zip(zeroed, intervals).Select(entry => new MetricDrop(entry.First, entry.Second.Mean, Baseline - entry.Second.Mean, entry.Third, entry.Second.Pooled))];
    }

    /// <summary>What was swept: network, weights and images.</summary>
    public SweepIdentity Identity { get; }

    /// <summary>What the metric is called.</summary>
    public string Metric { get; }

    /// <summary>Its mean over the images with the untouched network.</summary>
    public double Baseline => BaselineAnswers.Mean;

    /// <summary>Its value of all images together with the untouched network, where the metric has one.</summary>
    public double? PooledBaseline => BaselineAnswers.Pooled;

    /// <summary>What a single class for everything is worth; null for a metric of one's own. See <see cref="TrivialLayers.Metric.Chance"/>.</summary>
    public double? Chance { get; }

    /// <summary>Each zeroed convolution, in the order of the modules.</summary>
    public IReadOnlyList<MetricDrop> Layers { get; }

    /// <summary>How long the sweep took when it was computed, in seconds.</summary>
    public double Seconds { get; }

    /// <summary>Machine and versions of the sweep.</summary>
    public Provenance Provenance { get; }

    internal MetricAnswers BaselineAnswers { get; }

    internal IReadOnlyList<MetricAnswers> LayerAnswers { get; }

    /// <summary>What is left of what the network knows with each layer zeroed.</summary>
    /// <exception cref="InvalidOperationException">The metric is one's own, and chance is not known.</exception>
    public IReadOnlyList<LeftAboveChance> LeftAboveChance => Chance is { } chance
        ? [.. Layers.Select(layer => new LeftAboveChance(layer.Layer, TrivialLayers.LeftAboveChance.ShareOf(layer.Value, Baseline, chance), layer.Verdict))]
        : throw new InvalidOperationException($"What chance is worth in \"{Metric}\" is not known.");

    /// <summary>How many layers have a verdict at a margin.</summary>
    public int Count(Verdict verdict, Margin? margin = null) => Layers.Count(layer => layer.VerdictAt(margin ?? Margin.Default) == verdict);

    /// <summary>Half the width of the median layer's interval, in the metric's unit: about how far from the margin a drop must be to be decided.</summary>
    public double SmallestResolvableDrop => Layers.Select(layer => layer.Interval.Width / 2).Median();

    /// <summary>The sweep as the claims' rules take it, for a metric in percent.</summary>
    /// <param name="seed">The seed of the training.</param>
    /// <param name="trainingAccuracy">Share of the training labels answered right, in percent.</param>
    public NetworkVerdicts Verdicts(long seed, double trainingAccuracy) => new(
        Identity.Network, seed, trainingAccuracy, Baseline,
        [.. Layers.Select(layer => new LayerVerdict(layer.Layer.Name, layer.Layer.Role, layer.Drop, layer.Interval, layer.Verdict))]);

    /// <summary>Zeroes each convolution in turn, as <see cref="ZeroSweep"/> does; a stored sweep is loaded, but those by a metric of one's own are not kept.</summary>
    /// <param name="network">Any module from images <c>[N, C, H, W]</c>; unchanged afterwards.</param>
    /// <param name="images">The test images.</param>
    /// <param name="metric">By what the network is judged.</param>
    /// <param name="progress">Told about images done.</param>
    /// <param name="store">Where sweeps are kept and looked up. By default nothing is kept.</param>
    /// <param name="batch">Images a batch.</param>
    /// <param name="roleOf">Gives roles to the layers of a user's module; see <see cref="ConvolutionLayers.Of"/>.</param>
    /// <param name="cancellationToken">Ends the sweep after the current layer of the current batch.</param>
    /// <exception cref="ArgumentException">The metric gave another shape than a value for each image, or one that is not finite.</exception>
    /// <exception cref="InvalidOperationException">The network has no convolution, or a kernel is zero already.</exception>
    public static MetricSweep Run(
        Module<Tensor, Tensor> network,
        ImageSet images,
        Metric metric,
        IProgress<ProgressReport>? progress = null,
        SweepStore? store = null,
        int batch = Evaluation.DefaultBatch,
        Func<string, LayerRole>? roleOf = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(metric);
        var layers = SweepPass.LayersOf(network, roleOf);
        var identity = SweepIdentity.Of(network, images, Operation.Of(measure: metric.Description));
        MetricSweep Make() => Compute(identity, network, layers, images, metric, batch, progress, progress.Link(cancellationToken));
        return metric.IsKnown
            ? (store ?? SweepStore.None).GetOrCompute(identity, network, images, stored => stored.ToSweep(identity, layers), Make, StoredMetricSweep.From, progress.Link(cancellationToken))
            : Make();
    }

    private static MetricSweep Compute(
        SweepIdentity identity, Module<Tensor, Tensor> network, IReadOnlyList<ConvolutionLayer> layers, ImageSet images, Metric metric, int batch,
        IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var baseline = new MetricSheet(metric);
        var zeroed = layers.Select(_ => new MetricSheet(metric)).ToList();
        using (var pass = new SweepPass(network, images, batch, progress, $"zero {layers.Count} layers", (long)layers.Count * images.Count, cancellationToken))
            pass.Visit([], [.. layers.Select(layer => new[] { layer.Name })], (set, outputs, labels) => (set is { } index ? zeroed[index] : baseline).Add(outputs, labels));
        return new MetricSweep(
            identity, metric.Name, metric.IsKnown ? metric.Chance(images) : null, baseline.ToAnswers(), layers, zeroed.ConvertAll(sheet => sheet.ToAnswers()), clock.Elapsed.TotalSeconds, Provenance.Current());
    }
}
