using System.Diagnostics;
using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Trains a network on the training images by a recipe; the validation images are only looked at.</summary>
public static class Trainer
{
    /// <summary>Initialises the network from the seed (<see cref="Initialisation.He"/>) and trains it. The network is left in evaluation mode.</summary>
    /// <param name="network">Any module from images <c>[N, C, H, W]</c> to logits <c>[N, classes]</c>, or <c>[N, classes, H, W]</c> where pixels have labels; trained on the device that holds it.</param>
    /// <param name="data">The images; the test images are not touched.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="seed">Decides the starting weights, the order of the images and the augmentation.</param>
    /// <param name="progress">Told about images done, the epoch and the validation accuracy of the last one.</param>
    /// <param name="afterEpoch">Called after each epoch with the network and the epochs so far. It may change weights in place, and training goes on from these; it must not replace modules or parameters, nor move the network.</param>
    /// <param name="cancellationToken">Ends the training after the current batch.</param>
    /// <returns>Loss and accuracy of each epoch.</returns>
    /// <exception cref="OperationCanceledException">The training was cancelled; the network is half-trained.</exception>
    /// <exception cref="ArithmeticException">The loss is no longer a finite number.</exception>
    /// <exception cref="NotSupportedException">The recipe asks for the same bits each time, and an operation of the network has no such form on this GPU; the message names it.</exception>
    public static TrainingHistory Fit(
        Module<Tensor, Tensor> network,
        DataSplit data,
        Recipe recipe,
        long seed,
        IProgress<ProgressReport>? progress = null,
        Action<Module<Tensor, Tensor>, TrainingHistory>? afterEpoch = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        var job = new TrainingJob(data, recipe, seed, progress, afterEpoch, cancellationToken);
        Initialisation.OfRun(network, seed);
        return Continue(network, job, TrainingState.None, (_, _) => { });
    }

    /// <summary>Goes on from a state; <paramref name="epochDone"/> gets the epochs, and what the optimiser remembers, to keep after each further one.</summary>
    internal static TrainingHistory Continue(
        Module<Tensor, Tensor> network, TrainingJob job, TrainingState state, Action<TrainingHistory, IReadOnlyDictionary<string, Tensor>> epochDone)
    {
        using var backend = ConvolutionBackend.For(network, job.Recipe.Precision); // for the whole run, callbacks included
        Threads.Choose(); // sums depend on the number of threads: the first training of a process has the same as the next
        using var determinism = Determinism.On(job.Recipe.Deterministic ? NetworkProbe.DeviceOf(network) : CPU);
        using var global = new GlobalGenerator(NetworkProbe.DeviceOf(network));
        using var optimiser = Optimiser.Begin(network, job.Recipe with { Batch = BatchOf(job) }, state.Memory);
        var history = state.History;
        for (var epoch = history.Epochs.Count + 1; epoch <= job.Recipe.Epochs; epoch++)
        {
            using var scope = NewDisposeScope();
            var (loss, accuracy, rate) = Explained(() => TrainEpoch(network, job, epoch, optimiser, history));
            var validation = Evaluation.Run(network, job.Data.Validation, cancellationToken: job.CancellationToken); // in the process's precision, as all others
            history = history.With(new EpochRecord(epoch, loss, accuracy, validation.CrossEntropy, validation.Percent, rate));
            job.AfterEpoch?.Invoke(network, history); // before the epoch is kept, so that what it changes is kept too
            epochDone(history, optimiser.State);
        }

        network.eval();
        return history;
    }

    /// <summary>Images per step: those of the recipe, or all where there are fewer.</summary>
    private static int BatchOf(TrainingJob job) => Math.Min(job.Recipe.Batch, job.Data.Train.Count);

    private static T Explained<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ExternalException error) when (Determinism.OperationIn(error) is { } operation)
        {
            throw Determinism.Refused(operation, error);
        }
    }

    private static (double Loss, double Accuracy, double ImagesPerSecond) TrainEpoch(
        Module<Tensor, Tensor> network, TrainingJob job, int epoch, IStepper optimiser, TrainingHistory history)
    {
        var (images, recipe, seed) = (job.Data.Train, job.Recipe, job.Seed);
        var device = NetworkProbe.DeviceOf(network);
        var batch = BatchOf(job);
        var clock = Stopwatch.StartNew();

        // Each epoch draws from generators of its own, so that a resumed training needs no generator state; modules that draw (dropout) use torch's global one.
        manual_seed(Seeds.Derive(seed, $"modules, epoch {epoch}"));
        using var generator = new Generator((ulong)Seeds.Derive(seed, $"images, epoch {epoch}"), CPU);
        using var batches = new EpochBatches(images, batch, new Augmentation(recipe.CropPadding, recipe.Flip), generator, device);
        var steps = batches.Count;
        using var losses = zeros(steps, dtype: ScalarType.Float64, device: device); // read at the end: until then nothing waits for the device
        using var correct = zeros(1, dtype: ScalarType.Int64, device: device);
        using var precision = new PrecisionScope(network, recipe.Precision);
        network.train();
        for (var step = 0; step < steps; step++)
        {
            job.CancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var (input, labels) = batches.Batch(step);
            var (loss, predicted) = Answer(precision.Logits(() => network.call(input)), labels, recipe.Loss);
            optimiser.Step(loss, recipe.LearningRateAt((step + 1.0 + ((epoch - 1) * steps)) / ((recipe.Epochs * steps) + 1)));
            losses.narrow(0, step, 1).copy_(loss.detach());
            correct.add_(predicted.eq(labels.flatten()).sum());
            job.Progress?.Report(new ProgressReport(
                $"train {network.GetName()}", (((epoch - 1L) * steps) + step + 1) * batch, (long)recipe.Epochs * steps * batch, "images", Note(epoch, recipe, history)));
        }

        using var perStep = losses.cpu();
        var meanLoss = perStep.data<double>().Sum() / steps;
        if (!double.IsFinite(meanLoss))
            throw new ArithmeticException(FormattableString.Invariant($"The loss of epoch {epoch} is {meanLoss}. Lower the recipe's LearningRate ({recipe.LearningRate})."));
        return (meanLoss, 100.0 * correct.item<long>() / (steps * batch * (images.Labels.numel() / images.Count)), steps * batch / clock.Elapsed.TotalSeconds);
    }

    /// <summary>The mean loss of a batch and the predicted classes, one for each label.</summary>
    private static (Tensor Loss, Tensor Predicted) Answer(Tensor logits, Tensor labels, Loss loss)
    {
        if (loss.Id is null)
            (logits, labels) = PixelLabels.ForLoss(logits, labels);
        return (loss.At(logits, labels), logits.detach().argmax(1).flatten());
    }

    private static string Note(int epoch, Recipe recipe, TrainingHistory history) =>
        FormattableString.Invariant($"epoch {epoch}/{recipe.Epochs}")
        + (history.Epochs.Count > 0 ? FormattableString.Invariant($", validation {history.Epochs[^1].ValidationAccuracy:F1} %") : "");
}
