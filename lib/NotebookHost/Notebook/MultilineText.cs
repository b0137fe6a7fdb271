using System.Text.Json.Nodes;

namespace NotebookHost.Notebook;

/// <summary>Text in a notebook file: a string, or an array of lines that keep their line ends.</summary>
internal static class MultilineText
{
    /// <summary>The lines stored for a text: each but the last with the <c>\n</c> that ends it, none for an empty text.</summary>
    /// <remarks>
    /// Jupyter also splits at the other line ends that Unicode knows, and reads both alike. VS Code would end each such line with a <c>\n</c>: a carriage return in an output, or U+2028 in a
    /// literal, would become a line break.
    /// </remarks>
    public static JsonArray Split(string text)
    {
        var lines = new JsonArray();
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start) is var found and >= 0 ? found + 1 : text.Length;
            lines.Add((JsonNode)text[start..end]);
            start = end;
        }

        return lines;
    }

    /// <summary>The text of a string or an array of strings; null when <paramref name="node"/> is neither.</summary>
    public static string? TryJoin(JsonNode? node) => node switch
    {
        JsonValue value when value.TryGetValue(out string? text) => text,
        JsonArray lines when lines.All(line => line is JsonValue value && value.TryGetValue(out string? _)) =>
            string.Concat(lines.Select(line => line!.GetValue<string>())),
        _ => null,
    };
}
