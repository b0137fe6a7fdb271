using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>A training and the sweep of what it gave, over the test images: all that a claim needs, without the network, whose weights need not be here.</summary>
/// <param name="Run">The training.</param>
/// <param name="Sweep">Each convolution zeroed in turn.</param>
public sealed record SweptRun(TrainedRun Run, Sweep Sweep)
{
    /// <summary>
    /// Loads both if there are such, else trains and sweeps. Of a run that ships without its weights, record and stored sweep are read. For the trained network there is
    /// <see cref="Runs.GetOrTrain"/>.
    /// </summary>
    /// <param name="make">Makes the network, the same each time; what it made is disposed.</param>
    /// <param name="data">The images; the sweep is over its test images.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="seed">Decides all that is random.</param>
    /// <param name="progress">Told about images and layers done.</param>
    /// <param name="roleOf">Gives roles to the layers of a user's module; see <see cref="NetworkLayers.Of"/>.</param>
    /// <param name="runs">Where runs are kept. By default <see cref="Runs.Store"/>.</param>
    /// <param name="sweeps">Where sweeps are kept. By default <see cref="Runs.Sweeps"/>.</param>
    /// <param name="cancellationToken">Ends training or sweep after the current batch; finished epochs are kept.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ArgumentException">The images have a label for each pixel, and accuracy has no interval for these.</exception>
    /// <exception cref="InvalidOperationException">The network has no convolution.</exception>
    public static Task<SweptRun> GetOrMake(
        Func<Module<Tensor, Tensor>> make,
        DataSplit data,
        Recipe recipe,
        long seed,
        IProgress<ProgressReport>? progress = null,
        Func<string, LayerRole>? roleOf = null,
        RunStore? runs = null,
        SweepStore? sweeps = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(make);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(recipe);
        recipe.Validate();
        var options = new SweepOptions { RoleOf = roleOf };
        SweepPlan.CheckIndependence(data.Test, options.Measure);
        (runs, sweeps) = (runs ?? Runs.Store, sweeps ?? Runs.Sweeps);
        return Task.Factory.StartNew(() => Loaded() ?? OnRecord() ?? Made(), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        // Each with a network of its own: what one tried must not be where the next begins.
        SweptRun? Loaded()
        {
            using var network = make().to(ComputeDevice.Default);
            SweepPlan.Of(network, data.Test, options); // what cannot be swept is not trained first
            return runs.TryGetTrained(network, data, recipe, seed) is { } run ? new SweptRun(run, Swept(network)) : null;
        }

        SweptRun? OnRecord()
        {
            using var network = make().to(ComputeDevice.Default);
            return runs.OnRecord(network, data, recipe, seed) is { WeightsFingerprint: { } weights } run
                && TrivialLayers.Sweep.OnRecord(network, weights, data.Test, sweeps, options) is { } sweep && sweep.Baseline.Value == run.TestAccuracy ? new SweptRun(run, sweep) : null;
        }

        SweptRun Made()
        {
            using var network = make().to(ComputeDevice.Default);
            var run = runs.GetOrTrain(network, data, recipe, seed, progress, cancellationToken: cancellationToken);
            return new SweptRun(run, Swept(network));
        }

        Sweep Swept(Module<Tensor, Tensor> network) => TrivialLayers.Sweep.Run(network, data.Test, options, progress, sweeps, cancellationToken);
    }
}
