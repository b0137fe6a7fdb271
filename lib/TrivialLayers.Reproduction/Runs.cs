using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>The runs of this repository and their sweeps: the user's own in <c>data/runs</c> (or <c>$TRIVIAL_LAYERS_RUNS</c>) and the shipped ones in <c>data/checkpoints</c>.</summary>
public static class Runs
{
    /// <summary>The store that <see cref="GetOrTrain"/> uses: new runs go to <see cref="RepositoryFolder.Runs"/>.</summary>
    internal static RunStore Store => new(RepositoryFolder.Runs, [RepositoryFolder.ShippedRuns]);

    /// <summary>Where sweeps are kept, beside the runs: new ones go to <c>sweeps/</c> in <see cref="RepositoryFolder.Runs"/>.</summary>
    public static SweepStore Sweeps => new(Path.Combine(RepositoryFolder.Runs, "sweeps"), [Path.Combine(RepositoryFolder.ShippedRuns, "sweeps")]);

    /// <summary>
    /// Loads the run of this network, data, recipe and seed if there is one, else trains it; see <see cref="RunStore.GetOrTrain"/>. A network on the CPU is first moved to
    /// <see cref="ComputeDevice.Default"/>; one on a GPU stays there.
    /// </summary>
    public static Task<TrainedRun> GetOrTrain(
        Module<Tensor, Tensor> network,
        DataSplit data,
        Recipe recipe,
        long seed,
        IProgress<ProgressReport>? progress = null,
        Action<Module<Tensor, Tensor>, TrainingHistory>? afterEpoch = null,
        CancellationToken cancellationToken = default) =>
        OnItsOwnThread(() => Store.GetOrTrain(OnDefaultDevice(network), data, recipe, seed, progress, afterEpoch, cancellationToken), cancellationToken);

    /// <summary>The same for fine-tuning: training starts from the weights that the network has; see <see cref="RunStore.GetOrTrainFurther"/>.</summary>
    public static Task<TrainedRun> GetOrTrainFurther(
        Module<Tensor, Tensor> network,
        DataSplit data,
        Recipe recipe,
        long seed,
        IProgress<ProgressReport>? progress = null,
        Action<Module<Tensor, Tensor>, TrainingHistory>? afterEpoch = null,
        CancellationToken cancellationToken = default) =>
        OnItsOwnThread(() => Store.GetOrTrainFurther(OnDefaultDevice(network), data, recipe, seed, progress, afterEpoch, cancellationToken), cancellationToken);

    /// <summary>The same for a training loop of the user's own, on the device that holds the network; see <see cref="RunStore.GetOrMake"/>.</summary>
    public static Task<TrainedRun> GetOrMake(
        OwnTraining what, Module<Tensor, Tensor> network, Action<OwnLoop> make, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default) =>
        OnItsOwnThread(() => Store.GetOrMake(what, network, make, progress, cancellationToken), cancellationToken);

    private static Module<Tensor, Tensor> OnDefaultDevice(Module<Tensor, Tensor> network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return network.parameters().All(parameter => parameter.device_type == DeviceType.CPU) ? network.to(ComputeDevice.Default) : network;
    }

    /// <summary>Does long work on a thread of its own, while the cell waits for it.</summary>
    internal static Task<T> OnItsOwnThread<T>(Func<T> work, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(work, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
