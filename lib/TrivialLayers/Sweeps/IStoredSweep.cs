using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace TrivialLayers;

/// <summary>The file form of a result: JSON that carries its own checksum.</summary>
/// <typeparam name="TSelf">The record itself.</typeparam>
internal interface IStoredSweep<TSelf>
    where TSelf : class, IStoredSweep<TSelf>
{
    private static readonly JsonSerializerOptions Json = new()
    {
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <summary>What it is the result of.</summary>
    SweepIdentity Identity { get; }

    /// <summary>The network's logits of the first images: a network that gives others is another network.</summary>
    float[] FirstLogits { get; }

    /// <summary>SHA-256 of the record as it is written without a checksum, in hexadecimal.</summary>
    string Checksum { get; }

    /// <summary>The same record with these logits.</summary>
    TSelf WithLogits(float[] firstLogits);

    /// <summary>The same record with that checksum.</summary>
    TSelf WithChecksum(string checksum);

    /// <summary>Writes it with its checksum.</summary>
    void Write(Stream stream) => JsonSerializer.Serialize(stream, WithChecksum(Sum()), Json);

    /// <summary>Reads a file and compares it with its checksum.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    static TSelf Load(string path)
    {
        using var stream = File.OpenRead(path);
        try
        {
            var stored = JsonSerializer.Deserialize<TSelf>(stream, Json) ?? throw new InvalidDataException($"{path} is empty.");
            if (stored.Sum() is var found && found != stored.Checksum)
                throw new InvalidDataException($"{path} is damaged: its contents have the SHA-256 {found}; it says {stored.Checksum}.");
            return stored;
        }
        catch (Exception error) when (error is JsonException or ArgumentException) // ArgumentException: an infinite number, which can be read but not written
        {
            throw new InvalidDataException($"{path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Makes a result of stored numbers.</summary>
    /// <exception cref="InvalidDataException">They contradict each other.</exception>
    internal static T Checked<T>(Func<T> make)
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

    /// <exception cref="InvalidDataException">The stored layers are not those of the network.</exception>
    internal static void DemandLayers(IEnumerable<string?> stored, IReadOnlyList<ConvolutionLayer> layers)
    {
        var names = stored.ToList();
        if (!names.SequenceEqual(layers.Select(layer => layer.Name)))
            throw new InvalidDataException($"it has {names.Count} layers, not the {layers.Count} of the network.");
    }

    private string Sum() => JsonChecksum.Of(WithChecksum(""), Json);
}
