using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NotebookHost.Notebook;

/// <summary>
/// JSON as Jupyter reads and writes it: key order kept, one key a line, non-ASCII characters as they are, numbers as they were. Python writes numbers that JSON does not
/// have, such as <c>NaN</c>; here each is a text that begins with a character no text has, and is written as it was. Python also writes half of a surrogate pair, which is
/// not Unicode text; it is refused unless it is mended.
/// </summary>
internal static class JupyterJson
{
    /// <summary>Arrays and objects may nest this deep; the deepest chart stays below twenty.</summary>
    private const int MaxDepth = 512;

    /// <summary>Unicode keeps this one for uses within a program.</summary>
    private const char Mark = '\uffff';

    /// <summary>Stands for half of a surrogate pair; Unicode keeps these two also.</summary>
    private const string Half = "\ufffe\uffff";

    /// <summary>What Unicode has for a character that is not known.</summary>
    private const string Replacement = "\ufffd";

    private static readonly string[] NotFinite = ["NaN", "-Infinity", "Infinity"];

    /// <param name="json">The text.</param>
    /// <param name="prepare">Takes out or mends what is not to be judged: only what is left must have no key twice and be Unicode text. Null: nothing.</param>
    /// <exception cref="NotebookFormatException">Not JSON, a key twice in an object, or a string that is not Unicode text.</exception>
    public static JsonNode? Parse(string json, Action<JsonNode?>? prepare = null)
    {
        var root = Read(json);
        try
        {
            prepare?.Invoke(root);
        }
        catch (ArgumentException)
        {
            // An object has a key twice; below is found which.
        }

        Judge(root, "$");
        return root;
    }

    /// <summary>Puts the replacement character where half of a surrogate pair stands in a text or a key.</summary>
    /// <exception cref="ArgumentException">A key twice in an object.</exception>
    public static void Mend(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (key, child) in members.ToList())
                {
                    Mend(child);
                    if (key.Contains(Half, StringComparison.Ordinal))
                        MendKey(members, key);
                }

                break;
            case JsonArray items:
                foreach (var item in items.ToList())
                    Mend(item);
                break;
            case JsonValue value when value.TryGetValue(out string? text) && text.Contains(Half, StringComparison.Ordinal):
                value.ReplaceWith(text.Replace(Half, Replacement, StringComparison.Ordinal));
                break;
        }
    }

    /// <summary>Mends a key in its place. One that would then be there twice gets another replacement character.</summary>
    private static void MendKey(JsonObject members, string key)
    {
        var mended = key.Replace(Half, Replacement, StringComparison.Ordinal);
        while (members.ContainsKey(mended))
            mended += Replacement;
        var (at, child) = (members.IndexOf(key), members[key]);
        members.RemoveAt(at);
        members.Insert(at, mended, child);
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

    private static JsonNode? Read(string json)
    {
        try
        {
            return JsonNode.Parse(Marked(json), documentOptions: new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            // A text with half of a surrogate pair that is not escaped is refused as an argument.
            throw new NotebookFormatException(error.Message.TrimEnd('.'), error);
        }
    }

    /// <summary>Makes marked texts of the numbers that JSON does not have, and marks halves of surrogate pairs.</summary>
    private static string Marked(string json)
    {
        if (!NotFinite.Any(number => json.Contains(number, StringComparison.Ordinal)) && !json.Contains("\\ud", StringComparison.OrdinalIgnoreCase))
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
            }
            else if (inText && json[at] == '\\')
            {
                var (length, isHalf) = Escape(json.AsSpan(at));
                if (isHalf)
                    marked.Append(Half);
                else
                    marked.Append(json, at, length);
                at += length - 1;
            }
            else
            {
                marked.Append(json[at]);
            }
        }

        return marked.ToString();
    }

    /// <summary>How long the escape is with which the text begins, and whether it is half of a surrogate pair without the other half.</summary>
    private static (int Length, bool IsHalf) Escape(ReadOnlySpan<char> text)
    {
        var first = Escaped(text);
        if (!char.IsSurrogate(first))
            return (Math.Min(2, text.Length), false);
        return char.IsHighSurrogate(first) && char.IsLowSurrogate(Escaped(text[6..])) ? (12, false) : (6, true);
    }

    /// <summary>What the text begins with as <c>\uXXXX</c>, else the null character.</summary>
    private static char Escaped(ReadOnlySpan<char> text) =>
        text.Length >= 6 && text[0] == '\\' && text[1] == 'u' && ushort.TryParse(text.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : '\0';

    /// <summary>Looks at every key and text once (they are kept undecoded until asked for), so that a fault is found here and not on use.</summary>
    private static void Judge(JsonNode? node, string place)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (key, child) in Members(members, place))
                {
                    JudgeText(key, place);
                    Judge(child, $"{place}.{key}");
                }

                break;
            case JsonArray items:
                foreach (var (index, child) in items.Index())
                    Judge(child, $"{place}[{index}]");
                break;
            case JsonValue value when value.TryGetValue(out string? text):
                JudgeText(text, place);
                break;
        }
    }

    private static List<KeyValuePair<string, JsonNode?>> Members(JsonObject members, string place)
    {
        try
        {
            return members.ToList();
        }
        catch (ArgumentException error)
        {
            throw new NotebookFormatException($"{place} has the same key twice; expected each key once", error);
        }
    }

    private static void JudgeText(string text, string place)
    {
        if (text.Contains(Half, StringComparison.Ordinal))
            throw new NotebookFormatException($"{place} contains half of a surrogate pair; expected Unicode text");
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
