
namespace TrivialLayers;

/// <summary>A finished training and all that is needed to judge or repeat it. Stored as <c>run.json</c> in the run's folder.</summary>
public sealed record TrainedRun
{
    /// <summary>The network's name for people.</summary>
    public required string Network { get; init; }

    /// <summary>What the run is, in data: the network's modules, the fingerprint of the data, the recipe and the seed.</summary>
    public required Identity Identity { get; init; }

    /// <summary>SHA-256 of <see cref="Identity"/>, in hexadecimal.</summary>
    public string Address => Identity.Address;

    /// <summary>The name of the data set.</summary>
    public required string Data { get; init; }

    /// <summary>SHA-256 of the data, in hexadecimal.</summary>
    public string DataFingerprint => Identity["data"]!.GetValue<string>();

    /// <summary>How it was trained.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>The seed of weights, order and augmentation.</summary>
    public long Seed => Identity["seed"]!.GetValue<long>();

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

    /// <summary>SHA-256 over the trained weights, in hexadecimal, of a run whose weights are not here; else null. Its sweeps are found by it.</summary>
    public string? WeightsFingerprint { get; init; }

    /// <summary>SHA-256 of this record written without its checksum, in hexadecimal.</summary>
    public string Checksum { get; init; } = "";

    /// <summary>A line a module that has something to say: its name, what it is, hyperparameters, shapes.</summary>
    public IReadOnlyList<string> Modules => RunIdentity.NetworkOf(Identity);

    /// <summary>Machine and versions.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>Whether its weights are here; large ones may ship without.</summary>
    public bool HasWeights => WeightsFingerprint is null;

    /// <summary>Over-parameterised as this project defines it: training accuracy of at least 99.5 %.</summary>
    public bool IsOverParameterised => TrainingAccuracy >= NetworkVerdicts.OverParameterisedFrom;

    /// <summary>The epochs.</summary>
    public TrainingHistory History { get; init; } = new([]);

    /// <summary>Where it is stored.</summary>
    public string Folder { get; init; } = "";
}
