using System.Text.Json.Serialization;
using TrivialLayers.Evidence;
using TrivialLayers.Runtime;

namespace TrivialLayers.Training;

/// <summary>A finished training and all that is needed to judge or repeat it. Stored as <c>run.json</c> in the run's folder.</summary>
public sealed record TrainedRun
{
    /// <summary>The network's name for people.</summary>
    public required string Network { get; init; }

    /// <summary>SHA-256 over modules, data, recipe and seed, in hexadecimal: the run's address.</summary>
    public required string Key { get; init; }

    /// <summary>The name of the data set.</summary>
    public required string Data { get; init; }

    /// <summary>SHA-256 of the data, in hexadecimal.</summary>
    public required string DataFingerprint { get; init; }

    /// <summary>How it was trained.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>The seed of weights, order and augmentation.</summary>
    public required long Seed { get; init; }

    /// <summary>Number of trained weights.</summary>
    public required long Parameters { get; init; }

    /// <summary>Accuracy on the training images as they are, in percent.</summary>
    public required double TrainingAccuracy { get; init; }

    /// <summary>Accuracy on the validation images, in percent.</summary>
    public required double ValidationAccuracy { get; init; }

    /// <summary>Accuracy on the test images, in percent: reported, never chosen by.</summary>
    public required double TestAccuracy { get; init; }

    /// <summary>Duration of the training in seconds, over all its sittings.</summary>
    public required double Seconds { get; init; }

    /// <summary>SHA-256 of each other file of the run, in hexadecimal.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }

    /// <summary>SHA-256 over modules and trained weights, in hexadecimal, of a run whose weights are not here; else null. Its sweeps are found by it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? WeightsFingerprint { get; init; }

    /// <summary>SHA-256 of this record written without its checksum, in hexadecimal.</summary>
    public string Checksum { get; init; } = "";

    /// <summary>A line a module: type, hyperparameters, shapes.</summary>
    public required IReadOnlyList<string> Modules { get; init; }

    /// <summary>Machine and versions.</summary>
    public required Provenance Provenance { get; init; }

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
