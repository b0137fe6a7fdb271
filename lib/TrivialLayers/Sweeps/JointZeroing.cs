using System.Diagnostics;
using System.Text.Json.Nodes;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// Several convolutions zeroed at once, step by step: two layers that can each be spared may not be spared together. Choose on the validation images
/// (<see cref="Greedy"/>), then read the accuracy of the chosen sets from the test images (<see cref="Cumulative"/>).
/// </summary>
public sealed class JointZeroing
{
    internal JointZeroing(
        SweepIdentity identity, Evaluation baseline, IReadOnlyList<(IReadOnlyList<string> Layers, Evaluation Zeroed, double Agreement)> steps, double seconds, Provenance provenance)
    {
        (Identity, Baseline, Seconds, Provenance) = (identity, baseline, seconds, provenance);
        var intervals = PairedInterval.Simultaneous(baseline.Outcomes, [.. steps.Select(step => step.Zeroed.Outcomes)], ZeroSweep.Level);
        Steps =
        [
            .. steps.Zip(intervals, (step, interval) =>
                new JointlyZeroed(step.Layers, step.Zeroed, step.Agreement, baseline.Outcomes.Against(step.Zeroed.Outcomes), interval)),
        ];
    }

    /// <summary>What was zeroed: network, weights, images and how the sets were found.</summary>
    public SweepIdentity Identity { get; }

    /// <summary>The untouched network on the same images.</summary>
    public Evaluation Baseline { get; }

    /// <summary>Each set of zeroed convolutions.</summary>
    public IReadOnlyList<JointlyZeroed> Steps { get; }

    /// <summary>How long it took when it was computed, in seconds.</summary>
    public double Seconds { get; }

    /// <summary>Machine and versions.</summary>
    public Provenance Provenance { get; }

    /// <summary>The largest set that the network does without, its whole interval below the margin; null where there is none.</summary>
    /// <param name="margin">The margin; by default one percentage point.</param>
    public JointlyZeroed? LargestTrivial(Margin? margin = null) =>
        Steps.Where(step => step.VerdictAt(margin ?? Margin.Default) == Verdict.Trivial).MaxBy(step => step.Layers.Count);

    /// <summary>Zeroes the first convolution of a list, the first two, and so on to all of them.</summary>
    /// <param name="network">Any module from images <c>[N, C, H, W]</c> to logits <c>[N, classes]</c>; unchanged afterwards.</param>
    /// <param name="images">The images.</param>
    /// <param name="order">Dotted names of convolutions, each once.</param>
    /// <param name="progress">Told about evaluations done.</param>
    /// <param name="store">Where the results are kept and looked up. By default nothing is kept.</param>
    /// <param name="batch">Images a batch.</param>
    /// <param name="cancellationToken">Ends the work after the current set of the current batch.</param>
    /// <exception cref="ArgumentException">A name is no convolution of the network, or is given twice.</exception>
    public static JointZeroing Cumulative(
        Module<Tensor, Tensor> network, ImageSet images, IReadOnlyList<string> order,
        IProgress<ProgressReport>? progress = null, SweepStore? store = null, int batch = Evaluation.DefaultBatch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        if (order.Distinct().Count() != order.Count)
            throw new ArgumentException($"A layer is named twice: {string.Join(", ", order)}.", nameof(order));
        return Of(network, images, [.. order.Select((_, index) => order.Take(index + 1).ToList())], progress, store, batch, cancellationToken);
    }

