using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace TrivialLayers;

/// <summary>The file form of a <see cref="TrainedRun"/>, <c>run.json</c>. Its names are fixed here, so that no property's name is in a file.</summary>
internal sealed record RunFile
{
    /// <summary>The file's name in a run's folder.</summary>
    public const string Name = "run.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    [JsonPropertyName("title")]
    public required string Title { get; init; }

    [JsonPropertyName("address")]
    public required string Address { get; init; }

    [JsonPropertyName("identity")]
    public required Identity Identity { get; init; }

    [JsonPropertyName("data")]
    public required string Data { get; init; }

    [JsonPropertyName("recipe")]
    public required string Recipe { get; init; }

    [JsonPropertyName("parameters")]
    public required long Parameters { get; init; }

    [JsonPropertyName("trainingAccuracy")]
    public required double TrainingAccuracy { get; init; }

    [JsonPropertyName("validationAccuracy")]
    public required double ValidationAccuracy { get; init; }

    [JsonPropertyName("testAccuracy")]
    public required double TestAccuracy { get; init; }

    [JsonPropertyName("seconds")]
    public required double Seconds { get; init; }

    [JsonPropertyName("weights")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Weights { get; init; }

    [JsonPropertyName("files")]
    public required IReadOnlyDictionary<string, string> Files { get; init; }

    [JsonPropertyName("provenance")]
    public required Provenance Provenance { get; init; }

    [JsonPropertyName("checksum")]
    public string Checksum { get; init; } = "";

    /// <summary>Writes a run's record with its checksum, and gives that back.</summary>
    public static string Write(TrainedRun run)
    {
        var file = new RunFile
        {
            Title = run.Network, Address = run.Address, Identity = run.Identity, Data = run.Data, Recipe = run.Recipe.Name, Parameters = run.Parameters,
            TrainingAccuracy = run.TrainingAccuracy, ValidationAccuracy = run.ValidationAccuracy, TestAccuracy = run.TestAccuracy,
            Seconds = run.Seconds, Weights = run.WeightsFingerprint, Files = run.Files, Provenance = run.Provenance,
        };
        file = file with { Checksum = JsonChecksum.Of(file, Json) };
        AtomicFile.WriteText(Path.Combine(run.Folder, Name), JsonSerializer.Serialize(file, Json) + "\n");
        return file.Checksum;
    }

    /// <summary>Reads the record of a folder, still without its history.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or of an earlier version; the message names it.</exception>
    public static TrainedRun Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        try
        {
            var text = File.ReadAllText(path);
            if (IsOfEarlierVersion(text))
                throw new InvalidDataException($"{path} is of an earlier version, whose addresses are not known here.");
            var file = JsonSerializer.Deserialize<RunFile>(text, Json) ?? throw new InvalidDataException($"{path} is empty.");
            if (JsonChecksum.Of(file with { Checksum = "" }, Json) is var found && found != file.Checksum)
                throw new InvalidDataException($"{path} was changed after it was written: its checksum is {found}; it says {file.Checksum}.");
            if (file.Address != file.Identity.Address)
                throw new InvalidDataException($"{path} says it is the run {file.Address}; what it describes is the run {file.Identity.Address}.");
            return file.ToRun(folder);
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException or FormatException) // ArgumentException: an infinite number, which can be read but not written
        {
            throw new InvalidDataException($"{path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The identity in a folder's record, its other files not looked at; null where the record is damaged.</summary>
    public static Identity? IdentityIn(string folder)
    {
        try
        {
            return Read(folder).Identity;
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            return null;
        }
    }

    /// <summary>Whether a folder holds a run that was stored before addresses were descriptions.</summary>
    public static bool IsEarlier(string folder)
    {
        try
        {
            return IsOfEarlierVersion(File.ReadAllText(Path.Combine(folder, Name)));
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool IsOfEarlierVersion(string text) =>
        !text.Contains("\"identity\"", StringComparison.Ordinal) && text.Contains("\"Key\"", StringComparison.Ordinal) && text.Contains("\"Modules\"", StringComparison.Ordinal);

    private TrainedRun ToRun(string folder) => new()
    {
        Network = Title, Identity = Identity, Data = Data, Recipe = RunIdentity.RecipeOf(Identity, Recipe), Parameters = Parameters,
        TrainingAccuracy = TrainingAccuracy, ValidationAccuracy = ValidationAccuracy, TestAccuracy = TestAccuracy,
        Seconds = Seconds, WeightsFingerprint = Weights, Files = Files, Provenance = Provenance, Checksum = Checksum, Folder = folder,
    };
}
