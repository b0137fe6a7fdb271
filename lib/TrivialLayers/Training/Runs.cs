using TrivialLayers.Data;
using TrivialLayers.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Training;

/// <summary>The runs of this repository: the user's own in <c>data/runs</c> (or <c>$TRIVIAL_LAYERS_RUNS</c>) and the shipped ones in <c>data/checkpoints</c>.</summary>
public static class Runs
{
    /// <summary>The environment variable that names another folder for the user's own runs.</summary>
    public const string FolderVariable = "TRIVIAL_LAYERS_RUNS";

    /// <summary>The store that <see cref="GetOrTrain"/> uses.</summary>
    public static RunStore Store => new(Folder, [ShippedFolder]);

    /// <summary>Where the runs that come with this repository are.</summary>
    public static string ShippedFolder => Path.Combine(DataFolder, "checkpoints");

    /// <summary>Where new runs go.</summary>
    public static string Folder => Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder
        ? Path.GetFullPath(folder)
        : Path.Combine(DataFolder, "runs");

    /// <summary>Loads the run of this network, data, recipe and seed if there is one, else trains it; see <see cref="RunStore.GetOrTrain"/>.</summary>
    public static Task<TrainedRun> GetOrTrain(
        Module<Tensor, Tensor> network,
        DataSplit data,
        Recipe recipe,
        long seed,
        IProgress<ProgressReport>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Factory.StartNew(
            () => Store.GetOrTrain(network, data, recipe, seed, progress, cancellationToken),
            cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>The repository's own data folder, which is the last one that data sets are looked for in; away from any repository, the current folder.</summary>
    private static string DataFolder => Datasets.Folders() is [.., var own] ? own : Directory.GetCurrentDirectory();
}
