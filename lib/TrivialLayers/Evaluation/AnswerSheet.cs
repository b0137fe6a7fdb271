using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// Collects a network's answers batch by batch, in the order of the labels: one for each image, or for each pixel, row by row.
/// They stay on the network's device until they are asked for, so that no batch waits for the one before.
/// </summary>
/// <param name="images">What is asked.</param>
internal sealed class AnswerSheet(ImageSet images) : ISheet
{
    private readonly int _classes = images.Classes.Count;
    private Tensor? _answers; // int32 [labels]: label · classes + prediction, which says both
    private Tensor? _crossEntropy; // float64 []: the sum so far
    private Tensor? _finiteness; // float64 []: 0, or not a number once a logit was not finite
    private long _done;
    private (int[] Answers, double CrossEntropy)? _read;

    /// <summary>Takes the logits <c>[n, classes]</c> or <c>[n, classes, H, W]</c> and the labels <c>[n]</c> or <c>[n, H, W]</c> of the next images.</summary>
    public void Add(Tensor logits, Tensor labels)
    {
        long[] expected = [labels.shape[0], _classes, .. labels.shape[1..]];
        if (!logits.shape.SequenceEqual(expected))
            throw new ArgumentException($"The network returned [{string.Join(", ", logits.shape)}]; expected logits [{string.Join(", ", expected)}].");
        using var scope = NewDisposeScope();
        var finiteness = logits.sub(logits).sum(); // isfinite() alone is four operators
        if (_answers is null || _crossEntropy is null || _finiteness is null)
        {
            if (logits.device_type == DeviceType.CPU)
                DemandFinite(finiteness.to(ScalarType.Float64)); // weights that diverged are told now, not after a long sweep; a GPU is not waited for
            _answers = empty(images.Labels.numel(), ScalarType.Int32, logits.device).DetachFromDisposeScope();
            _crossEntropy = zeros([], ScalarType.Float64, logits.device).DetachFromDisposeScope();
            _finiteness = zeros([], ScalarType.Float64, logits.device).DetachFromDisposeScope();
        }

        _finiteness.add_(finiteness);
        _answers.narrow(0, _done, labels.numel()).copy_(labels.mul(_classes).add_(logits.argmax(1)).flatten());
        var (rows, truth) = PixelLabels.ForLoss(logits, labels);
        _crossEntropy.add_(functional.cross_entropy(rows.to(ScalarType.Float64), truth, reduction: Reduction.Sum));
        _done += labels.numel();
    }

    /// <summary>Compares the answers with the labels.</summary>
    /// <exception cref="ArithmeticException">A logit was not a finite number.</exception>
    public Evaluation ToEvaluation()
    {
        var (answers, crossEntropy) = Read();
        var counts = new int[_classes * _classes];
        foreach (var answer in answers)
            counts[answer]++;
        var right = Array.ConvertAll(answers, answer => answer / _classes == answer % _classes);
        return new Evaluation(Outcomes.From(right, crossEntropy / answers.Length), new ConfusionMatrix(images.Classes, counts));
    }

    public Measurement ToMeasurement(ISheet? baseline)
    {
        var evaluation = ToEvaluation();
        return Measurement.Of(evaluation.Outcomes, evaluation.Confusion, baseline is AnswerSheet other ? AgreementWith(other) : 100);
    }

    /// <summary>Share of labels, in percent, for which both sheets predict the same class.</summary>
    public double AgreementWith(AnswerSheet other)
    {
        var (mine, others) = (Read().Answers, other.Read().Answers);
        return 100.0 * mine.Zip(others, (a, b) => a == b).Count(same => same) / mine.Length;
    }

    /// <summary>The one time that the device is waited for.</summary>
    private (int[] Answers, double CrossEntropy) Read()
    {
        if (_read is { } known)
            return known;
        using var scope = NewDisposeScope(); // on a GPU, item() makes a tensor
        DemandFinite(_finiteness!);
        using (var answers = _answers!.cpu())
            _read = ([.. answers.data<int>()], _crossEntropy!.item<double>());
        Dispose();
        return _read.Value;
    }

    public void Dispose()
    {
        _answers?.Dispose();
        _crossEntropy?.Dispose();
        _finiteness?.Dispose();
        (_answers, _crossEntropy, _finiteness) = (null, null, null);
    }

    private static void DemandFinite(Tensor finiteness)
    {
        if (finiteness.item<double>() != 0)
            throw new ArithmeticException("The network returned a logit that is not a finite number. Its weights may have diverged in training.");
    }
}
