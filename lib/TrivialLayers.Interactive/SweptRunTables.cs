using Microsoft.Data.Analysis;

namespace TrivialLayers;

/// <summary>Trainings with their sweeps as tables.</summary>
public static class SweptRunTables
{
    /// <summary>One row a training: its sweep's verdicts, with seed, accuracies and parameters.</summary>
    /// <param name="trained">The trainings, by one measure.</param>
    public static DataFrame ToSummaryTable(this IEnumerable<SweptRun> trained)
    {
        ArgumentNullException.ThrowIfNull(trained);
        return trained.Select(entry => (entry.Sweep, entry.Run)).ToSummaryTable();
    }
}
