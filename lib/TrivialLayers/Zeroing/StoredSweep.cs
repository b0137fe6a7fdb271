using TrivialLayers.Evidence;
using TrivialLayers.Models;
using TrivialLayers.Runtime;

namespace TrivialLayers.Zeroing;

/// <summary>The file form of a sweep: per-image outcomes as packed bits, everything that follows from them left out.</summary>
internal sealed record StoredSweep(
    SweepIdentity Identity,
    int Images,
    StoredSweep.Answers Baseline,
    IReadOnlyList<StoredSweep.Answers> Layers,
    float[] FirstLogits,
    double Seconds,
    Provenance Provenance)
{
    internal sealed record Answers(string Layer, byte[] Right, double CrossEntropy, double Agreement, IReadOnlyList<int> Confusion);

    public static StoredSweep From(ZeroSweep sweep, float[] firstLogits) => new(
        sweep.Identity,
        sweep.Baseline.Outcomes.Count,
        new Answers("", sweep.Baseline.Outcomes.Packed.ToArray(), sweep.Baseline.CrossEntropy, 100, sweep.Baseline.Confusion.Counts),
        [
            .. sweep.Layers.Select(layer => new Answers(
                layer.Layer.Name, layer.Outcomes.Packed.ToArray(), layer.Outcomes.MeanCrossEntropy, layer.Agreement, layer.Confusion.Counts)),
        ],
        firstLogits,
        sweep.Seconds,
        sweep.Provenance);

    /// <exception cref="InvalidDataException">The layers are not the network's, or the parts contradict each other.</exception>
    public ZeroSweep ToSweep(SweepIdentity identity, IReadOnlyList<ConvolutionLayer> layers, IReadOnlyList<string> classes)
    {
        if (!Layers.Select(answers => answers.Layer).SequenceEqual(layers.Select(layer => layer.Name)))
            throw new InvalidDataException($"it has {Layers.Count} layers, not the {layers.Count} of the network.");
        return new ZeroSweep(
            identity,
            Read(Baseline, classes),
            [.. layers.Zip(Layers, (layer, answers) => (layer, Read(answers, classes), answers.Agreement))],
            Seconds,
            Provenance);
    }

    private Evaluation Read(Answers answers, IReadOnlyList<string> classes)
    {
        var outcomes = Outcomes.FromBits(answers.Right, Images, answers.CrossEntropy);
        var confusion = new ConfusionMatrix(classes, answers.Confusion);
        if (answers.Agreement is not (>= 0 and <= 100)
            || confusion.Counts.Sum() != Images
            || confusion.Right != outcomes.Correct)
            throw new InvalidDataException($"its counts for '{answers.Layer}' contradict each other.");
        return new Evaluation(outcomes, confusion);
    }
}
