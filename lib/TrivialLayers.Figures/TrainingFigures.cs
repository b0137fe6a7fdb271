using Microsoft.Data.Analysis;

namespace TrivialLayers;

/// <summary>Figures of training runs.</summary>
public static class TrainingFigures
{
    private const string Training = "training images";

    private static readonly Mark s_anyTraining = new(Palette.SoftInk, MarkShape.Circle);

    private static readonly LegendEntry[] s_curves =
    [
        new(Training, s_anyTraining, Line: "dash"), new("validation images", s_anyTraining, Line: "solid"),
    ];

    private static readonly Quantity[] s_quantities =
    [
        new("loss", "nats", double.PositiveInfinity, e => e.TrainLoss, e => e.ValidationLoss),
        new("accuracy", "% of images", 100, e => e.TrainAccuracy, e => e.ValidationAccuracy),
    ];

    /// <summary>Loss and accuracy of one training run, epoch by epoch.</summary>
    public static Figure LearningCurves(TrainedRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return LearningCurves((run.Network, run.History));
    }

    /// <summary>Loss and accuracy of several training runs, epoch by epoch.</summary>
    /// <param name="trainings">Each history with its label in the legend.</param>
    /// <exception cref="ArgumentException">No training run was given, or one without epochs.</exception>
    public static Figure LearningCurves(params (string Label, TrainingHistory History)[] trainings)
    {
        ArgumentNullException.ThrowIfNull(trainings);
        if (trainings.Length == 0 || trainings.Any(training => training.History.Epochs.Count == 0))
            throw new ArgumentException("Learning curves need at least one training run, and at least one epoch in each.", nameof(trainings));
        var most = trainings.Max(training => training.History.Epochs.Count);
        var epochs = new Axis("epoch", 0.5, most + 0.5);
        PointPanel Draw(Quantity quantity)
        {
            var series = trainings.SelectMany((training, index) => s_curves.Select(curve => new Series(
                training.Label,
                Palette.At(index),
                [.. training.History.Epochs.Select(e => new ChartPoint(e.Epoch, quantity.Of(e, curve.Name), FormattableString.Invariant($"{training.Label}, {curve.Name}, epoch {e.Epoch}: {quantity.Of(e, curve.Name):0.###} {quantity.Unit}")))],
                curve.Line))).ToList();
            return new PointPanel("", epochs, Axis.Around(quantity.Title, series.SelectMany(s => s.Points).Select(p => p.Y), 0, quantity.Most), series, []);
        }

        var chart = new Chart(
            trainings.Length == 1 ? $"{trainings[0].Label}: learning curves" : "Learning curves",
            "Training values are averages over the epoch on augmented images, while the weights change; validation values are measured after the epoch on unchanged images.",
            960,
            [.. s_quantities.Select(quantity => Draw(quantity))]) { Key = s_curves };
        return Figure.Of(chart, Table(trainings));
    }

    /// <summary>A row a mark: both quantities, on training and on validation images.</summary>
    private static DataFrame Table((string Label, TrainingHistory History)[] trainings)
    {
        var rows = (from quantity in s_quantities
                    from training in trainings
                    from curve in s_curves
                    from epoch in training.History.Epochs
                    select (training.Label, Images: curve.Name, Epoch: epoch, Quantity: quantity)).ToList();
        return new DataFrame(
            new StringDataFrameColumn("training", rows.Select(row => row.Label)),
            new StringDataFrameColumn("images", rows.Select(row => row.Images)),
            new StringDataFrameColumn("quantity", rows.Select(row => row.Quantity.Title)),
            new Int32DataFrameColumn("epoch", rows.Select(row => row.Epoch.Epoch)),
            new DoubleDataFrameColumn("value", rows.Select(row => row.Quantity.Of(row.Epoch, row.Images))));
    }

    private sealed record Quantity(string Name, string Unit, double Most, Func<EpochRecord, double> OnTraining, Func<EpochRecord, double> OnValidation)
    {
        public string Title => $"{Name} ({Unit})";

        public double Of(EpochRecord epoch, string images) => images == Training ? OnTraining(epoch) : OnValidation(epoch);
    }
}
