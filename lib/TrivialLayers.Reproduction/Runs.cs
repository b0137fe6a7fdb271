using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>The runs of this repository and their sweeps: the user's own in <c>data/runs</c> (or <c>$TRIVIAL_LAYERS_RUNS</c>) and the shipped ones in <c>data/checkpoints</c>.</summary>
public static class Runs
{
    /// <summary>The store that <see cref="GetOrTrain"/> uses: new runs go to <see cref="RepositoryFolder.Runs"/>.</summary>
    public static RunStore Store => new(RepositoryFolder.Runs, [RepositoryFolder.ShippedRuns]);

    /// <summary>Where sweeps are kept, beside the runs: new ones go to <c>sweeps/</c> in <see cref="RepositoryFolder.Runs"/>.</summary>
    public static SweepStore Sweeps => new(Path.Combine(RepositoryFolder.Runs, "sweeps"), [Path.Combine(RepositoryFolder.ShippedRuns, "sweeps")]);

    /// <summary>
    /// Moves the network to <see cref="ComputeDevice.Default"/>, then loads the run of this network, data, recipe and seed if there is one, else trains it; see
    /// <see cref="RunStore.GetOrTrain"/>.
    /// </summary>
    public static Task<TrainedRun> GetOrTrain(
        Module<Tensor, Tensor> network,
        DataSplit data,
        Recipe recipe,
        long seed,
        IProgress<ProgressReport>? progress = null,
        CancellationToken cancellationToken = default) =>
        OnItsOwnThread(() => Store.GetOrTrain(network.to(ComputeDevice.Default), data, recipe, seed, progress, cancellationToken), cancellationToken);

    /// <summary>The same for a network that is trained on from the weights it has; see <see cref="RunStore.GetOrTune"/>.</summary>
    public static Task<TrainedRun> GetOrTune(
        Module<Tensor, Tensor> network,
        DataSplit data,
        Recipe recipe,
        long seed,
        IProgress<ProgressReport>? progress = null,
        CancellationToken cancellationToken = default) =>
        OnItsOwnThread(() => Store.GetOrTune(network.to(ComputeDevice.Default), data, recipe, seed, progress, cancellationToken), cancellationToken);

    private static Task<TrainedRun> OnItsOwnThread(Func<TrainedRun> work, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(work, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
