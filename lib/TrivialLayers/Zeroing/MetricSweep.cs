using Microsoft.Data.Analysis;
using TorchSharp;
using TrivialLayers.Data;
using TrivialLayers.Evidence;
using TrivialLayers.Models;
using TrivialLayers.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Zeroing;

/// <summary>Each convolution of a network zeroed in turn and judged by a metric of one's own, with a value for each image.</summary>
public sealed class MetricSweep
{
    private const int FewestResamples = 10_000;

    private MetricSweep(string metric, double baseline, IReadOnlyList<MetricDrop> layers) => (Metric, Baseline, Layers) = (metric, baseline, layers);

    /// <summary>What the metric is called.</summary>
    public string Metric { get; }

    /// <summary>Its mean over the images with the untouched network.</summary>
    public double Baseline { get; }

    /// <summary>Each zeroed convolution, in the order of the modules.</summary>
    public IReadOnlyList<MetricDrop> Layers { get; }

    /// <summary>Zeroes each convolution in turn, as <see cref="ZeroSweep"/> does; nothing is stored.</summary>
    /// <param name="network">Any module from images <c>[N, C, H, W]</c>; unchanged afterwards.</param>
    /// <param name="images">The test images.</param>
    /// <param name="metric">What it is called, with its unit.</param>
    /// <param name="of">From a batch of the network's outputs, for example <c>[n, classes]</c>, and labels <c>[n]</c> to a value for each image, <c>[n]</c>; more is better.</param>
    /// <param name="progress">Told about images done.</param>
    /// <param name="batch">Images a batch.</param>
    /// <param name="roleOf">Gives roles to the layers of a user's module; see <see cref="ConvolutionLayers.Of"/>.</param>
    /// <param name="cancellationToken">Ends the sweep after the current layer of the current batch.</param>
    /// <exception cref="ArgumentException">The metric gave another shape than a value for each image, or one that is not finite.</exception>
    /// <exception cref="InvalidOperationException">The network has no convolution, or a kernel is zero already.</exception>
    public static MetricSweep Run(
        Module<Tensor, Tensor> network,
        ImageSet images,
        string metric,
        Func<Tensor, Tensor, Tensor> of,
        IProgress<ProgressReport>? progress = null,
        int batch = Evaluation.DefaultBatch,
        Func<string, LayerRole>? roleOf = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(of);
        var layers = SweepPass.LayersOf(network, roleOf);
        var baseline = new List<double>();
        var zeroed = layers.Select(_ => new List<double>()).ToList();
        using (var pass = new SweepPass(network, images, batch, progress, $"zero {layers.Count} layers", (long)layers.Count * images.Count, cancellationToken))
            pass.Visit([], [.. layers.Select(layer => new[] { layer.Name })], (set, outputs, labels) => (set is { } index ? zeroed[index] : baseline).AddRange(Values(of(outputs, labels), labels)));
        var level = PairedInterval.SimultaneousLevel(ZeroSweep.Level, layers.Count);
        var resamples = Math.Max(FewestResamples, (int)Math.Ceiling(10.001 / (1 - level)));
        return new MetricSweep(metric, baseline.Average(), [.. layers.Zip(zeroed, (layer, values) => new MetricDrop(
            layer, values.Average(), baseline.Average() - values.Average(), PairedInterval.Bootstrap([.. baseline], [.. values], level, resamples)))]);
    }

    /// <summary>A row a layer: what it is, the metric without it, its drop with the simultaneous interval.</summary>
    public DataFrame ToTable() => new(
        new StringDataFrameColumn("layer", Layers.Select(layer => layer.Layer.Name)),
        new StringDataFrameColumn("role", Layers.Select(layer => layer.Layer.Role.ToString())),
        new DoubleDataFrameColumn(Metric, Layers.Select(layer => layer.Value)),
        new DoubleDataFrameColumn("drop", Layers.Select(layer => layer.Drop)),
        new DoubleDataFrameColumn("low", Layers.Select(layer => layer.Interval.Low)),
        new DoubleDataFrameColumn("high", Layers.Select(layer => layer.Interval.High)));

    private static double[] Values(Tensor values, Tensor labels)
    {
        using var scope = NewDisposeScope();
        if (values.dim() != 1 || values.shape[0] != labels.shape[0])
            throw new ArgumentException($"The metric gave [{string.Join(", ", values.shape)}]; expected a value for each image, [{labels.shape[0]}].");
        return values.isfinite().all().item<bool>()
            ? values.to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray()
            : throw new ArgumentException("The metric gave a value that is not a finite number.");
    }
}
