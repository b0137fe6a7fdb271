using Microsoft.Data.Analysis;

namespace TrivialLayers;

/// <summary>Trainings as tables.</summary>
public static class TrainingTables
{
    /// <summary>A row an epoch.</summary>
    public static DataFrame ToTable(this TrainingHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var epochs = history.Epochs;
        return new DataFrame(
            new Int32DataFrameColumn("epoch", epochs.Select(e => e.Epoch)),
            new DoubleDataFrameColumn("train loss (nats)", epochs.Select(e => e.TrainLoss)),
            new DoubleDataFrameColumn("train accuracy (%)", epochs.Select(e => e.TrainAccuracy)),
            new DoubleDataFrameColumn("validation loss (nats)", epochs.Select(e => e.ValidationLoss)),
            new DoubleDataFrameColumn("validation accuracy (%)", epochs.Select(e => e.ValidationAccuracy)),
            new DoubleDataFrameColumn("images/s", epochs.Select(e => e.ImagesPerSecond)));
    }
}
