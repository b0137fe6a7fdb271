using System.Globalization;
using Microsoft.VisualBasic.FileIO;

namespace TrivialLayers;

/// <summary>A number from the paper, typed by a reader who has it: a row of <c>data/paper-values.csv</c>. The file ships without rows, since the paper's tables are not available to this project.</summary>
/// <param name="Claim">C1 to C6.</param>
/// <param name="Table">Where in the paper.</param>
/// <param name="Network">The network, as the paper names it.</param>
/// <param name="Data">The data set, as the paper names it.</param>
/// <param name="Layer">The layer, or empty.</param>
/// <param name="Quantity">What the number is.</param>
/// <param name="Value">The number.</param>
/// <param name="Unit">Its unit.</param>
public sealed record PaperValue(string Claim, string Table, string Network, string Data, string Layer, string Quantity, double Value, string Unit)
{
    private static readonly string[] s_columns = ["claim", "table", "network", "data", "layer", "quantity", "value", "unit"];

    /// <summary>Reads the file; from a file without rows, an empty list.</summary>
    /// <param name="path">The file; by default <c>data/paper-values.csv</c>.</param>
    /// <exception cref="InvalidDataException">Its columns are not the expected ones, a claim does not exist or a value is not a number; the message says where.</exception>
    public static IReadOnlyList<PaperValue> Load(string? path = null)
    {
        path ??= Path.Combine(RepositoryFolder.Data, "paper-values.csv");
        using var reader = new TextFieldParser(path) { Delimiters = [","] };
        var header = string.Join(',', reader.ReadFields() ?? []);
        if (header != string.Join(',', s_columns))
            throw new InvalidDataException($"{path} begins with \"{header}\"; expected the columns {string.Join(',', s_columns)}.");
        var values = new List<PaperValue>();
        while (!reader.EndOfData)
            values.Add(Read(path, reader));
        return values;
    }

    private static PaperValue Read(string path, TextFieldParser reader)
    {
        var line = reader.LineNumber;
        string[] cells;
        try
        {
            cells = reader.ReadFields() ?? [];
        }
        catch (MalformedLineException error)
        {
            throw new InvalidDataException($"{path}, line {line}: {error.Message}", error);
        }

        if (cells.Length != s_columns.Length)
            throw new InvalidDataException($"{path}, line {line} has {cells.Length} cells; expected {s_columns.Length}: {string.Join(',', s_columns)}.");
        if (Claims.All.All(claim => claim.Id != cells[0]))
            throw new InvalidDataException($"{path}, line {line}: there is no claim \"{cells[0]}\"; the claims are {string.Join(", ", Claims.All.Select(claim => claim.Id))}.");
        return double.TryParse(cells[6], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? new PaperValue(cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], value, cells[7])
            : throw new InvalidDataException($"{path}, line {line}: \"{cells[6]}\" is not a number.");
    }

    /// <summary>As in "drop of layer1.0.conv1 in ResNet-20 on CIFAR-10: 0.3 points (table 1)".</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Quantity}{(Layer.Length > 0 ? " of " + Layer : "")} in {Network} on {Data}: {Value} {Unit} ({Table})");
}
