using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Each convolution of a network zeroed in turn, tested on the same images, compared with the untouched network.</summary>
public sealed partial class ZeroSweep
{
    /// <summary>Confidence level at which the intervals of all layers hold together.</summary>
    public const double Level = 0.95;

    internal ZeroSweep(SweepIdentity identity, Evaluation baseline, IReadOnlyList<(ConvolutionLayer Layer, Evaluation Zeroed, double Agreement)> layers, double seconds, Provenance provenance)
    {
        Identity = identity;
        Baseline = baseline;
        Seconds = seconds;
        Provenance = provenance;
        var intervals = PairedInterval.Simultaneous(baseline.Outcomes, [.. layers.Select(layer => layer.Zeroed.Outcomes)], Level);
        Layers =
        [
            .. layers.Zip(intervals, (entry, interval) => new ZeroedLayer(
                entry.Layer,
                entry.Zeroed.Outcomes,
                entry.Zeroed.Confusion,
                entry.Agreement,
                baseline.Outcomes.Against(entry.Zeroed.Outcomes),
                interval,
                entry.Zeroed.CrossEntropy - baseline.CrossEntropy)),
        ];
    }

    /// <summary>What was swept: network, weights and images.</summary>
    public SweepIdentity Identity { get; }

    /// <summary>The untouched network on the same images.</summary>
    public Evaluation Baseline { get; }

    /// <summary>Each zeroed convolution, in the order of the modules.</summary>
    public IReadOnlyList<ZeroedLayer> Layers { get; }

    /// <summary>How long the sweep took when it was computed, in seconds.</summary>
    public double Seconds { get; }

    /// <summary>Machine and versions of the sweep.</summary>
    public Provenance Provenance { get; }

    /// <summary>What one class for all images is worth: the share of the largest, in percent.</summary>
    public double Chance => 100.0 * Baseline.Confusion.Counts.Chunk(Baseline.Confusion.Classes.Count).Max(truth => truth.Sum()) / Baseline.Outcomes.Count;

    /// <summary>What is left of what the network knows with each layer zeroed.</summary>
    public IReadOnlyList<LeftAboveChance> LeftAboveChance =>
        [.. Layers.Select(layer => new LeftAboveChance(layer.Layer, TrivialLayers.LeftAboveChance.ShareOf(layer.Accuracy, Baseline.Percent, Chance), layer.Verdict))];

    /// <summary>How many layers have a verdict at a margin.</summary>
    public int Count(Verdict verdict, Margin? margin = null) =>
        Layers.Count(layer => layer.VerdictAt(margin ?? Margin.Default) == verdict);

    /// <summary>The sweep as the claims' rules take it.</summary>
    /// <param name="seed">The seed of the training.</param>
    /// <param name="trainingAccuracy">Accuracy on the training images as they are, in percent.</param>
    public NetworkVerdicts Verdicts(long seed, double trainingAccuracy) => new(
        Identity.Network, seed, trainingAccuracy, Baseline.Percent,
        [.. Layers.Select(layer => new LayerVerdict(layer.Layer.Name, layer.Layer.Role, layer.Drop, layer.Interval, layer.Verdict))]);

    /// <summary>Half the width of a layer's interval at the median share of images that changed, in percentage points: about how far from the margin a drop must be to be decided.</summary>
    public double SmallestResolvableDrop
    {
        get
        {
            var discordances = Layers.Select(layer => layer.Change.Discordance).Order().ToList();
            return PairedInterval.SmallestResolvableDrop(Baseline.Outcomes.Count, discordances[discordances.Count / 2], Layers.Count, Level);
        }
    }

    /// <summary>
    /// Zeroes each convolution in turn and tests; a stored sweep is loaded, and of several processes that ask for one at once, one computes and the others wait.
    /// A <see cref="StagedNetwork"/> is computed again only from the stage that holds the zeroed layer, after a comparison with the plain way on a few images for each layer;
    /// any other module as a whole.
    /// </summary>
    /// <param name="network">Any module from images <c>[N, C, H, W]</c> to logits <c>[N, classes]</c>; unchanged afterwards.</param>
    /// <param name="images">The test images.</param>
    /// <param name="progress">Told about layer evaluations done.</param>
    /// <param name="store">Where sweeps are kept and looked up. By default nothing is kept.</param>
    /// <param name="batch">Images a batch.</param>
    /// <param name="roleOf">Gives roles to the layers of a user's module; see <see cref="ConvolutionLayers.Of"/>.</param>
    /// <param name="cancellationToken">Ends the sweep after the current layer of the current batch, or the wait for another process.</param>
    /// <exception cref="InvalidOperationException">The network has no convolution, or a kernel is zero before it is zeroed, or is not zero after.</exception>
    public static ZeroSweep Run(
        Module<Tensor, Tensor> network,
        ImageSet images,
        IProgress<ProgressReport>? progress = null,
        SweepStore? store = null,
        int batch = Evaluation.DefaultBatch,
        Func<string, LayerRole>? roleOf = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        SweepPass.DemandAnswersByImage(images);
        store ??= SweepStore.None;
        var layers = SweepPass.LayersOf(network, roleOf);
        var identity = SweepIdentity.Of(network, images, Operation.ZeroEach);
        return store.GetOrCompute(
            identity, network, images, stored => stored.ToSweep(identity, layers, images.Classes),
            () => Compute(identity, network, images, layers, batch, progress, cancellationToken), StoredSweep.From, progress.Link(cancellationToken));
    }

    /// <summary>The stored sweep of a network whose weights are known by their fingerprint alone, or null.</summary>
    /// <param name="network">The network, with whatever weights.</param>
    /// <param name="weights">SHA-256 over the weights that were swept, in hexadecimal.</param>
    /// <param name="images">The test images.</param>
    /// <param name="store">Where to look.</param>
    /// <param name="roleOf">Gives roles to the layers of a user's module.</param>
    internal static ZeroSweep? OnRecord(Module<Tensor, Tensor> network, string weights, ImageSet images, SweepStore store, Func<string, LayerRole>? roleOf = null)
    {
        var identity = SweepIdentity.Of(network, weights, images, Operation.ZeroEach);
        return store.OnRecord<ZeroSweep, StoredSweep>(identity, stored => stored.ToSweep(identity, SweepPass.LayersOf(network, roleOf), images.Classes));
    }

    private static ZeroSweep Compute(
        SweepIdentity identity,
        Module<Tensor, Tensor> network,
        ImageSet images,
        IReadOnlyList<ConvolutionLayer> layers,
        int batch,
        IProgress<ProgressReport>? progress,
        CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        using var pass = new SweepPass(network, images, batch, progress, $"zero {layers.Count} layers", (long)layers.Count * images.Count, cancellationToken);
        var (baseline, zeroed) = pass.Answers([], [.. layers.Select(layer => new[] { layer.Name })]);
        var results = layers.Zip(zeroed, (layer, sheet) => (layer, sheet.ToEvaluation(), sheet.AgreementWith(baseline))).ToList();
        return new ZeroSweep(identity, baseline.ToEvaluation(), results, clock.Elapsed.TotalSeconds, Provenance.Current());
    }
}
