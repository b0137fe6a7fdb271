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
        try
        {
            return new ZeroSweep(
                identity,
                Read(Baseline, classes),
                [.. layers.Zip(Layers, (layer, answers) => (layer, Read(answers, classes), answers.Agreement))],
                Seconds,
                Provenance);
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
