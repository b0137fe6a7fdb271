using System.Text.Json.Serialization;

namespace TrivialLayers;

/// <summary>The file form of a sweep: per-image outcomes as packed bits, everything that follows from them left out.</summary>
internal sealed record StoredSweep(
    [property: JsonPropertyName("sweep")] SweepIdentity Identity,
    [property: JsonPropertyName("count")] int Images,
    [property: JsonPropertyName("baseline")] StoredSweep.Answers Baseline,
    [property: JsonPropertyName("layers")] IReadOnlyList<StoredSweep.Answers> Layers,
    [property: JsonPropertyName("firstLogits")] float[] FirstLogits,
    [property: JsonPropertyName("seconds")] double Seconds,
    [property: JsonPropertyName("provenance")] Provenance Provenance,
    [property: JsonPropertyName("checksum")] string Checksum = "") : IStoredSweep<StoredSweep>
{
    internal sealed record Answers(
        [property: JsonPropertyName("layer")] string Layer,
        [property: JsonPropertyName("right")] byte[] Right,
        [property: JsonPropertyName("crossEntropy")] double CrossEntropy,
        [property: JsonPropertyName("agreement")] double Agreement,
        [property: JsonPropertyName("confusion")] IReadOnlyList<int> Confusion);

    /// <summary>The stored form, still without the logits of the first images.</summary>
    public static StoredSweep From(ZeroSweep sweep) => new(
        sweep.Identity, sweep.Baseline.Outcomes.Count, AnswersOf("", sweep.Baseline, 100),
        [.. sweep.Layers.Select(layer => AnswersOf(layer.Layer.Name, new Evaluation(layer.Outcomes, layer.Confusion), layer.Agreement))],
        [], sweep.Seconds, sweep.Provenance);

    /// <summary>The stored form, still without the logits of the first images.</summary>
    public static StoredSweep From(JointZeroing joint) => new(
        joint.Identity, joint.Baseline.Outcomes.Count, AnswersOf("", joint.Baseline, 100),
        [.. joint.Steps.Select(step => AnswersOf(string.Join(' ', step.Layers), step.Evaluation, step.Agreement))],
        [], joint.Seconds, joint.Provenance);

    public StoredSweep WithLogits(float[] firstLogits) => this with { FirstLogits = firstLogits };

    public StoredSweep WithChecksum(string checksum) => this with { Checksum = checksum };

    /// <exception cref="InvalidDataException">The layers are not the network's, or the parts contradict each other.</exception>
    public ZeroSweep ToSweep(SweepIdentity identity, IReadOnlyList<ConvolutionLayer> layers, IReadOnlyList<string> classes)
    {
        IStoredSweep<StoredSweep>.DemandLayers(Layers.Select(answers => answers?.Layer), layers);
        return IStoredSweep<StoredSweep>.Checked(() => new ZeroSweep(
            identity, Read(Baseline, classes), [.. layers.Zip(Layers, (layer, answers) => (layer, Read(answers, classes), answers.Agreement))], Seconds, Provenance));
    }

    /// <param name="identity">What was asked for.</param>
    /// <param name="known">The names of the network's convolutions.</param>
    /// <param name="classes">The names of the classes.</param>
    /// <exception cref="InvalidDataException">A layer is not the network's, or the parts contradict each other.</exception>
    public JointZeroing ToJointZeroing(SweepIdentity identity, IReadOnlySet<string> known, IReadOnlyList<string> classes)
    {
        if (Layers.Any(answers => answers is null || !answers.Layer.Split(' ').All(known.Contains)))
            throw new InvalidDataException("it names layers that are not the network's.");
        return IStoredSweep<StoredSweep>.Checked(() => new JointZeroing(
            identity, Read(Baseline, classes), [.. Layers.Select(answers => ((IReadOnlyList<string>)answers.Layer.Split(' '), Read(answers, classes), answers.Agreement))], Seconds, Provenance));
    }

    private static Answers AnswersOf(string layer, Evaluation evaluation, double agreement) =>
        new(layer, evaluation.Outcomes.Packed.ToArray(), evaluation.CrossEntropy, agreement, evaluation.Confusion.Counts);

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
