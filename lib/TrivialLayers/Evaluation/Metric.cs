using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>A measure of a network's answers with a value for each image; more is better.</summary>
public sealed class Metric
{
    private Func<JsonObject>? _known;

    private Metric(string name, Func<Tensor, Tensor, (Tensor Values, Tensor? Counts)> measure) => (Name, Measure) = (name, measure);

    /// <summary>What it is called, with its unit, for example <c>mean IoU (%)</c>.</summary>
    public string Name { get; }

    /// <summary>
    /// From outputs and labels of a batch, on their device, to a value for each image and to counts that add up over batches, <c>float64 [k]</c>, for a value of all images together; null where there is none.
    /// </summary>
    internal Func<Tensor, Tensor, (Tensor Values, Tensor? Counts)> Measure { get; }

    /// <summary>That value, of the sums of the counts.</summary>
    internal Func<IReadOnlyList<double>, double>? OfCounts { get; private init; }

    /// <summary>Whether <see cref="Description"/> stands for one computation only, so that what was measured with it can be stored and found again.</summary>
    internal bool IsKnown => _known is not null;

    /// <summary>The metric in data: an id with its arguments; of one's own its name.</summary>
    internal JsonObject Description => _known?.Invoke() ?? new JsonObject { ["id"] = "own", ["name"] = Name };

    /// <summary>A metric of one's own.</summary>
    /// <param name="name">What it is called, with its unit.</param>
    /// <param name="ofImages">From a batch of outputs, for example <c>[n, classes]</c>, and labels <c>[n]</c> (or <c>[n, H, W]</c>) to a value for each image, <c>[n]</c>; more is better. Best in percent: the verdicts of a sweep ask for a drop of one point.</param>
    public static Metric Of(string name, Func<Tensor, Tensor, Tensor> ofImages)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(ofImages);
        return new Metric(name, (outputs, labels) => (ofImages(outputs, labels), null));
    }

    /// <summary>
    /// Intersection over union (Jaccard index) of segmentations, in percent, 0 to 100: in each image for each class that is there or is predicted, averaged over these classes. Pooled, as in PASCAL VOC
    /// (Everingham et al. 2010, <i>The Pascal Visual Object Classes Challenge</i>, section 4.3): intersections and unions summed over all images first, then averaged over the classes.
    /// </summary>
    /// <param name="classes">Number of classes, the background among them.</param>
    public static Metric MeanIoU(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        return new Metric("mean IoU (%)", (outputs, labels) =>
        {
            var (intersections, unions) = Overlaps(outputs, labels, classes);
            return ((intersections / unions.clamp_min(1)).sum([0L]) / unions.gt(0).sum([0L]) * 100, cat([intersections.sum(1), unions.sum(1)]));
        })
        {
            OfCounts = sums => Enumerable.Range(0, classes).Where(label => sums[classes + label] > 0).Average(label => 100 * sums[label] / sums[classes + label]),
            _known = () => new JsonObject { ["id"] = "mean_iou", ["classes"] = classes },
        };
    }

    /// <summary>The value for each image.</summary>
    /// <param name="outputs">A batch of a network's outputs.</param>
    /// <param name="labels">The labels, <c>[n]</c> or <c>[n, H, W]</c>.</param>
    /// <returns>A value for each of the n images.</returns>
    /// <exception cref="ArgumentException">The metric gave another shape than a value for each image, or one that is not finite.</exception>
    public double[] OfImages(Tensor outputs, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(labels);
        using var scope = NewDisposeScope();
        return ForEachImage(Measure(outputs, labels).Values, labels);
    }

    /// <summary>The values of <see cref="Measure"/>, after a check that there is a finite one for each image.</summary>
    internal static double[] ForEachImage(Tensor values, Tensor labels)
    {
        if (values.dim() != 1 || values.shape[0] != labels.shape[0])
            throw new ArgumentException($"The metric gave [{string.Join(", ", values.shape)}]; expected a value for each image, [{labels.shape[0]}].");
        return values.isfinite().all().item<bool>()
            ? values.to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray()
            : throw new ArgumentException("The metric gave a value that is not a finite number.");
    }

    /// <summary>What knowing nothing of the images is worth: the greatest mean over the images that a single class has as the answer to every image, or to every pixel of every image; in the metric's unit.</summary>
    /// <param name="images">The images; the metric must be one of logits, <c>[n, classes]</c> or <c>[n, classes, H, W]</c>.</param>
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
