namespace TrivialLayers;

/// <summary>What one epoch gave.</summary>
/// <param name="Epoch">The epoch's number, from 1.</param>
/// <param name="TrainLoss">Mean training loss in nats, with label smoothing, on augmented images, while the weights changed.</param>
/// <param name="TrainAccuracy">Accuracy on the same augmented images, in percent.</param>
/// <param name="ValidationLoss">Mean cross-entropy on the validation images after the epoch, in nats.</param>
/// <param name="ValidationAccuracy">Accuracy on the validation images after the epoch, in percent.</param>
/// <param name="ImagesPerSecond">Training images a second, augmentation included, validation not.</param>
public sealed record EpochRecord(
    int Epoch, double TrainLoss, double TrainAccuracy, double ValidationLoss, double ValidationAccuracy, double ImagesPerSecond);
