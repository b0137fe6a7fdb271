using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>What a network answers on a set of images: one answer for each label, that is for each image or, in segmentation, for each pixel.</summary>
public sealed class Evaluation
{
    /// <summary>Images per batch on a CPU unless the caller says otherwise: enough to fill the cores, while what a layer leaves for the next still fits into their caches.</summary>
    public const int DefaultBatch = 100;

    internal Evaluation(Outcomes outcomes, ConfusionMatrix confusion)
    {
        Outcomes = outcomes;
        Confusion = confusion;
    }

    /// <summary>Right or wrong for each label.</summary>
    public Outcomes Outcomes { get; }

    /// <summary>Which classes were taken for which.</summary>
    public ConfusionMatrix Confusion { get; }

    /// <summary>Share of labels answered right, in percent.</summary>
    public double Percent => Outcomes.Accuracy;

    /// <summary>Mean cross-entropy in nats.</summary>
    public double CrossEntropy => Outcomes.MeanCrossEntropy;

    /// <summary>
    /// Evaluates a network in evaluation mode, batch by batch; its mode is restored afterwards. On a GPU its accuracy may differ by an image or two from the baseline of a sweep, which folds batch norm
    /// into the convolutions: rounding differs.
    /// </summary>
    /// <param name="network">Any module from images <c>[N, C, H, W]</c> to logits <c>[N, classes]</c>, or <c>[N, classes, H, W]</c> for images whose pixels have labels.</param>
    /// <param name="images">The images.</param>
    /// <param name="batch">Images per batch, 1 or more; by default as many as suit the device: <see cref="DefaultBatch"/> on a CPU, up to 1,000 on a GPU, as far as its memory goes.</param>
    /// <param name="precision">The arithmetic of the network; by default single precision, or TF32 where <see cref="ComputeDevice.AllowTF32"/> is set.</param>
    /// <param name="progress">Told about images done.</param>
    /// <param name="cancellationToken">Ends the evaluation after the current batch.</param>
    /// <exception cref="ArithmeticException">The network returned a logit that is not a finite number.</exception>
    /// <exception cref="PlatformNotSupportedException">This libtorch does not have the precision.</exception>
    public static Evaluation Run(
        Module<Tensor, Tensor> network,
        ImageSet images,
        int? batch = null,
        Precision? precision = null,
        IProgress<ProgressReport>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch ?? 1, 1, nameof(batch));
        var isFolded = NetworkProbe.DeviceOf(network).type != DeviceType.CUDA;
        using var answers = Answers(network, images, batch ?? DeviceBatch.For(network, images), isFolded, precision, progress, cancellationToken);
        return answers.ToEvaluation();
    }

    /// <summary>
    /// The answers of <see cref="Run"/>, not yet compared with the labels. On a CPU, batch norm folded into the convolutions saves a pass over the features. On a GPU a folded convolution adds its bias in a pass of its own, so
    /// folding would save nothing and cost several hundred extra operators. In bfloat16 a folded kernel would be rounded with the scale of the batch norm in it, which is to stay in single precision.
    /// </summary>
    internal static AnswerSheet Answers(
        Module<Tensor, Tensor> network, ImageSet images, int batch, bool isFolded, Precision? precision = null, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        cancellationToken = progress.Link(cancellationToken);
        var device = NetworkProbe.DeviceOf(network);
        using var evaluation = new EvaluationMode(network);
        var stored = images.On(device);
        using var arithmetic = new PrecisionScope(network, precision);
        using var prepared = isFolded && precision != Precision.BFloat16 ? Fold(network, stored, device) : FoldedNetwork.AsItIs(network);
        var answers = new AnswerSheet(images);
        try
        {
            for (var start = 0; start < images.Count; start += batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var (input, labels) = stored.Batch(start, Math.Min(batch, images.Count - start), device);
                answers.Add(arithmetic.Logits(() => prepared.Forward(input.ForEvaluation())), labels);
                progress?.Report(new ProgressReport("evaluate", Math.Min(start + batch, images.Count), images.Count, "images"));
            }
            return answers;
        }
        catch
        {
            answers.Dispose();
            throw;
        }
    }

    private static FoldedNetwork Fold(Module<Tensor, Tensor> network, ImageSet images, Device device)
    {
        using var scope = NewDisposeScope();
        return FoldedNetwork.Of(network, images.Batch(0, Math.Min(FoldedNetwork.Compared, images.Count), device).Images.ForEvaluation());
    }

    /// <summary>The share of labels that a network answers right, in percent.</summary>
    public static double Accuracy(Module<Tensor, Tensor> network, ImageSet images) => Run(network, images).Percent;
}
