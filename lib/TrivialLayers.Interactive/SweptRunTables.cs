using Microsoft.Data.Analysis;

namespace TrivialLayers;

/// <summary>Training runs with their sweeps as tables.</summary>
public static class SweptRunTables
{
    /// <summary>One row per training run: its sweep's verdicts, with seed, accuracies and parameters.</summary>
    /// <param name="trained">The training runs, by one measure.</param>
    public static DataFrame ToSummaryTable(this IEnumerable<SweptRun> trained)
    {
        ArgumentNullException.ThrowIfNull(trained);
        return trained.Select(entry => (entry.Sweep, entry.Run)).ToSummaryTable();
    }
}
