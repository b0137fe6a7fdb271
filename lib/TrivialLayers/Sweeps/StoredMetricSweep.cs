using System.Text.Json.Serialization;

namespace TrivialLayers;

/// <summary>The file form of a <see cref="MetricSweep"/>: the values of each image in single precision, everything that follows from them left out.</summary>
internal sealed record StoredMetricSweep(
    [property: JsonPropertyName("sweep")] SweepIdentity Identity,
    [property: JsonPropertyName("metric")] string Metric,
    [property: JsonPropertyName("count")] int Images,
    [property: JsonPropertyName("chance")] double Chance,
    [property: JsonPropertyName("baseline")] StoredMetricSweep.Answers Baseline,
    [property: JsonPropertyName("layers")] IReadOnlyList<StoredMetricSweep.Answers> Layers,
    [property: JsonPropertyName("firstLogits")] float[] FirstLogits,
    [property: JsonPropertyName("seconds")] double Seconds,
    [property: JsonPropertyName("provenance")] Provenance Provenance,
    [property: JsonPropertyName("checksum")] string Checksum = "") : IStoredSweep<StoredMetricSweep>
{
    internal sealed record Answers(
        [property: JsonPropertyName("layer")] string Layer,
        [property: JsonPropertyName("values")] byte[] Values,
        [property: JsonPropertyName("pooled")] double? Pooled);

    /// <summary>The stored form, still without the logits of the first images.</summary>
    public static StoredMetricSweep From(MetricSweep sweep) => new(
        sweep.Identity, sweep.Metric, sweep.BaselineAnswers.Values.Length, sweep.Chance ?? throw new ArgumentException("A metric of one's own is not stored.", nameof(sweep)),
        AnswersOf("", sweep.BaselineAnswers), [.. sweep.Layers.Zip(sweep.LayerAnswers, (layer, answers) => AnswersOf(layer.Layer.Name, answers))], [], sweep.Seconds, sweep.Provenance);

    public StoredMetricSweep WithLogits(float[] firstLogits) => this with { FirstLogits = firstLogits };

    public StoredMetricSweep WithChecksum(string checksum) => this with { Checksum = checksum };

    /// <exception cref="InvalidDataException">The layers are not the network's, or the parts contradict each other.</exception>
    public MetricSweep ToSweep(SweepIdentity identity, IReadOnlyList<ConvolutionLayer> layers)
    {
        IStoredSweep<StoredMetricSweep>.DemandLayers(Layers.Select(answers => answers?.Layer), layers);
        return IStoredSweep<StoredMetricSweep>.Checked(() => new MetricSweep(identity, Metric, Chance, Read(Baseline), layers, [.. Layers.Select(Read)], Seconds, Provenance));
    }

    private static Answers AnswersOf(string layer, MetricAnswers answers) => new(layer, answers.ToBytes(), answers.Pooled);

    private MetricAnswers Read(Answers answers) => MetricAnswers.FromBytes(answers.Values, Images, answers.Pooled);
}
