using System.Diagnostics;
using MathNet.Numerics.Statistics;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// Layers of a network changed one target after another, tested on the same images, compared with the untouched network: by default the paper's operation, each convolution's kernel replaced with zeros.
/// </summary>
public sealed class Sweep
{
    private const int FewestResamples = 10_000;

    internal Sweep(SweepIdentity identity, SweepOptions options, double? chance, Measurement baseline, IReadOnlyList<(IReadOnlyList<Layer> Layers, double Share, Measurement Measured)> targets, double seconds, Provenance provenance)
    {
        (Identity, Intervention, Measure, Precision, Baseline) = (identity, options.Intervention.Name, options.Measure, options.Precision ?? Precision.Float32, baseline);
        (Level, Margin, Seconds, Provenance) = (options.Level, options.Margin, seconds, provenance);
        Chance = baseline.Confusion is { } confusion ? 100.0 * confusion.Counts.Chunk(confusion.Classes.Count).Max(truth => truth.Sum()) / baseline.Count : chance;
        Targets = [.. targets.Zip(Intervals([.. targets.Select(target => target.Measured)]), (target, interval) => Compared(target.Layers, target.Share, target.Measured, interval))];
    }

    /// <summary>What was swept: network, weights, images and operation.</summary>
    public SweepIdentity Identity { get; }

    /// <summary>What was done, for legends: see <see cref="TrivialLayers.Intervention.Name"/>.</summary>
    public string Intervention { get; }

    /// <summary>By what the network was judged.</summary>
    public Measure Measure { get; }

    /// <summary>The arithmetic of the network.</summary>
    public Precision Precision { get; }

    /// <summary>The untouched network on the same images.</summary>
    public Measurement Baseline { get; }

    /// <summary>Each target: of a sweep over each layer in the order of the modules, else in the order in which they were given or found.</summary>
    public IReadOnlyList<SweptTarget> Targets { get; }

    /// <summary>Confidence level at which the intervals of all targets hold together.</summary>
    public double Level { get; }

    /// <summary>The margin of the verdicts, in the measure's unit.</summary>
    public Margin Margin { get; }

    /// <summary>How long the sweep took when it was computed, in seconds.</summary>
    public double Seconds { get; }

    /// <summary>Machine and versions of the sweep.</summary>
    public Provenance Provenance { get; }

    /// <summary>The value of always predicting one class, in the measure's unit; null where that has no meaning or is not known.</summary>
    public double? Chance { get; }

    /// <summary>What is left of what the network knows with each target changed.</summary>
    /// <exception cref="InvalidOperationException">The chance level is not known.</exception>
    public IReadOnlyList<LeftAboveChance> LeftAboveChance => Chance is { } chance
        ? [.. Targets.Select(target => new LeftAboveChance(target.Layer, TrivialLayers.LeftAboveChance.ShareOf(target.Value, Baseline.Value, chance), target.Verdict))]
        : throw new InvalidOperationException($"The chance level of \"{Measure.Name}\" is not known.");

    /// <summary>The median drop of all targets, or of those whose layer has a role, in the measure's unit; NaN where there is none.</summary>
    /// <param name="role">The role, or null for all.</param>
    public double MedianDrop(LayerRole? role = null) => Targets.Where(target => role is null || target.Layer.Role == role).Select(target => target.Drop).Median();

    /// <summary>Half the width of the interval of the median target, in the measure's unit: about how far from the margin a drop must be to be decided.</summary>
    public double SmallestResolvableDrop
    {
        get
        {
            if (Baseline.Outcomes is not { } outcomes)
                return Targets.Select(target => target.Interval.Width / 2).Median();
            var discordances = Targets.Select(target => target.Change!.Value.Discordance).Order().ToList();
            return PairedInterval.SmallestResolvableDrop(outcomes.Count, discordances[discordances.Count / 2], Targets.Count, Level);
        }
    }

