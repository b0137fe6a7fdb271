using System.Text.Json.Serialization;

namespace TrivialLayers;

/// <summary>A finished training and all that is needed to judge or repeat it. Stored as <c>run.json</c> in the run's folder, under names that are fixed here.</summary>
public sealed record TrainedRun
{
    /// <summary>The network's name for people.</summary>
    [JsonPropertyName("title")]
    public required string Network { get; init; }

    /// <summary>SHA-256 of <see cref="Identity"/>, in hexadecimal.</summary>
    [JsonPropertyName("address")]
    public string Address => Identity.Address;

    /// <summary>What the run is, in data: the network's modules, the fingerprint of the data, the recipe and the seed.</summary>
    [JsonPropertyName("identity")]
    public required Identity Identity { get; init; }

    /// <summary>The name of the data set.</summary>
    [JsonPropertyName("data")]
    public required string Data { get; init; }

    /// <summary>SHA-256 of the data, in hexadecimal.</summary>
    [JsonIgnore]
    public string DataFingerprint => Identity["data"]!.GetValue<string>();

    /// <summary>How it was trained; null where a loop of the user's own did it.</summary>
    [JsonIgnore]
    public Recipe? Recipe => RunIdentity.RecipeOf(Identity, Training);

    /// <summary>The recipe's name, or that of the user's own loop.</summary>
    [JsonPropertyName("recipe")]
    public required string Training { get; init; }

    /// <summary>The seed of weights, order and augmentation.</summary>
    [JsonIgnore]
    public long Seed => Identity["seed"]!.GetValue<long>();

    /// <summary>Number of trained weights.</summary>
    [JsonPropertyName("parameters")]
    public required long Parameters { get; init; }

    /// <summary>Accuracy on the training images as they are, in percent.</summary>
    [JsonPropertyName("trainingAccuracy")]
    public required double TrainingAccuracy { get; init; }

    /// <summary>Accuracy on the validation images, in percent.</summary>
    [JsonPropertyName("validationAccuracy")]
    public required double ValidationAccuracy { get; init; }

    /// <summary>Accuracy on the test images, in percent: reported, never chosen by.</summary>
    [JsonPropertyName("testAccuracy")]
    public required double TestAccuracy { get; init; }

    /// <summary>Duration of the training in seconds, over all its sittings.</summary>
    [JsonPropertyName("seconds")]
    public required double Seconds { get; init; }

    /// <summary>SHA-256 over the trained weights, in hexadecimal, of a run whose weights are not here; else null. Its sweeps are found by it.</summary>
    [JsonPropertyName("weights")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? WeightsFingerprint { get; init; }

    /// <summary>SHA-256 of each other file of the run, in hexadecimal.</summary>
    [JsonPropertyName("files")]
    public required IReadOnlyDictionary<string, string> Files { get; init; }

    /// <summary>Machine and versions.</summary>
    [JsonPropertyName("provenance")]
    public required Provenance Provenance { get; init; }

    /// <summary>SHA-256 of this record written without its checksum, in hexadecimal.</summary>
    [JsonPropertyName("checksum")]
    public string Checksum { get; init; } = "";

    /// <summary>A line a module that has something to say: its name, what it is, hyperparameters, shapes.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Modules => RunIdentity.NetworkOf(Identity);

    /// <summary>Whether its weights are here; large ones may ship without.</summary>
    [JsonIgnore]
    public bool HasWeights => WeightsFingerprint is null;

    /// <summary>Over-parameterised as this project defines it: training accuracy of at least 99.5 %.</summary>
    [JsonIgnore]
    public bool IsOverParameterised => TrainingAccuracy >= NetworkVerdicts.OverParameterisedFrom;

    /// <summary>The epochs.</summary>
    [JsonIgnore]
    public TrainingHistory History { get; init; } = new([]);

    /// <summary>Where it is stored.</summary>
    [JsonIgnore]
    public string Folder { get; init; } = "";
}
