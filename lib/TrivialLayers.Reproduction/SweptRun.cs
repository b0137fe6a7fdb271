using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>A training run and the sweep of the trained network over the test images: all that a claim needs. The network itself is not part of it, so its weights need not be stored.</summary>
/// <param name="Run">The training run.</param>
/// <param name="Sweep">Each convolution zeroed in turn.</param>
public sealed record SweptRun(TrainedRun Run, Sweep Sweep)
{
    /// <summary>What the claims need: the verdict of each layer, with seed and accuracies.</summary>
    public NetworkVerdicts Verdicts => Sweep.Verdicts(Run.Seed, Run.TrainingAccuracy);

    /// <summary>
    /// Loads both if they are stored, else trains and sweeps. For a run that ships without its weights, the record and the stored sweep are read. To get the trained network as well, use
    /// <see cref="GetOrTrain(Module{Tensor, Tensor}, DataSplit, Recipe, long, IProgress{ProgressReport}?, ImageSet?, SweepOptions?)"/>.
    /// </summary>
    /// <param name="make">Makes the network, the same each time; the networks that it makes are disposed.</param>
    /// <param name="data">The images; the sweep is over its test images.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="seed">Decides all that is random.</param>
    /// <param name="progress">Told about images and layers done.</param>
    /// <param name="options">What is done to which layers, and what is measured; by default each convolution is zeroed and accuracy measured.</param>
    /// <param name="runs">Where runs are kept. By default where <see cref="Runs.GetOrTrain"/> keeps them.</param>
    /// <param name="sweeps">Where sweeps are kept. By default <see cref="Runs.Sweeps"/>.</param>
    /// <param name="cancellationToken">Ends training or sweep after the current batch; finished epochs are kept.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ArgumentException">The images have a label for each pixel, for which accuracy has no interval.</exception>
    /// <exception cref="InvalidOperationException">The network has no convolution.</exception>
    public static Task<SweptRun> GetOrTrain(
        Func<Module<Tensor, Tensor>> make,
        DataSplit data,
        Recipe recipe,
        long seed,
        IProgress<ProgressReport>? progress = null,
        SweepOptions? options = null,
        RunStore? runs = null,
        SweepStore? sweeps = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(make);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(recipe);
        recipe.Validate();
        options ??= new SweepOptions();
        SweepPlan.CheckIndependence(data.Test, options.Measure);
        (runs, sweeps) = (runs ?? Runs.Store, sweeps ?? Runs.Sweeps);
        return Runs.OnItsOwnThread(() => Loaded() ?? OnRecord() ?? Made(), cancellationToken);

        // Each makes its own network, so that one attempt leaves nothing to the next.
        SweptRun? Loaded()
        {
            using var network = make().to(ComputeDevice.Default);
            SweepPlan.Of(network, data.Test, options); // throws before training if the network cannot be swept
            return runs.TryGetTrained(network, data, recipe, seed) is { } run ? new SweptRun(run, Swept(network)) : null;
        }

        SweptRun? OnRecord()
        {
            using var network = make().to(ComputeDevice.Default);
            return runs.OnRecord(network, data, recipe, seed) is { WeightsFingerprint: { } weights } run
                && TrivialLayers.Sweep.OnRecord(network, weights, data.Test, sweeps, options, recipe.Precision) is { } sweep
                && (options.Measure != Measure.Accuracy || options.Precision is not null || IsOf(sweep, run)) ? new SweptRun(run, sweep) : null;
        }

        SweptRun Made()
        {
            using var network = make().to(ComputeDevice.Default);
            var run = runs.GetOrTrain(network, data, recipe, seed, progress, cancellationToken: cancellationToken);
            return new SweptRun(run, Swept(network));
        }

        Sweep Swept(Module<Tensor, Tensor> network) => TrivialLayers.Sweep.Run(network, data.Test, options, progress, sweeps, cancellationToken);
    }

    /// <summary>The same for several training runs, with seeds 1 and up, in their order.</summary>
    /// <param name="make">Makes the network, the same each time; the networks that it makes are disposed.</param>
    /// <param name="data">The images; the sweeps are over its test images.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="seeds">How many, 1 or more.</param>
    /// <param name="progress">Told about images and layers done.</param>
    /// <param name="options">What is done to which layers, and what is measured; by default each convolution is zeroed and accuracy measured.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<IReadOnlyList<SweptRun>> GetOrTrainSeeds(
        Func<Module<Tensor, Tensor>> make, DataSplit data, Recipe recipe, int seeds, IProgress<ProgressReport>? progress = null, SweepOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seeds, 1);
        var all = new List<SweptRun>();
        for (var seed = 1; seed <= seeds; seed++)
            all.Add(await GetOrTrain(make, data, recipe, seed, progress, options).ConfigureAwait(false));
        return all;
    }

    /// <summary>The same for a network that the caller keeps: it is loaded or trained, and its sweep loaded or made.</summary>
    /// <param name="network">The network, trained afterwards, on <see cref="ComputeDevice.Default"/>.</param>
    /// <param name="data">The images to learn from.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="seed">Decides all that is random.</param>
    /// <param name="progress">Told about images and layers done.</param>
    /// <param name="images">The images of the sweep; by default all test images of <paramref name="data"/>.</param>
    /// <param name="options">What is done to which layers, and what is measured; by default each convolution is zeroed and accuracy measured.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<SweptRun> GetOrTrain(
        Module<Tensor, Tensor> network, DataSplit data, Recipe recipe, long seed, IProgress<ProgressReport>? progress = null, ImageSet? images = null, SweepOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new SweepOptions();
        SweepPlan.CheckIndependence(images ?? data.Test, options.Measure); // throws before training if the network cannot be swept
        SweepPlan.Of(network, images ?? data.Test, options);
        var run = await Runs.GetOrTrain(network, data, recipe, seed, progress).ConfigureAwait(false);
        return await Runs.OnItsOwnThread(() => new SweptRun(run, TrivialLayers.Sweep.Run(network, images ?? data.Test, options, progress, Runs.Sweeps)), CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Whether a sweep may be one of a run: their accuracies differ by no more than two images, as an evaluation and a sweep's baseline may on a GPU.</summary>
    private static bool IsOf(Sweep sweep, TrainedRun run) => Math.Abs(sweep.Baseline.Value - run.TestAccuracy) * sweep.Baseline.Count < 2.5 * 100;
}
