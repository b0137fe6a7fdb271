using Microsoft.Data.Analysis;
using TrivialLayers.Training;

namespace TrivialLayers.Figures;

/// <summary>Figures of trainings.</summary>
public static class TrainingFigures
{
    /// <summary>Loss and accuracy of one training, epoch by epoch.</summary>
    public static Figure LearningCurves(TrainedRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return LearningCurves((run.Network, run.History));
    }

    /// <summary>Loss and accuracy of several trainings, epoch by epoch.</summary>
    /// <param name="trainings">Each history with its label in the legend.</param>
    /// <exception cref="ArgumentException">No training was given, or one without epochs.</exception>
    public static Figure LearningCurves(params (string Label, TrainingHistory History)[] trainings)
    {
        ArgumentNullException.ThrowIfNull(trainings);
        if (trainings.Length == 0 || trainings.Any(training => training.History.Epochs.Count == 0))
            throw new ArgumentException("Learning curves need at least one training, and at least one epoch in each.", nameof(trainings));
        var most = trainings.Max(training => training.History.Epochs.Count);
        var epochs = new Axis("epoch", 0.5, most + 0.5);
        PointPanel Draw(string title, string unit, Func<EpochRecord, double> train, Func<EpochRecord, double> validation, double high)
        {
            var series = trainings.SelectMany((training, index) => Curves(training, index, trainings.Length == 1, train, validation, unit)).ToList();
            return new PointPanel(title, epochs, Axis.Around($"{title} ({unit})", series.SelectMany(s => s.Points).Select(p => p.Y), 0, high), series, []);
        }

        var chart = new Chart(
            trainings.Length == 1 ? $"{trainings[0].Label}: learning curves" : "Learning curves",
            "Dashed: training images, augmented, averaged over the epoch while the weights change. Solid: validation images as they are, after the epoch.",
            960,
            [
                Draw("loss", "nats", e => e.TrainLoss, e => e.ValidationLoss, double.PositiveInfinity),
                Draw("accuracy", "% of images", e => e.TrainAccuracy, e => e.ValidationAccuracy, 100),
            ]);
        return Figure.Of(chart, Table(trainings));
    }

    private static IEnumerable<Series> Curves(
        (string Label, TrainingHistory History) training, int index, bool alone, Func<EpochRecord, double> train, Func<EpochRecord, double> validation, string unit)
    {
        var prefix = alone ? "" : training.Label + ", ";
        Series Curve(string part, Func<EpochRecord, double> value, Mark mark, string line) => new(
            prefix + part,
            mark,
            [.. training.History.Epochs.Select(e => new ChartPoint(e.Epoch, value(e), FormattableString.Invariant($"{prefix}{part}, epoch {e.Epoch}: {value(e):0.###} {unit}")))],
            line);
        yield return Curve("training", train, alone ? Palette.At(1) : Palette.At(index), "dash");
        yield return Curve("validation", validation, Palette.At(index), "solid");
    }

    private static DataFrame Table((string Label, TrainingHistory History)[] trainings)
    {
        var rows = trainings.SelectMany(training => training.History.Epochs.Select(epoch => (training.Label, Epoch: epoch))).ToList();
        return new DataFrame(
        [
            new StringDataFrameColumn("training", rows.Select(row => row.Label)),
            .. new TrainingHistory(rows.Select(row => row.Epoch)).ToTable().Columns,
        ]);
    }
}
