using TorchSharp;
using TrivialLayers.Data;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Evidence;

/// <summary>Collects a network's answers batch by batch, in the order of the labels: one for each image, or for each pixel, row by row.</summary>
/// <param name="images">What is asked.</param>
internal sealed class AnswerSheet(ImageSet images)
{
    private readonly int[] _predictions = new int[images.Labels.numel()];
    private int _done;
    private double _crossEntropy;

    /// <summary>Takes the logits <c>[n, classes]</c> or <c>[n, classes, H, W]</c> and the labels <c>[n]</c> or <c>[n, H, W]</c> of the next images.</summary>
    public void Add(Tensor logits, Tensor labels)
    {
        long[] expected = [labels.shape[0], images.Classes.Count, .. labels.shape[1..]];
        if (!logits.shape.SequenceEqual(expected))
            throw new ArgumentException($"The network gave [{string.Join(", ", logits.shape)}]; expected logits [{string.Join(", ", expected)}].");
        if (!logits.isfinite().all().item<bool>())
            throw new ArithmeticException("The network gave a logit that is not a finite number. Its weights may have diverged in training.");
        var predicted = logits.argmax(1).flatten().cpu().data<long>();
        for (var i = 0; i < predicted.Count; i++)
            _predictions[_done + i] = (int)predicted[i];
        _done += (int)predicted.Count;
        _crossEntropy += functional.cross_entropy(logits.to(ScalarType.Float64), labels, reduction: Reduction.Sum).item<double>();
    }

    /// <summary>Compares the answers with the labels.</summary>
    public Evaluation ToEvaluation()
    {
        using var scope = NewDisposeScope();
        var classes = images.Classes.Count;
        long[] labels = [.. images.Labels.to(ScalarType.Int64, CPU).flatten().data<long>()];
        var counts = new int[classes * classes];
        foreach (var (predicted, label) in _predictions.Zip(labels))
            counts[((int)label * classes) + predicted]++;
        var right = Outcomes.From([.. _predictions.Zip(labels, (predicted, label) => predicted == label)], _crossEntropy / labels.Length);
        return new Evaluation(right, new ConfusionMatrix(images.Classes, counts));
    }

    /// <summary>Share of labels, in percent, for which both sheets predict the same class.</summary>
    public double AgreementWith(AnswerSheet other) => 100.0 * _predictions.Zip(other._predictions, (a, b) => a == b).Count(same => same) / _predictions.Length;
}
