using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace TrivialLayers;

/// <summary>The file form of a <see cref="Sweep"/>, JSON that carries its own checksum: what was measured, everything that follows from it left out.</summary>
internal sealed record StoredSweep(
    [property: JsonPropertyName("sweep"), JsonPropertyOrder(0)] SweepIdentity Identity,
    [property: JsonPropertyName("count"), JsonPropertyOrder(2)] int Images,
    [property: JsonPropertyName("baseline"), JsonPropertyOrder(4)] StoredSweep.Answers Baseline,
    [property: JsonPropertyName("layers"), JsonPropertyOrder(5)] IReadOnlyList<StoredSweep.Answers> Targets,
    [property: JsonPropertyName("firstLogits"), JsonPropertyOrder(6)] float[] FirstLogits,
    [property: JsonPropertyName("seconds"), JsonPropertyOrder(7)] double Seconds,
    [property: JsonPropertyName("provenance"), JsonPropertyOrder(8)] Provenance Provenance,
    [property: JsonPropertyName("metric"), JsonPropertyOrder(1)] string? Measure = null,
    [property: JsonPropertyName("chance"), JsonPropertyOrder(3)] double? Chance = null,
    [property: JsonPropertyName("context"), JsonPropertyOrder(9)] StoredSweep.Network? Context = null,
    [property: JsonPropertyName("checksum"), JsonPropertyOrder(10)] string Checksum = "")
{
    private static readonly JsonSerializerOptions Json = new()
    {
        AllowDuplicateProperties = false,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <summary>One measurement.</summary>
    /// <param name="Layer">The names of the changed layers with a space between them; empty for the untouched network.</param>
    /// <param name="Share">Share of the layers that was changed, where it is varied.</param>
    /// <param name="Right">A bit for each image, of measures that are right or wrong.</param>
    /// <param name="CrossEntropy">Mean cross-entropy in nats, by accuracy.</param>
    /// <param name="Agreement">Percent of predictions that are the untouched network's, by accuracy.</param>
    /// <param name="Confusion">Counts <c>[truth, predicted]</c>, by accuracy.</param>
    /// <param name="Values">The values of all images in single precision, of other measures.</param>
    /// <param name="Pooled">The measure's value of all images together.</param>
    internal sealed record Answers(
        [property: JsonPropertyName("layer")] string Layer,
        [property: JsonPropertyName("share")] double? Share = null,
        [property: JsonPropertyName("right")] byte[]? Right = null,
        [property: JsonPropertyName("crossEntropy")] double? CrossEntropy = null,
        [property: JsonPropertyName("agreement")] double? Agreement = null,
        [property: JsonPropertyName("confusion")] IReadOnlyList<int>? Confusion = null,
        [property: JsonPropertyName("values")] byte[]? Values = null,
        [property: JsonPropertyName("pooled")] double? Pooled = null);

    /// <summary>What the network and the images say of themselves, for a reader who has neither; files of earlier versions lack it.</summary>
    /// <param name="Classes">Names of the classes.</param>
    /// <param name="Layers">The layer of each target.</param>
    internal sealed record Network(
        [property: JsonPropertyName("classes")] IReadOnlyList<string> Classes,
        [property: JsonPropertyName("layers")] IReadOnlyList<StoredLayer> Layers);

    /// <summary>The stored form.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="firstLogits">The network's logits of the first images: a network that gives others is another network.</param>
    public static StoredSweep From(Sweep sweep, float[] firstLogits) => new(
        sweep.Identity, sweep.Baseline.Count, AnswersOf("", null, sweep.Baseline),
        [.. sweep.Targets.Select(target => AnswersOf(NameOf(target.Layers), sweep.Targets.Any(other => other.Share != 1) ? target.Share : null, target.Measured))],
        firstLogits, sweep.Seconds, sweep.Provenance, sweep.Baseline.Confusion is null ? sweep.Measure.Name : null, sweep.Baseline.Confusion is null ? sweep.Chance : null,
        sweep.Baseline.Confusion is { } confusion && sweep.Targets.All(target => target.Layers.Count == 1) ? new Network(confusion.Classes, [.. sweep.Targets.Select(target => StoredLayer.From(target.Layer))]) : null);

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
                throw new InvalidDataException($"{path} is damaged: its contents have the SHA-256 {found}; it records {stored.Checksum}.");
            return stored;
        }
        catch (Exception error) when (error is JsonException or ArgumentException) // ArgumentException: an infinite number, which can be read but not written
        {
            throw new InvalidDataException($"{path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Makes the sweep again.</summary>
    /// <exception cref="InvalidDataException">The layers are not those that were asked for, or the parts contradict each other.</exception>
    public Sweep ToSweep(SweepPlan plan) => Checked(() => ToSweep(plan.Identity, plan.Options, plan.Images.Classes, TargetsIn(plan)));

    /// <summary>Makes the sweep of one who has neither network nor images: each convolution at zero, by accuracy.</summary>
    /// <exception cref="InvalidDataException">It is of an earlier version, which needs the network; or of another operation; or its parts contradict each other.</exception>
    public Sweep ToSweep()
    {
        var operation = Identity.Description["operation"]?.DeepClone() as JsonObject;
        var precision = operation?["precision"] is { } word ? PrecisionNames.Of(word.ToString()) : Precision.Float32;
        operation?.Remove("precision");
        if (!JsonNode.DeepEquals(operation, Operation.Of()))
            throw new InvalidDataException("it is not a sweep that zeroes each convolution and measures accuracy; call Sweep.Run with the network to read it.");
        if (Context is not { } context)
            throw new InvalidDataException("it does not describe its layers, because an earlier version stored it; call Sweep.Run with the network to read it.");
        return Checked(() => ToSweep(Identity, new SweepOptions { Precision = precision }, context.Classes, LayersIn(context)));
    }

    private Sweep ToSweep(SweepIdentity identity, SweepOptions options, IReadOnlyList<string> classes, IEnumerable<(IReadOnlyList<Layer> Layers, double Share)> targets) => new(
        identity, options, Chance, Read(Baseline, options, classes), [.. targets.Zip(Targets, (target, answers) => (target.Layers, target.Share, Read(answers, options, classes)))], Seconds, Provenance);

    private static Sweep Checked(Func<Sweep> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is ArgumentException or FormatException or OverflowException or KeyNotFoundException)
        {
            throw new InvalidDataException($"its numbers are impossible: {error.Message}", error);
        }
    }

    private IEnumerable<(IReadOnlyList<Layer> Layers, double Share)> LayersIn(Network context)
    {
        DemandAnswers();
        if (!Targets.Select(answers => answers.Layer).SequenceEqual(context.Layers.Select(layer => layer?.Name)))
            throw new InvalidDataException("the layers that it describes are not those that it has results for.");
        return context.Layers.Select(layer => ((IReadOnlyList<Layer>)[layer.ToLayer()], 1.0));
    }

    private void DemandAnswers()
    {
        if (Targets.Any(answers => answers is null))
            throw new InvalidDataException("it has a target without results.");
    }

    private List<(IReadOnlyList<Layer> Layers, double Share)> TargetsIn(SweepPlan plan)
    {
        DemandAnswers();
        var known = plan.Layers.ToDictionary(layer => layer.Name);
        List<(IReadOnlyList<Layer> Layers, double Share)> expected = plan.Options.Targets.IsGreedy
            ? [.. Targets.Select(answers => ((IReadOnlyList<Layer>)[.. answers.Layer.Split(' ').Select(name => known[name])], answers.Share ?? 1))]
            : [.. plan.Targets];
        if (!Targets.Select(answers => (answers.Layer, answers.Share ?? 1)).SequenceEqual(expected.Select(target => (NameOf(target.Layers), target.Share))))
            throw new InvalidDataException($"it has {Targets.Count} targets; expected the {expected.Count} that were requested.");
        return expected;
    }

    private static string NameOf(IEnumerable<Layer> layers) => string.Join(' ', layers.Select(layer => layer.Name));

    private static Answers AnswersOf(string layer, double? share, Measurement measured) => new(
        layer, share, measured.Outcomes?.Packed.ToArray(), measured.Confusion is null ? null : measured.Outcomes!.MeanCrossEntropy, measured.Agreement, measured.Confusion?.Counts, measured.ToBytes(), measured.Pooled);

    private Measurement Read(Answers answers, SweepOptions options, IReadOnlyList<string> classes)
    {
        if (options.Measure.IsRightOrWrong != answers.Right is not null || (answers.Right is null) == (answers.Values is null))
            throw new InvalidDataException($"it has no results by {options.Measure.Name} for '{answers.Layer}'.");
        if (answers.Right is null)
            return Measurement.FromBytes(answers.Values!, Images, answers.Pooled);
        var outcomes = Outcomes.FromBits(answers.Right, Images, answers.CrossEntropy ?? double.NaN);
        if (options.Measure != TrivialLayers.Measure.Accuracy)
            return Measurement.Of(outcomes, null, null);
        var confusion = new ConfusionMatrix(classes, answers.Confusion ?? []);
        if (answers.Agreement is not (>= 0 and <= 100) || answers.CrossEntropy is null || confusion.Counts.Sum() != Images || confusion.Right != outcomes.Correct)
            throw new InvalidDataException($"its counts for '{answers.Layer}' contradict each other.");
        return Measurement.Of(outcomes, confusion, answers.Agreement);
    }

    private string Sum() => JsonChecksum.Of(this with { Checksum = "" }, Json);
}
