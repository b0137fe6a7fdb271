namespace NotebookHost.Grid;

/// <summary>One point of a grid: a notebook with values for some of its parameters.</summary>
/// <param name="Id">Its name in the grid, and that of its folder.</param>
/// <param name="Notebook">The notebook's file, as a path from the grid's folder, with <c>/</c>.</param>
/// <param name="Parameters">Name → value as typed; those left out keep the notebook's defaults.</param>
internal sealed record GridPoint(string Id, string Notebook, IReadOnlyDictionary<string, string> Parameters)
{
    private const int LongestId = 60;

    /// <summary>Names of devices on Windows, where no file or folder can have them, also not with an ending.</summary>
    private static readonly HashSet<string> Devices = new(
        ["con", "prn", "aux", "nul", .. Enumerable.Range(0, 10).SelectMany(number => new[] { $"com{number}", $"lpt{number}" })], StringComparer.OrdinalIgnoreCase);

    /// <summary>Its parameters in a line.</summary>
    public string Words => Parameters.Count == 0 ? "with the notebook's defaults" : string.Join(' ', Parameters.Select(pair => $"{pair.Key}={pair.Value}"));

    /// <summary>What it asks for, whatever its id: two points with the same text would do the same.</summary>
    public string Asks => CsvText.Write([Parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => new[] { pair.Key, pair.Value }).Prepend(Notebook)]);

    /// <summary>Whether a text can be an id: it names a folder on every system.</summary>
    public static bool IsId(string text) => text.Length is > 0 and <= LongestId && text[0] != '.' && text[^1] != '.' && !Devices.Contains(text.Split('.')[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
