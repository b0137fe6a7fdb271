using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NotebookHost.Notebook;

/// <summary>
/// JSON as Jupyter reads and writes it: key order kept, one key a line, non-ASCII characters as they are, numbers as they were. Python writes numbers that JSON does not
/// have, such as <c>NaN</c>; here each is a text that begins with a character no text has, and is written as it was.
/// </summary>
internal static class JupyterJson
{
    /// <summary>Arrays and objects may nest this deep; the deepest chart stays below twenty.</summary>
    private const int MaxDepth = 128;

    /// <summary>What is dropped may nest deeper; it is read without being taken apart.</summary>
    private const int MaxDepthOfDropped = 1024;

    /// <summary>Unicode keeps this one for uses within a program.</summary>
    private const char Mark = '\uffff';

    private static readonly string[] NotFinite = ["NaN", "-Infinity", "Infinity"];

    /// <param name="json">The text.</param>
    /// <param name="drop">Takes out what is not to be judged: only what is left must have no key twice and be Unicode text. Null: nothing.</param>
    /// <exception cref="NotebookFormatException">Not JSON, a key twice in an object, or a string that is not Unicode text.</exception>
    public static JsonNode? Parse(string json, Action<JsonNode?>? drop = null)
    {
        try
        {
            var root = JsonNode.Parse(Marked(json), documentOptions: new JsonDocumentOptions { MaxDepth = drop is null ? MaxDepth : MaxDepthOfDropped, AllowDuplicateProperties = drop is not null });
            drop?.Invoke(root);
            ReadAll(root, "$");
            return root;
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException)
        {
            // A text with half of a surrogate pair is refused as an argument, a key with an escaped half as an operation.
            throw new NotebookFormatException(error.Message.TrimEnd('.'), error);
        }
    }

    /// <summary>Writes what Python's <c>json.dumps(value, indent=…, ensure_ascii=False)</c> writes.</summary>
    public static string Write(JsonNode? node, string indent = " ")
    {
        var text = new StringBuilder();
        Write(text, node, indent, depth: 0);
        return text.ToString();
    }

    /// <summary>Writes JSON that browsers read: what JSON has no number for is null.</summary>
    public static string WriteStandard(JsonNode node) =>
        NotFinite.Aggregate(node.ToJsonString(), (json, number) => json.Replace($"\"\\uFFFF{number}\"", "null", StringComparison.Ordinal));

    /// <summary>The text that a value is, or null for anything else.</summary>
    public static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) && !text.StartsWith(Mark) ? text : null;

    /// <summary>An output's object: stored as such, or, as .NET Interactive does it, as a text that is JSON; null for anything else.</summary>
    public static JsonObject? ObjectOf(JsonNode? stored)
    {
        if (stored is JsonObject content)
            return content;
        try
        {
            return MultilineText.TryJoin(stored) is { } json ? Parse(json) as JsonObject : null;
        }
        catch (NotebookFormatException)
        {
            return null;
        }
    }

    /// <summary>Makes marked texts of the numbers that JSON does not have.</summary>
    private static string Marked(string json)
    {
        if (!NotFinite.Any(number => json.Contains(number, StringComparison.Ordinal)))
            return json;
        var (marked, inText) = (new StringBuilder(json.Length), false);
        for (var at = 0; at < json.Length; at++)
        {
            if (json[at] == '"')
                inText = !inText;
            if (!inText && NotFinite.FirstOrDefault(number => string.CompareOrdinal(json, at, number, 0, number.Length) == 0) is { } found)
            {
                marked.Append('"').Append(Mark).Append(found).Append('"');
                at += found.Length - 1;
                continue;
            }

            marked.Append(json[at]);
            if (inText && json[at] == '\\' && at + 1 < json.Length)
                marked.Append(json[++at]);
        }

        return marked.ToString();
    }

    /// <summary>Reads every key and string once (they are kept undecoded until asked for), so that a broken one is found here and not on use.</summary>
    private static void ReadAll(JsonNode? node, string place)
    {
        try
        {
            switch (node)
            {
                case JsonObject members:
                    foreach (var (key, child) in members)
                        ReadAll(child, $"{place}.{key}");
                    break;
                case JsonArray items:
                    foreach (var (index, child) in items.Index())
                        ReadAll(child, $"{place}[{index}]");
                    break;
                case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                    value.GetValue<string>();
                    break;
            }
        }
        catch (InvalidOperationException error)
        {
            throw new NotebookFormatException($"{place} contains half of a surrogate pair; expected Unicode text", error);
        }
    }

    private static void Write(StringBuilder text, JsonNode? node, string indent, int depth)
    {
        switch (node)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject { Count: 0 }:
                text.Append("{}");
                break;
            case JsonArray { Count: 0 }:
                text.Append("[]");
                break;
            case JsonObject members:
                var open = '{';
                foreach (var (key, child) in members)
                {
                    NewLine(text.Append(open), indent, depth + 1);
                    WriteString(text, key);
                    Write(text.Append(": "), child, indent, depth + 1);
                    open = ',';
                }

                NewLine(text, indent, depth).Append('}');
                break;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                {
                    NewLine(text.Append(i == 0 ? '[' : ','), indent, depth + 1);
                    Write(text, items[i], indent, depth + 1);
                }

                NewLine(text, indent, depth).Append(']');
                break;
            default:
                if (node.GetValueKind() == JsonValueKind.String)
                    WriteString(text, node.GetValue<string>());
                else
                    text.Append(node.ToJsonString());
                break;
        }
    }

    private static StringBuilder NewLine(StringBuilder text, string indent, int depth)
    {
        text.Append('\n');
        for (var i = 0; i < depth; i++)
            text.Append(indent);
        return text;
    }

    private static void WriteString(StringBuilder text, string value)
    {
        if (value.StartsWith(Mark) && NotFinite.Contains(value[1..]))
        {
            text.Append(value, 1, value.Length - 1);
            return;
        }

        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\f' => text.Append("\\f"),
                '\b' => text.Append("\\b"),
                < ' ' => text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }
}
