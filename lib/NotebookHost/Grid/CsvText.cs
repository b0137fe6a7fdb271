using System.Text;
using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>Comma-separated values (<see href="https://www.rfc-editor.org/rfc/rfc4180">RFC 4180</see>). An empty field is not a value; <c>""</c> is the empty text.</summary>
internal static class CsvText
{
    /// <summary>Lines of fields as text, each line ended by <c>\n</c>; null for no value.</summary>
    public static string Write(IEnumerable<IEnumerable<string?>> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
            text.AppendJoin(',', line.Select(Written)).Append('\n');
        return text.ToString();
    }

    /// <summary>Reads text strictly; lines without a character are passed over.</summary>
    /// <returns>The lines, each with its number in the text, counted from 1.</returns>
    /// <exception cref="RunException">The text is not of this form; the message begins with the line.</exception>
    public static IReadOnlyList<(int Number, IReadOnlyList<string?> Fields)> Parse(string text)
    {
        var lines = new List<(int, IReadOnlyList<string?>)>();
        for (var (at, number) = (0, 1); at < text.Length;)
        {
            var first = number;
            var fields = new List<string?>();
            do
            {
                fields.Add(at < text.Length && text[at] == '"' ? Quoted(text, ref at, ref number) : Plain(text, ref at, number));
            }
            while (Follows(text, ref at, ','));
            if (at < text.Length && text[at] == '\r' && !text.AsSpan(at).StartsWith("\r\n"))
                throw new RunException($"line {number}: a lone carriage return is not a line ending; save the file with Linux or Windows line endings");
            if (at < text.Length && !Follows(text, ref at, '\n'))
                throw new RunException($"line {number}: expected a comma or the end of the line after a closing quote, found '{text[at]}'; double a quote inside a quoted field");
            number++;
            if (fields is not [null])
                lines.Add((first, fields));
        }

        return lines;
    }

    private static string Written(string? field) => field switch
    {
        null => "",
        "" => "\"\"",
        _ when field.AsSpan().ContainsAny(",\"\r\n") || field.Trim() != field => $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"",
        _ => field,
    };

    private static string? Plain(string text, ref int at, int number)
    {
        var length = text.AsSpan(at).IndexOfAny(",\r\n\"");
        var field = length < 0 ? text[at..] : text.Substring(at, length);
        at += field.Length;
        if (at < text.Length && text[at] == '"')
            throw new RunException($"line {number}: a quote in the middle of the field '{field}'; put the whole field into quotes and double each quote inside it");
        return field.Length == 0 ? null : field;
    }

    private static string Quoted(string text, ref int at, ref int number)
    {
        var first = number;
        var field = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '\n')
                number++;
            if (text[at] != '"')
                field.Append(text[at]);
            else if (at + 1 < text.Length && text[at + 1] == '"')
                field.Append(text[at++]);
            else
                break;
        }

        if (at == text.Length)
            throw new RunException($"line {first}: a quote is opened but never closed");
        at++;
        return field.ToString();
    }

    /// <summary>Passes a comma or the end of a line, in either form, when it is next.</summary>
    private static bool Follows(string text, ref int at, char expected)
    {
        var next = expected == '\n' && text.AsSpan(at).StartsWith("\r\n") ? 2 : at < text.Length && text[at] == expected ? 1 : 0;
        at += next;
        return next > 0;
    }
}