    /// <summary>How many targets have a verdict.</summary>
    /// <param name="verdict">The verdict.</param>
    /// <param name="margin">At which margin; by default the sweep's own.</param>
    public int Count(Verdict verdict, Margin? margin = null) => Targets.Count(target => target.VerdictAt(margin ?? Margin) == verdict);

    /// <summary>The target of most layers that the network does without, its whole interval below the margin; null where there is none.</summary>
    /// <param name="margin">The margin; by default the sweep's own.</param>
    public SweptTarget? LargestTrivial(Margin? margin = null) => Targets.Where(target => target.VerdictAt(margin ?? Margin) == Verdict.Trivial).MaxBy(target => target.Layers.Count);

    /// <summary>The dotted names of the layers that the network does without, each alone, in the order of <see cref="Targets"/>: what <see cref="Pruning"/> takes out.</summary>
    /// <param name="margin">The margin; by default the sweep's own.</param>
    /// <exception cref="ArgumentException">Several layers were changed together, or shares of them; ask for <see cref="LargestTrivial"/>.</exception>
    public IReadOnlyList<string> Trivial(Margin? margin = null)
    {
        DemandSingleLayers();
        return [.. Targets.Where(target => target.VerdictAt(margin ?? Margin) == Verdict.Trivial).Select(target => target.Layer.Name)];
    }

    /// <summary>The sweep as the claims' rules take it.</summary>
    /// <param name="seed">The seed of the training.</param>
    /// <param name="trainingAccuracy">Share of the training labels answered right, in percent.</param>
    /// <exception cref="ArgumentException">Several layers were changed together, or shares of them.</exception>
    public NetworkVerdicts Verdicts(long seed, double trainingAccuracy)
    {
        DemandSingleLayers();
        return new(
            Identity.Network, seed, trainingAccuracy, Baseline.Value,
            [.. Targets.Select(target => new LayerVerdict(target.Layer.Name, target.Layer.Role, target.Drop, target.Interval, target.Verdict))]);
    }

    /// <summary>
    /// Changes each target in turn, tests, and puts it back; a stored sweep is loaded, and of several processes that ask for one at once, one computes and the others wait. What comes before a changed
    /// layer is computed once a batch, after a comparison with the plain way on a few images for each target.
    /// </summary>
    /// <param name="network">Any module from images <c>[N, C, H, W]</c> to logits <c>[N, classes]</c>, or <c>[N, classes, H, W]</c> where pixels have labels; unchanged afterwards.</param>
    /// <param name="images">The test images; the validation images where targets are chosen.</param>
    /// <param name="options">What is changed, how, and by what the network is judged.</param>
    /// <param name="progress">Told about images done.</param>
    /// <param name="store">Where sweeps are kept and looked up; those by an intervention or a measure of one's own without a version are not. By default nothing is kept.</param>
    /// <param name="cancellationToken">Ends the sweep after the current target of the current batch, or the wait for another process.</param>
    /// <exception cref="ArgumentException">A name is not a layer of the network, the images do not fit the measure, or the measure did not return a finite value for each image.</exception>
    /// <exception cref="InvalidOperationException">The network has no such layer, the intervention applies to none, or it left a target as it was.</exception>
    /// <exception cref="PlatformNotSupportedException">This libtorch does not have the precision.</exception>
    public static Sweep Run(
        Module<Tensor, Tensor> network,
        ImageSet images,
        SweepOptions? options = null,
        IProgress<ProgressReport>? progress = null,
        SweepStore? store = null,
        CancellationToken cancellationToken = default)
    {
        var plan = SweepPlan.Of(network, images, options ?? new());
        return (plan.IsKnown ? store ?? SweepStore.None : SweepStore.None).GetOrCompute(
            plan.Identity, network, images, stored => stored.ToSweep(plan), () => Compute(plan, progress, progress.Link(cancellationToken)), progress.Link(cancellationToken));
    }