    /// <summary>Zeroes each of some sets of convolutions.</summary>
    /// <param name="network">Any module from images <c>[N, C, H, W]</c> to logits <c>[N, classes]</c>; unchanged afterwards.</param>
    /// <param name="images">The images.</param>
    /// <param name="sets">Sets of dotted names, none empty.</param>
    /// <param name="progress">Told about evaluations done.</param>
    /// <param name="store">Where the results are kept and looked up. By default nothing is kept.</param>
    /// <param name="batch">Images a batch.</param>
    /// <param name="cancellationToken">Ends the work after the current set of the current batch.</param>
    /// <exception cref="ArgumentException">A name is no convolution of the network, or a set is empty.</exception>
    public static JointZeroing Of(
        Module<Tensor, Tensor> network, ImageSet images, IReadOnlyList<IReadOnlyList<string>> sets,
        IProgress<ProgressReport>? progress = null, SweepStore? store = null, int batch = Evaluation.DefaultBatch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sets);
        if (sets.Any(set => set.Count == 0))
            throw new ArgumentException("A set names no layer; name at least one in each.", nameof(sets));
        ConvolutionLayers.Demand(network, sets.SelectMany(set => set));
        return Stored(network, images, Operation.Of(targets: Operation.Sets(sets)), progress, store, identity =>
        {
            var clock = Stopwatch.StartNew();
            using var pass = new SweepPass(network, images, batch, progress, "zero jointly", (long)sets.Count * images.Count, cancellationToken);
            var (baseline, sheets) = pass.Answers([], sets);
            return new JointZeroing(
                identity, baseline.ToEvaluation(), [.. sets.Zip(sheets, (set, sheet) => (set, sheet.ToEvaluation(), sheet.AgreementWith(baseline)))], clock.Elapsed.TotalSeconds, Provenance.Current());
        }, cancellationToken);
    }

    /// <summary>
    /// Zeroes in each step, of the convolutions that are left, the one whose loss leaves most images answered right; among equals the one with the lower cross-entropy. Each step ranks them anew.
    /// </summary>
    /// <param name="network">Any module from images <c>[N, C, H, W]</c> to logits <c>[N, classes]</c>; unchanged afterwards.</param>
    /// <param name="validation">The images to choose on. A choice made on the test images would flatter it.</param>
    /// <param name="steps">How many convolutions to zero; by default all.</param>
    /// <param name="progress">Told about evaluations done.</param>
    /// <param name="store">Where the results are kept and looked up. By default nothing is kept.</param>
    /// <param name="batch">Images a batch.</param>
    /// <param name="cancellationToken">Ends the work after the current set of the current batch.</param>
    public static JointZeroing Greedy(
        Module<Tensor, Tensor> network, ImageSet validation, int? steps = null,
        IProgress<ProgressReport>? progress = null, SweepStore? store = null, int batch = Evaluation.DefaultBatch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(validation);
        List<string> left = [.. ConvolutionLayers.Of(network).Select(layer => layer.Name)];
        var last = Math.Min(steps ?? left.Count, left.Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(last, 1, nameof(steps));
        return Stored(network, validation, Operation.Of(targets: Operation.Id("greedy", ("steps", last))), progress, store, identity =>
        {
            var clock = Stopwatch.StartNew();
            var total = Enumerable.Range(0, last).Sum(step => (long)(left.Count - step)) * validation.Count;
            using var pass = new SweepPass(network, validation, batch, progress, "zero greedily", total, cancellationToken);
            var (baseline, steps) = Choose(pass, validation, left, last);
            return new JointZeroing(identity, baseline, steps, clock.Elapsed.TotalSeconds, Provenance.Current());
        }, cancellationToken);
    }

    private static (Evaluation Baseline, List<(IReadOnlyList<string> Layers, Evaluation Zeroed, double Agreement)> Steps) Choose(
        SweepPass pass, ImageSet validation, List<string> left, int last)
    {
        AnswerSheet? baseline = null;
        var steps = new List<(IReadOnlyList<string> Layers, Evaluation Zeroed, double Agreement)>();
        while (steps.Count < last)
        {
            IReadOnlyList<string> zeroed = steps.Count > 0 ? steps[^1].Layers : [];
            var (before, sheets) = pass.Answers(zeroed, [.. left.Select(layer => new[] { layer })]);
            baseline ??= before;
            var (name, sheet, answers) = left.Zip(sheets, (name, sheet) => (Name: name, Sheet: sheet, Answers: sheet.ToEvaluation()))
                .OrderByDescending(candidate => candidate.Answers.Outcomes.Correct).ThenBy(candidate => candidate.Answers.CrossEntropy).First();
            steps.Add(([.. zeroed, name], answers, sheet.AgreementWith(baseline)));
            left.Remove(name);
        }

        return (baseline!.ToEvaluation(), steps);
    }

    private static JointZeroing Stored(
        Module<Tensor, Tensor> network, ImageSet images, JsonObject operation, IProgress<ProgressReport>? progress, SweepStore? store,
        Func<SweepIdentity, JointZeroing> compute, CancellationToken cancellationToken)
    {
        SweepPass.DemandAnswersByImage(images);
        var identity = SweepIdentity.Of(network, images, operation);
        var known = ConvolutionLayers.Of(network).Select(layer => layer.Name).ToHashSet();
        return (store ?? SweepStore.None).GetOrCompute(
            identity, network, images, stored => stored.ToJointZeroing(identity, known, images.Classes), () => compute(identity), StoredSweep.From, progress.Link(cancellationToken));
    }

    /// <summary>Sets of convolutions drawn without replacement, each as likely as any other of its size: what a chosen set is to be compared with.</summary>
    /// <param name="network">The network.</param>
    /// <param name="size">Convolutions in a set, 1 or more and no more than the network has.</param>
    /// <param name="draws">How many sets, 1 or more.</param>
    /// <param name="seed">Decides the draws.</param>
    public static IReadOnlyList<IReadOnlyList<string>> RandomSets(Module network, int size, int draws, long seed)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        var names = ConvolutionLayers.Of(network).Select(layer => layer.Name).ToArray();
        if (size < 1 || size > names.Length)
            throw new ArgumentOutOfRangeException(nameof(size), size, $"A set has 1 to {names.Length} layers in this network.");
        var sets = new List<IReadOnlyList<string>>();
        for (var draw = 0; draw < draws; draw++)
        {
            var random = new SplitMix64(Seeds.Derive(seed, $"joint zeroing, size {size}, draw {draw}"));
            var places = Enumerable.Range(0, names.Length).ToArray();
            random.ChooseToFront(places, size);
            sets.Add([.. places.Take(size).Order().Select(place => names[place])]);
        }

        return sets;
    }
}
