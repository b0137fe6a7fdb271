using System.Globalization;
using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>What a network's answers are judged by: a value for each image, whose mean a <see cref="Sweep"/> compares with the untouched network's.</summary>
public sealed class Measure
{
    private readonly JsonObject _description;

    private Measure(string name, JsonObject description, Func<Tensor, Tensor, (Tensor Values, Tensor? Counts)> ofBatch) => (Name, _description, OfBatch) = (name, description, ofBatch);

    /// <summary>What it is called, with its unit, for example <c>mean IoU (%)</c>.</summary>
    public string Name { get; }

    /// <summary>Whether more is better; then a drop is baseline minus value, else value minus baseline.</summary>
    public bool HigherIsBetter { get; private init; } = true;

    /// <summary>Whether an image is either right (100) or wrong (0), so that intervals of a drop are exact ones for paired proportions.</summary>
    public bool IsRightOrWrong { get; private init; }

    /// <summary>
    /// From outputs and labels of a batch, on their device, to a value for each image and to counts that add up over batches, <c>float64 [k]</c>, for a value of all images together; null where there is none.
    /// </summary>
    internal Func<Tensor, Tensor, (Tensor Values, Tensor? Counts)> OfBatch { get; }

    /// <summary>That value, of the sums of the counts.</summary>
    internal Func<IReadOnlyList<double>, double>? OfCounts { get; private init; }

    /// <summary>Whether <see cref="Description"/> stands for one computation only, so that what was measured with it can be stored and found again.</summary>
    internal bool IsKnown { get; private init; } = true;

    /// <summary>Whether chance has a meaning: what one class for everything is worth.</summary>
    internal bool HasChance { get; private init; }

    /// <summary>The measure in data: an id with its arguments.</summary>
    internal JsonObject Description => (JsonObject)_description.DeepClone();

    /// <summary>The share of images whose likeliest class is the true one, in percent: what a sweep measures unless told otherwise.</summary>
    public static Measure Accuracy { get; } = new("accuracy (%)", Operation.Id("accuracy"), (logits, labels) => (logits.argmax(1).eq(labels) * 100.0, null)) { IsRightOrWrong = true };

    /// <summary>The share of images whose true class is among the likeliest, in percent.</summary>
    /// <param name="k">How many classes may be named, 1 or more.</param>
    public static Measure TopK(int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        return new(string.Create(CultureInfo.InvariantCulture, $"top-{k} accuracy (%)"), Operation.Id("top_k", ("k", k)), (logits, labels) =>
        {
            if (logits.dim() != 2 || logits.shape[1] < k)
                throw new ArgumentException($"The network returned [{string.Join(", ", logits.shape)}]; top-{k} accuracy needs logits [n, classes] with {k} or more classes.");
            return (logits.topk(k, 1).indexes.eq(labels.unsqueeze(1)).any(1) * 100.0, null);
        }) { IsRightOrWrong = true };
    }

    /// <summary>The cross-entropy of each image in nats, 0 or more; of pixels with labels, their mean. Less is better. A margin of one nat is a large one: give a sweep your own.</summary>
    public static Measure CrossEntropy { get; } = new("cross-entropy (nats)", Operation.Id("cross_entropy"), (logits, labels) =>
    {
        var (rows, truth) = PixelLabels.ForLoss(logits, labels);
        var each = functional.cross_entropy(rows.to(ScalarType.Float64), truth, reduction: Reduction.None).reshape(labels.shape);
        return (each.dim() == 1 ? each : each.flatten(1).mean([1]), null);
    }) { HigherIsBetter = false };

    /// <summary>A measure of one's own.</summary>
    /// <param name="name">What it is called, with its unit.</param>
    /// <param name="ofImages">From a batch of outputs, for example <c>[n, classes]</c>, and labels <c>[n]</c> (or <c>[n, H, W]</c>) to a value for each image, <c>[n]</c>. Best in percent: the verdicts of a sweep compare the drop with one point.</param>
    /// <param name="higherIsBetter">Whether more is better.</param>
    /// <param name="version">Stands for what <paramref name="ofImages"/> computes: give another when that changes. Without a version nothing is stored.</param>
    public static Measure Of(string name, Func<Tensor, Tensor, Tensor> ofImages, bool higherIsBetter = true, int? version = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(ofImages);
        return new Measure(name, Operation.Id("own", ("name", name), ("version", version ?? 0)), (outputs, labels) => (ofImages(outputs, labels), null)) { HigherIsBetter = higherIsBetter, IsKnown = version is not null };
    }