    /// <summary>
    /// Reads the file of a stored sweep by itself, without its network and images: each convolution at zero, by accuracy. It is checked against its own checksum only, so it tells what was found, and not that
    /// a network at hand answers so.
    /// </summary>
    /// <param name="path">A file of a <see cref="SweepStore"/>.</param>
    /// <exception cref="InvalidDataException">The file is damaged, is a sweep of another kind, or is of an earlier version, which did not describe its layers.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Sweep Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var stored = StoredSweep.Load(path);
        try
        {
            return stored.ToSweep();
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException($"{path} cannot be read without its network: {error.Message}", error);
        }
    }

    /// <summary>The stored sweep of a network whose weights are known by their fingerprint alone, or null; in the precision that is asked for, or else in that of now or of the training.</summary>
    /// <param name="network">The network, with whatever weights.</param>
    /// <param name="weights">SHA-256 over the weights that were swept, in hexadecimal.</param>
    /// <param name="images">The test images.</param>
    /// <param name="store">Where to look.</param>
    /// <param name="options">As for <see cref="Run"/>.</param>
    /// <param name="trainedIn">The arithmetic of the training.</param>
    internal static Sweep? OnRecord(
        Module<Tensor, Tensor> network, string weights, ImageSet images, SweepStore store, SweepOptions? options = null, Precision trainedIn = Precision.Float32)
    {
        options ??= new();
        return With(options) ?? (options.Precision is null && trainedIn == Precision.TensorFloat32 ? With(options with { Precision = trainedIn }) : null);

        Sweep? With(SweepOptions wanted)
        {
            var plan = SweepPlan.Of(network, images, wanted, weights);
            return store.OnRecord(plan.Identity, stored => stored.ToSweep(plan));
        }
    }

    private static Sweep Compute(SweepPlan plan, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        using var pass = new SweepPass(plan, progress, cancellationToken);
        var (baseline, targets) = plan.Options.Targets.IsGreedy ? pass.ChooseGreedily() : pass.Measure();
        var chance = plan.Options.Measure.HasChance ? plan.Options.Measure.Chance(plan.Images) : (double?)null;
        return new Sweep(plan.Identity, plan.Options, chance, baseline, targets, clock.Elapsed.TotalSeconds, Provenance.Of(NetworkProbe.DeviceOf(plan.Network)));
    }

    /// <exception cref="ArgumentException">Several layers were changed together, or shares of them.</exception>
    internal void DemandSingleLayers()
    {
        if (Targets.Any(target => target.Layers.Count > 1) || Targets.DistinctBy(target => target.Layer.Name).Count() < Targets.Count)
            throw new ArgumentException($"This sweep of {Identity.Network} changes several layers together, or different shares of one; a sweep of each layer alone is needed here.");
    }

    private SweptTarget Compared(IReadOnlyList<Layer> layers, double share, Measurement measured, Interval interval)
    {
        var change = Baseline.Outcomes?.Against(measured.Outcomes!);
        var drop = change?.Drop ?? (Measure.HigherIsBetter ? Baseline.Value - measured.Value : measured.Value - Baseline.Value);
        return new SweptTarget(layers, share, measured, drop, interval, change, Baseline.Confusion is null ? null : measured.Outcomes!.MeanCrossEntropy - Baseline.Outcomes!.MeanCrossEntropy, Margin.Decide(interval));
    }

    private IReadOnlyList<Interval> Intervals(IReadOnlyList<Measurement> measured)
    {
        if (measured.Count == 0)
            return [];
        if (Baseline.Outcomes is { } outcomes)
            return PairedInterval.Simultaneous(outcomes, [.. measured.Select(target => target.Outcomes!)], Level);
        var level = PairedInterval.SimultaneousLevel(Level, measured.Count);
        var resamples = Math.Max(FewestResamples, (int)Math.Ceiling(10.001 / (1 - level)));
        double[] Signed(Measurement of) => Measure.HigherIsBetter ? of.ToDoubles() : Array.ConvertAll(of.ToDoubles(), value => -value);
        return PairedInterval.Bootstrap(Signed(Baseline), [.. measured.Select(Signed)], level, resamples);
    }
}
