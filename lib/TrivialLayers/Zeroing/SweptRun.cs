using TorchSharp;
using TrivialLayers.Data;
using TrivialLayers.Runtime;
using TrivialLayers.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Zeroing;

/// <summary>A training and the sweep of what it gave, over the test images: all that a claim needs, without the network.</summary>
/// <param name="Run">The training.</param>
/// <param name="Sweep">Each convolution zeroed in turn.</param>
public sealed record SweptRun(TrainedRun Run, ZeroSweep Sweep)
{
    /// <summary>
    /// Loads both if there are such, else trains and sweeps. A run that is on record without its weights is enough when its sweep is stored; so the network is not to be used afterwards: it
    /// may be untrained. For a trained network there are <see cref="Runs.GetOrTrain"/> and <see cref="ZeroSweep.Run"/>.
    /// </summary>
    /// <param name="network">The network; its weights are overwritten.</param>
    /// <param name="data">The images.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="seed">Decides all that is random.</param>
    /// <param name="progress">Told about images and layers done.</param>
    /// <param name="runs">Where runs are kept. By default <see cref="Runs.Store"/>.</param>
    /// <param name="sweeps">Where sweeps are kept. By default <see cref="SweepStore.Default"/>.</param>
    /// <param name="cancellationToken">Ends training or sweep after the current batch; finished epochs are kept.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Task<SweptRun> GetOrMake(
        Module<Tensor, Tensor> network,
        DataSplit data,
        Recipe recipe,
        long seed,
        IProgress<ProgressReport>? progress = null,
        RunStore? runs = null,
        SweepStore? sweeps = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        (runs, sweeps) = (runs ?? Runs.Store, sweeps ?? SweepStore.Default);
        return Task.Factory.StartNew(() =>
        {
            network.to(ComputeDevice.Default);
            if (runs.OnRecord(network, data, recipe, seed) is { WeightsFingerprint: { } weights } record && ZeroSweep.OnRecord(network, weights, data.Test, sweeps) is { } swept)
                return new SweptRun(record, swept);
            var run = runs.GetOrTrain(network, data, recipe, seed, progress, cancellationToken);
            return new SweptRun(run, ZeroSweep.Run(network, data.Test, progress, sweeps, cancellationToken: cancellationToken));
        }, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }
}
