using Microsoft.Data.Analysis;

namespace TrivialLayers;

/// <summary>Confusion matrices as tables.</summary>
public static class ConfusionTables
{
    /// <summary>One row per true class, one column per predicted class.</summary>
    public static DataFrame ToTable(this ConfusionMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var classes = Enumerable.Range(0, matrix.Classes.Count);
        return new DataFrame(classes
            .Select(DataFrameColumn (column) => new Int32DataFrameColumn("as " + matrix.Classes[column], classes.Select(row => matrix[row, column])))
            .Prepend(new StringDataFrameColumn("truth", matrix.Classes)));
    }
}
