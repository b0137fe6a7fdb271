using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
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
    Provenance Provenance,
    string Checksum = "")
{
    private static readonly JsonSerializerOptions Json = new()
    {
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    internal sealed record Answers(string Layer, byte[] Right, double CrossEntropy, double Agreement, IReadOnlyList<int> Confusion);

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

    /// <summary>Writes it with its checksum.</summary>
    public void Write(Stream stream) => JsonSerializer.Serialize(stream, this with { Checksum = Sum() }, Json);

    /// <summary>Reads a file and compares it with its checksum.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static StoredSweep Load(string path)
    {
        using var stream = File.OpenRead(path);
        try
        {
            var stored = JsonSerializer.Deserialize<StoredSweep>(stream, Json) ?? throw new InvalidDataException($"{path} is empty.");
            if (stored.Sum() is var found && found != stored.Checksum)
                throw new InvalidDataException($"{path} is damaged: its contents have the SHA-256 {found}; it says {stored.Checksum}.");
            return stored;
        }
        catch (Exception error) when (error is JsonException or ArgumentException) // ArgumentException: an infinite number, which can be read but not written
        {
            throw new InvalidDataException($"{path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>SHA-256 of the sweep as it is written without a checksum, in hexadecimal.</summary>
    private string Sum() => JsonChecksum.Of(this with { Checksum = "" }, Json);

    /// <exception cref="InvalidDataException">The layers are not the network's, or the parts contradict each other.</exception>
    public ZeroSweep ToSweep(SweepIdentity identity, IReadOnlyList<ConvolutionLayer> layers, IReadOnlyList<string> classes)
    {
        if (!Layers.Select(answers => answers?.Layer).SequenceEqual(layers.Select(layer => layer.Name)))
            throw new InvalidDataException($"it has {Layers.Count} layers, not the {layers.Count} of the network.");
        return Checked(() => new ZeroSweep(
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
        return Checked(() => new JointZeroing(
            identity, Read(Baseline, classes), [.. Layers.Select(answers => ((IReadOnlyList<string>)answers.Layer.Split(' '), Read(answers, classes), answers.Agreement))], Seconds, Provenance));
    }

    private static Answers AnswersOf(string layer, Evaluation evaluation, double agreement) =>
        new(layer, evaluation.Outcomes.Packed.ToArray(), evaluation.CrossEntropy, agreement, evaluation.Confusion.Counts);

    private static T Checked<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Exception error) when (error is ArgumentException or FormatException or OverflowException)
        {
            throw new InvalidDataException($"its numbers are impossible: {error.Message}", error);
        }
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
