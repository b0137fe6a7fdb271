using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace NotebookHost.Publishing;

/// <summary>
/// Reads values that stand as such in a script, JSON or as JavaScript has them: names without quotes, strings in either quotes, commas too many.
/// Nothing is run.
/// </summary>
internal ref struct ScriptLiteral(ReadOnlySpan<char> script)
{
    private const int MaxDepth = 100;

    private readonly ReadOnlySpan<char> _script = script;

    /// <summary>How far it was read.</summary>
    public int At { get; private set; }

    /// <summary>Reads the next value.</summary>
    /// <returns>False for anything that is not a plain value; then <see cref="At"/> is anywhere.</returns>
    public bool TryRead(out JsonNode? value) => TryRead(out value, 0);

    /// <summary>Reads a name, such as that of a variable; empty when there is none.</summary>
    public string Name()
    {
        SkipSpace();
        var begin = At;
        while (At < _script.Length && (char.IsLetterOrDigit(_script[At]) || _script[At] is '_' or '$'))
            At++;
        return _script[begin..At].ToString();
    }

    /// <summary>Whether this sign comes next; it is read then.</summary>
    public bool Takes(char sign)
    {
        SkipSpace();
        if (At >= _script.Length || _script[At] != sign)
            return false;
        At++;
        return true;
    }

    private bool TryRead(out JsonNode? value, int depth)
    {
        value = null;
        SkipSpace();
        if (At >= _script.Length || depth > MaxDepth)
            return false;
        switch (_script[At])
        {
            case '[':
                return TryArray(out value, depth);
            case '{':
                return TryObject(out value, depth);
            case '"' or '\'':
                var found = TryText(out var text);
                value = text;
                return found;
            default:
                return TryWord(out value);
        }
    }

    private bool TryArray(out JsonNode? value, int depth)
    {
        var items = new JsonArray();
        value = items;
        At++;
        while (!Takes(']'))
        {
            if (!TryRead(out var item, depth + 1))
                return false;
            items.Add(item);
            if (!Takes(','))
                return Takes(']');
        }

        return true;
    }

    private bool TryObject(out JsonNode? value, int depth)
    {
        var members = new JsonObject();
        value = members;
        At++;
        while (!Takes('}'))
        {
            string name;
            if (At < _script.Length && _script[At] is '"' or '\'')
            {
                if (!TryText(out name))
                    return false;
            }
            else
            {
                name = Name();
            }

            if (name.Length == 0 || !Takes(':') || !TryRead(out var member, depth + 1))
                return false;
            members[name] = member;
            if (!Takes(','))
                return Takes('}');
        }

        return true;
    }

    private bool TryText(out string text)
    {
        var (quote, letters) = (_script[At++], new StringBuilder());
        text = "";
        for (; At < _script.Length && _script[At] is not ('\n' or '\r'); At++)
        {
            if (_script[At] == quote)
            {
                At++;
                text = letters.ToString();
                return true;
            }

            if (_script[At] != '\\')
                letters.Append(_script[At]);
            else if (++At >= _script.Length || !TryEscape(letters))
                return false;
        }

        return false;
    }

    private bool TryEscape(StringBuilder letters)
    {
        var digits = _script[At] switch { 'u' => 4, 'x' => 2, _ => 0 };
        if (digits == 0)
        {
            var letter = _script[At] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'b' => '\b', 'f' => '\f', 'v' => '\v', '0' => '\0', var other => other };
            letters.Append(letter);
            return true;
        }

        if (At + digits >= _script.Length)
            return false;
        if (!int.TryParse(_script.Slice(At + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            return false;
        letters.Append((char)code);
        At += digits;
        return true;
    }

    /// <summary>A number, or a word that stands for a value; what is not a number is null, as in JSON.</summary>
    private bool TryWord(out JsonNode? value)
    {
        value = null;
        var begin = At;
        while (At < _script.Length && (char.IsAsciiLetterOrDigit(_script[At]) || _script[At] is '.' or '-' or '+'))
            At++;
        var word = _script[begin..At];
        switch (word)
        {
            case "null" or "undefined" or "NaN" or "Infinity" or "-Infinity":
                return true;
            case "true" or "false":
                value = word is "true";
                return true;
        }

        if (!double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
            return false;
        value = number;
        return true;
    }

    private void SkipSpace()
    {
        while (At < _script.Length && char.IsWhiteSpace(_script[At]))
            At++;
    }
}
