using System.Globalization;

namespace TrivialLayers;

/// <summary>The epochs of a training run, in order. Written as CSV with a header and invariant numbers.</summary>
public sealed class TrainingHistory
{
    private const string Header = "epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,images_per_second";

    /// <summary>Makes a history of these epochs, numbered from 1.</summary>
    public TrainingHistory(IEnumerable<EpochRecord> epochs) => Epochs = [.. epochs];

    /// <summary>The epochs in order.</summary>
    public IReadOnlyList<EpochRecord> Epochs { get; }

    /// <summary>The history with one more epoch.</summary>
    public TrainingHistory With(EpochRecord epoch) => new(Epochs.Append(epoch));

    /// <summary>The history as CSV; numbers round-trip exactly.</summary>
    public string ToCsv() =>
        string.Concat(Epochs
            .Select(e => string.Create(
                CultureInfo.InvariantCulture,
                $"{e.Epoch},{e.TrainLoss:R},{e.TrainAccuracy:R},{e.ValidationLoss:R},{e.ValidationAccuracy:R},{e.ImagesPerSecond:R}\n"))
            .Prepend(Header + "\n"));

    /// <summary>Reads what <see cref="ToCsv"/> wrote.</summary>
    /// <param name="csv">The text.</param>
    /// <param name="source">The file's name, for messages.</param>
    /// <exception cref="InvalidDataException">The header or a line is not as expected; the message says which.</exception>
    public static TrainingHistory FromCsv(string csv, string source)
    {
        ArgumentNullException.ThrowIfNull(csv);
        var lines = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0 || lines[0].TrimEnd('\r') != Header)
            throw new InvalidDataException($"{source}: expected the header '{Header}', found '{lines.FirstOrDefault()}'.");
        return new TrainingHistory(lines.Skip(1).Select((line, index) => Parse(line, index + 1, source)));
    }

    private static EpochRecord Parse(string line, int number, string source)
    {
        var cells = line.TrimEnd('\r').Split(',');
        var values = new double[6];
        for (var i = 0; i < values.Length; i++)
        {
            if (cells.Length != values.Length
                || !double.TryParse(cells[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i]))
                throw new InvalidDataException($"{source}: line {number + 1} is '{line}'; expected six numbers.");
        }

        if (values[0] != number)
            throw new InvalidDataException($"{source}: line {number + 1} is epoch {cells[0]}; expected {number}.");
        return new EpochRecord(number, values[1], values[2], values[3], values[4], values[5]);
    }
}
