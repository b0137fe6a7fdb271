using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NotebookHost.Notebook;

/// <summary>
/// The form in which VS Code writes a notebook, so that a change made there shows as that change alone: keys sorted, numbers as <c>JSON.stringify</c> writes them, and in each code
/// cell the editor's name for its language. nbformat writes it too, but for fractions below 1e-4 (Python's <c>5e-05</c> is <c>0.00005</c> here) and for texts with other line ends than
/// <c>\n</c> (see <see cref="MultilineText.Split"/>).
/// </summary>
/// <remarks>
/// VS Code's extension <c>ipynb</c> writes a cell's language as <c>metadata.vscode.languageId</c> unless it is the very word in the notebook's <c>language_info.name</c>. C# is
/// <c>C#</c> there, and <c>csharp</c> for the editor.
/// </remarks>
internal static class NotebookLayout
{
    private const string EditorsKey = "vscode";
    private const string LanguageKey = "languageId";

    /// <summary>A copy of the notebook's JSON in that form.</summary>
    public static JsonObject Of(JsonObject notebook)
    {
        var copy = notebook.DeepClone().AsObject();
        NameLanguages(copy);
        return Sorted(copy).AsObject();
    }

    /// <summary>The number as <c>JSON.stringify</c> writes it: the fewest digits that tell it from its neighbours, no empty fraction.</summary>
    /// <param name="number">A number as JSON has it. A whole number stays as it is, however long; so does one that is too large for a <see cref="double"/>.</param>
    public static string Number(string number)
    {
        if (number == "-0")
            return "0";
        if (number.All(c => char.IsAsciiDigit(c) || c == '-'))
            return number;
        var value = double.Parse(number, CultureInfo.InvariantCulture);
        if (!double.IsFinite(value))
            return number;
        return value == 0 ? "0" : (value < 0 ? "-" : "") + Positive(Math.Abs(value));
    }

    /// <summary>ECMA-262, <c>Number::toString</c>: in full between 1e-6 and 1e21, else with an exponent.</summary>
    private static string Positive(double value)
    {
        var (digits, before) = Digits(value.ToString("R", CultureInfo.InvariantCulture));
        if (digits.Length <= before && before <= 21)
            return digits.PadRight(before, '0');
        if (before is > 0 and <= 21)
            return $"{digits[..before]}.{digits[before..]}";
        if (before is > -6 and <= 0)
            return $"0.{new string('0', -before)}{digits}";
        var exponent = (before > 0 ? "e+" : "e-") + Math.Abs(before - 1).ToString(CultureInfo.InvariantCulture);
        return digits.Length == 1 ? digits + exponent : $"{digits[0]}.{digits[1..]}{exponent}";
    }

    /// <summary>The digits of a number without zeros around them, and how many of them stand before the point: <c>0.012</c> has <c>12</c> and -1.</summary>
    private static (string Digits, int Before) Digits(string number)
    {
        var parts = number.Split('E');
        var point = parts[0].IndexOf('.', StringComparison.Ordinal);
        var before = (point < 0 ? parts[0].Length : point) + (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
        var all = parts[0].Replace(".", "", StringComparison.Ordinal);
        var digits = all.TrimStart('0');
        return (digits.TrimEnd('0'), before - (all.Length - digits.Length));
    }

    private static JsonNode Sorted(JsonNode node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, member.Value is { } child ? Sorted(child) : null))),
        JsonArray items => new JsonArray([.. items.Select(item => item is null ? null : Sorted(item))]),
        _ when node.GetValueKind() == JsonValueKind.Number => JsonNode.Parse(Number(node.ToJsonString()))!,
        _ => node.DeepClone(),
    };

    private static void NameLanguages(JsonObject notebook)
    {
        var metadata = notebook["metadata"] as JsonObject;
        var named = JupyterJson.Text((metadata?["language_info"] as JsonObject)?["name"]);
        if ((named ?? JupyterJson.Text((metadata?["kernelspec"] as JsonObject)?["language"])) is not { } language)
            return;
        var cells = (notebook["cells"] as JsonArray ?? []).OfType<JsonObject>().Where(cell => JupyterJson.Text(cell["cell_type"]) == "code").ToList();
        var usual = named ?? (cells.Count > 0 ? LanguageOf(cells[0], language) : language);
        foreach (var cell in cells)
        {
            if (cell["metadata"] is not JsonObject cellMetadata)
                continue;
            var own = LanguageOf(cell, language);
            Name(cellMetadata, own == usual ? null : own);
        }
    }

    /// <summary>Names a cell's language or leaves it unnamed; what editors keep beside the name stays.</summary>
    private static void Name(JsonObject cellMetadata, string? language)
    {
        if (cellMetadata[EditorsKey] is not JsonObject editors)
            cellMetadata[EditorsKey] = editors = [];
        if (language is null)
            editors.Remove(LanguageKey);
        else
            editors[LanguageKey] = language;
        if (editors.Count == 0)
            cellMetadata.Remove(EditorsKey);
    }

    /// <summary>What the editor calls the language of a cell.</summary>
    private static string LanguageOf(JsonObject cell, string notebooks) =>
        JupyterJson.Text(((cell["metadata"] as JsonObject)?[EditorsKey] as JsonObject)?[LanguageKey]) ?? EditorsName(notebooks.ToLowerInvariant());

    /// <summary><c>c#</c> is <c>csharp</c>, and so are its kin.</summary>
    private static string EditorsName(string language) => language is [var letter, '#'] ? $"{letter}sharp" : language;
}