    /// <summary>
    /// Intersection over union (Jaccard index) of segmentations, in percent, 0 to 100: in each image for each class that is there or is predicted, averaged over these classes. Pooled, as in PASCAL VOC
    /// (Everingham et al. 2010, <i>The Pascal Visual Object Classes Challenge</i>, section 4.3): intersections and unions summed over all images first, then averaged over the classes.
    /// </summary>
    /// <param name="classes">Number of classes, the background among them.</param>
    public static Measure MeanIoU(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        return new Measure("mean IoU (%)", Operation.Id("mean_iou", ("classes", classes)), (outputs, labels) =>
        {
            var (intersections, unions) = Overlaps(outputs, labels, classes);
            return ((intersections / unions.clamp_min(1)).sum([0L]) / unions.gt(0).sum([0L]) * 100, cat([intersections.sum(1), unions.sum(1)]));
        })
        {
            OfCounts = sums => Enumerable.Range(0, classes).Where(label => sums[classes + label] > 0).Average(label => 100 * sums[label] / sums[classes + label]),
            HasChance = true,
        };
    }

    /// <summary>The value for each image.</summary>
    /// <param name="outputs">A batch of a network's outputs.</param>
    /// <param name="labels">The labels, <c>[n]</c> or <c>[n, H, W]</c>.</param>
    /// <returns>A value for each of the n images.</returns>
    /// <exception cref="ArgumentException">The measure returned another shape than a value for each image, or one that is not finite.</exception>
    public double[] OfImages(Tensor outputs, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(labels);
        using var scope = NewDisposeScope();
        var values = OfBatch(outputs, labels).Values;
        CheckShape(values, labels);
        return [.. Finite(values.to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray())];
    }

    /// <exception cref="ArgumentException">There is not a value for each image.</exception>
    internal static void CheckShape(Tensor values, Tensor labels)
    {
        if (values.dim() != 1 || values.shape[0] != labels.shape[0])
            throw new ArgumentException($"The measure returned [{string.Join(", ", values.shape)}]; expected a value for each image, [{labels.shape[0]}].");
    }

    /// <exception cref="ArgumentException">A value is not finite.</exception>
    internal static double[] Finite(double[] values) =>
        Array.TrueForAll(values, double.IsFinite) ? values : throw new ArgumentException("The measure returned a value that is not a finite number.");

    /// <summary>What knowing nothing of the images is worth: the greatest mean over the images that a single class has as the answer to every image, or to every pixel of every image; in the measure's unit.</summary>
    /// <param name="images">The images; the measure must be one of logits, <c>[n, classes]</c> or <c>[n, classes, H, W]</c>.</param>
    public double Chance(ImageSet images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return Enumerable.Range(0, images.Classes.Count).Max(label => OfConstant(images, label));
    }

    private double OfConstant(ImageSet images, int label)
    {
        var sum = 0.0;
        for (var start = 0; start < images.Count; start += Evaluation.DefaultBatch)
        {
            using var scope = NewDisposeScope();
            var labels = images.Labels.slice(0, start, Math.Min(start + Evaluation.DefaultBatch, images.Count), 1).to(ScalarType.Int64);
            long[] shape = [1, images.Classes.Count, .. labels.shape[1..].Select(_ => 1L)];
            var logits = zeros(shape, device: labels.device);
            logits.select(1, label).fill_(1);
            sum += OfImages(logits.expand([labels.shape[0], images.Classes.Count, .. labels.shape[1..]]), labels).Sum();
        }

        return sum / images.Count;
    }

    /// <summary>Pixels that are of a class and predicted as it, and pixels that are one or the other: <c>float64 [classes, n]</c> each.</summary>
    private static (Tensor Intersections, Tensor Unions) Overlaps(Tensor outputs, Tensor labels, int classes)
    {
        if (outputs.dim() != 4 || outputs.shape[1] != classes)
            throw new ArgumentException($"The outputs are [{string.Join(", ", outputs.shape)}]; expected logits [n, {classes}, H, W].");
        var predicted = outputs.argmax(1);
        Tensor Of(Func<Tensor, Tensor, Tensor> both) => stack([.. Enumerable.Range(0, classes).Select(label => both(predicted.eq(label), labels.eq(label)).sum([1L, 2L]))]).to(ScalarType.Float64);
        return (Of((here, there) => here & there), Of((here, there) => here | there));
    }
}
