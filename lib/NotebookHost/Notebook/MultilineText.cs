using System.Text.Json.Nodes;

namespace NotebookHost.Notebook;

/// <summary>Text in a notebook file: a string, or an array of lines that keep their line ends.</summary>
internal static class MultilineText
{
    /// <summary>The lines Jupyter stores for a text: each with its line end, none for an empty text.</summary>
    public static JsonArray Split(string text)
    {
        var lines = new JsonArray();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (!EndsLine(text[i]) || (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n'))
                continue;
            lines.Add((JsonNode)text[start..(i + 1)]);
            start = i + 1;
        }

        if (start < text.Length)
            lines.Add((JsonNode)text[start..]);
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

    /// <summary>The line ends of Python's <c>str.splitlines</c>, with which Jupyter writes.</summary>
    private static bool EndsLine(char c) => c is '\n' or '\r' or '\v' or '\f' or '\x1c' or '\x1d' or '\x1e' or '\x85' or '\u2028' or '\u2029';
}
