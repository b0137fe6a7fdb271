using TrivialLayers.Data;
using TrivialLayers.Evidence;
using TrivialLayers.Models;
using TrivialLayers.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Zeroing;

/// <summary>
/// Several convolutions zeroed at once, step by step: two layers that can each be spared may not be spared together. Choose on the validation images
/// (<see cref="Greedy"/>), then read the accuracy of the chosen sets from the test images (<see cref="Cumulative"/>).
/// </summary>
public sealed class JointZeroing
{
    private JointZeroing(Evaluation baseline, IReadOnlyList<JointlyZeroed> steps)
    {
        Baseline = baseline;
        Steps = steps;
    }

    /// <summary>The untouched network on the same images.</summary>
    public Evaluation Baseline { get; }

    /// <summary>Each set of zeroed convolutions.</summary>
    public IReadOnlyList<JointlyZeroed> Steps { get; }

    /// <summary>Zeroes the first convolution of a list, the first two, and so on to all of them.</summary>
    /// <param name="network">Any module from images <c>[N, C, H, W]</c> to logits <c>[N, classes]</c>; unchanged afterwards.</param>
    /// <param name="images">The images.</param>
    /// <param name="order">Dotted names of convolutions, each once.</param>
    /// <param name="progress">Told about evaluations done.</param>
    /// <param name="batch">Images a batch.</param>
    /// <param name="cancellationToken">Ends the work after the current set of the current batch.</param>
    /// <exception cref="ArgumentException">A name is no convolution of the network, or is given twice.</exception>
    public static JointZeroing Cumulative(
        Module<Tensor, Tensor> network, ImageSet images, IReadOnlyList<string> order,
        IProgress<ProgressReport>? progress = null, int batch = Evaluation.DefaultBatch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        if (order.Distinct().Count() != order.Count)
            throw new ArgumentException($"A layer is named twice: {string.Join(", ", order)}.", nameof(order));
        return Of(network, images, [.. order.Select((_, index) => order.Take(index + 1).ToList())], progress, batch, cancellationToken);
    }

    /// <summary>Zeroes each of some sets of convolutions.</summary>
    /// <param name="network">Any module from images <c>[N, C, H, W]</c> to logits <c>[N, classes]</c>; unchanged afterwards.</param>
    /// <param name="images">The images.</param>
    /// <param name="sets">Sets of dotted names, none empty.</param>
    /// <param name="progress">Told about evaluations done.</param>
    /// <param name="batch">Images a batch.</param>
    /// <param name="cancellationToken">Ends the work after the current set of the current batch.</param>
    /// <exception cref="ArgumentException">A name is no convolution of the network, or a set is empty.</exception>
    public static JointZeroing Of(
        Module<Tensor, Tensor> network, ImageSet images, IReadOnlyList<IReadOnlyList<string>> sets,
        IProgress<ProgressReport>? progress = null, int batch = Evaluation.DefaultBatch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sets);
        if (sets.Any(set => set.Count == 0))
            throw new ArgumentException("A set names no layer; name at least one in each.", nameof(sets));
        Zeroing.Of(network, sets.SelectMany(set => set)).Dispose(); // names each unknown layer before anything is computed
        using var pass = new SweepPass(network, images, batch, progress, "zero jointly", (long)sets.Count * images.Count, cancellationToken);
        var (baseline, evaluations) = pass.Evaluate([], sets);
        return new JointZeroing(baseline, [.. sets.Zip(evaluations, (set, evaluation) => new JointlyZeroed(set, evaluation))]);
    }

    /// <summary>
    /// Zeroes in each step, of the convolutions that are left, the one whose loss leaves most images answered right; among equals the one with the lower cross-entropy. Each step ranks them anew.
    /// </summary>
    /// <param name="network">Any module from images <c>[N, C, H, W]</c> to logits <c>[N, classes]</c>; unchanged afterwards.</param>
    /// <param name="validation">The images to choose on. A choice made on the test images would flatter it.</param>
    /// <param name="steps">How many convolutions to zero; by default all.</param>
    /// <param name="progress">Told about evaluations done.</param>
    /// <param name="batch">Images a batch.</param>
    /// <param name="cancellationToken">Ends the work after the current set of the current batch.</param>
    public static JointZeroing Greedy(
        Module<Tensor, Tensor> network, ImageSet validation, int? steps = null,
        IProgress<ProgressReport>? progress = null, int batch = Evaluation.DefaultBatch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(validation);
        List<string> left = [.. ConvolutionLayers.Of(network).Select(layer => layer.Name)];
        var last = Math.Min(steps ?? left.Count, left.Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(last, 1, nameof(steps));
        var total = Enumerable.Range(0, last).Sum(step => (long)(left.Count - step)) * validation.Count;
        using var pass = new SweepPass(network, validation, batch, progress, "zero greedily", total, cancellationToken);
        Evaluation? baseline = null;
        var chosen = new List<JointlyZeroed>();
        while (chosen.Count < last)
        {
            IReadOnlyList<string> zeroed = chosen.Count > 0 ? chosen[^1].Layers : [];
            var (before, candidates) = pass.Evaluate(zeroed, [.. left.Select(layer => new[] { layer })]);
            baseline ??= before;
            var (best, name) = candidates.Zip(left).OrderByDescending(entry => entry.First.Outcomes.Correct).ThenBy(entry => entry.First.CrossEntropy).First();
            chosen.Add(new JointlyZeroed([.. zeroed, name], best));
            left.Remove(name);
        }

        return new JointZeroing(baseline!, chosen);
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
