using TorchSharp;
using TrivialLayers.Data;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Evidence;

/// <summary>Collects a network's answers batch by batch, in the order of the images.</summary>
internal sealed class AnswerSheet(int count, int classes)
{
    private readonly int[] _predictions = new int[count];
    private int _done;
    private double _crossEntropy;

    /// <summary>Takes the logits <c>[n, classes]</c> and labels <c>[n]</c> of the next images.</summary>
    public void Add(Tensor logits, Tensor labels)
    {
        if (logits.dim() != 2 || logits.shape[1] != classes || logits.shape[0] != labels.shape[0])
            throw new ArgumentException($"The network gave [{string.Join(", ", logits.shape)}]; expected logits [{labels.shape[0]}, {classes}].");
        if (!logits.isfinite().all().item<bool>())
            throw new ArithmeticException("The network gave a logit that is not a finite number. Its weights may have diverged in training.");
        var predicted = logits.argmax(1).cpu().data<long>();
        for (var i = 0; i < predicted.Count; i++)
            _predictions[_done + i] = (int)predicted[i];
        _done += (int)predicted.Count;
        _crossEntropy += functional.cross_entropy(logits.to(ScalarType.Float64), labels, reduction: Reduction.Sum).item<double>();
    }

    /// <summary>Compares the answers with the labels of the images.</summary>
    public Evaluation ToEvaluation(ImageSet images)
    {
        using var scope = NewDisposeScope();
        long[] labels = [.. images.Labels.cpu().data<long>()];
        var counts = new int[classes * classes];
        foreach (var (predicted, label) in _predictions.Zip(labels))
            counts[((int)label * classes) + predicted]++;
        var right = Outcomes.From([.. _predictions.Zip(labels, (predicted, label) => predicted == label)], _crossEntropy / count);
        return new Evaluation(right, new ConfusionMatrix(images.Classes, counts));
    }

    /// <summary>Share of images, in percent, for which both sheets predict the same class.</summary>
    public double AgreementWith(AnswerSheet other) => 100.0 * _predictions.Zip(other._predictions, (a, b) => a == b).Count(same => same) / count;
}
