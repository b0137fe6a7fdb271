using System.Net;
using System.Text;

namespace NotebookHost.Publishing;

/// <summary>
/// Code with its words marked by class, so that the style sheet colours it for light and dark. Each character is looked at once,
/// whatever the code is: a string or comment without an end reaches to the end of its line or of the code.
/// </summary>
internal sealed class CodeHtml
{
    private const string Keyword = "keyword";
    private const string String = "string";
    private const string Comment = "comment";
    private const string Number = "number";
    private const string Directive = "preprocessorKeyword";

    /// <summary>A character in its escaped form, such as <c>'\U0001F600'</c>, is not longer.</summary>
    private const int LongestCharacter = 12;

    private readonly string _code;
    private readonly CodeLanguage _language;
    private readonly StringBuilder _html = new();
    private bool _lineBegins = true;
    private bool _inTag;

    private CodeHtml(string code, CodeLanguage language) => (_code, _language) = (code, language);

    /// <summary>The code in a box; in a language unknown here it is plain.</summary>
    public static string Of(string code, string language)
    {
        var html = CodeLanguages.Find(language) is { } known ? new CodeHtml(code, known).Marked() : WebUtility.HtmlEncode(code);
        return $"<div class=\"code\"><pre>{(code.StartsWith('\n') ? "\n" : "")}{html}</pre></div>"; // a browser drops the first line end
    }

    private string Marked()
    {
        var plain = 0;
        for (var at = 0; at < _code.Length;)
        {
            var (end, kind) = _language.IsMarkup ? Markup(at) : Piece(at);
            _lineBegins = _code[end - 1] == '\n' || (_lineBegins && char.IsWhiteSpace(_code[end - 1]));
            if (kind is not null)
            {
                Append(plain, at, null);
                Append(at, end, kind);
                plain = end;
            }

            at = end;
        }

        Append(plain, _code.Length, null);
        return _html.ToString();
    }

    private void Append(int from, int to, string? kind)
    {
        if (from == to)
            return;
        var text = WebUtility.HtmlEncode(_code[from..to]);
        _html.Append(kind is null ? text : $"<span class=\"{kind}\">{text}</span>");
    }

    /// <summary>Where what begins here ends, and what it is.</summary>
    private (int End, string? Kind) Piece(int at)
    {
        var first = _code[at];
        if (first == '#' && _lineBegins && _language.Directives)
            return (EndOfWord(at + (Has("#!", at) ? 2 : 1)), Directive);
        if (Commented(at) is { } comment)
            return (comment, Comment);
        if (_language.IsCSharp && first is '"' or '$' or '@' && CSharpString(at) is { } found)
            return found;
        if (_language.Strings.FirstOrDefault(form => Has(form.Open, at)) is { } form)
            return (EndOf(form, at), String);
        if (first == '\'' && _language.Characters && EndOfCharacter(at) is { } character)
            return (character, String);
        if (char.IsAsciiDigit(first))
            return (EndOfNumber(at), Number);
        if (!IsOfWord(first))
            return (at + 1, null);
        var end = EndOfWord(at);
        return (end, _language.Keywords.Contains(_code.AsSpan(at, end - at)) ? Keyword : null);
    }

    private int? Commented(int at)
    {
        foreach (var (open, close) in _language.BlockComments)
        {
            if (Has(open, at))
                return EndAfter(close, at + open.Length);
        }

        return _language.LineComments.Any(mark => Has(mark, at) && (mark != "#" || BeginsWord(at))) ? EndOfLine(at) : null;
    }

    /// <summary>Signs before the quotes say what kind of string it is; without quotes they are signs.</summary>
    private (int End, string? Kind) CSharpString(int at)
    {
        var quotes = at;
        while (quotes < _code.Length && _code[quotes] is '$' or '@')
            quotes++;
        var content = quotes;
        while (content < _code.Length && _code[content] == '"')
            content++;
        if (content == quotes)
            return (quotes, null);
        if (content - quotes < 3 || _code.AsSpan(at, quotes - at).Contains('@'))
        {
            var isVerbatim = _code.AsSpan(at, quotes - at).Contains('@');
            return (EndOf(isVerbatim ? new("\"", "\"", '"', Lines: true) : _language.Strings[0], quotes), String);
        }

        var end = EndAfter(new string('"', content - quotes), content);
        while (end < _code.Length && _code[end] == '"')
            end++;
        return (end, String);
    }

    private int EndOf(CodeLanguage.StringForm form, int at)
    {
        for (var next = at + form.Open.Length; next < _code.Length; next++)
        {
            if (!form.Lines && _code[next] is '\n' or '\r')
                return next;
            var closes = Has(form.Close, next);
            if (_code[next] == form.Escape && (!closes || Has(form.Close, next + 1)))
                next++;
            else if (closes)
                return next + form.Close.Length;
        }

        return _code.Length;
    }

    private int? EndOfCharacter(int at)
    {
        if (at + 2 >= _code.Length)
            return null;
        if (_code[at + 1] != '\\')
        {
            var close = at + (char.IsHighSurrogate(_code[at + 1]) ? 3 : 2);
            return _code[at + 1] is not ('\'' or '\n' or '\r') && Has("'", close) ? close + 1 : null;
        }

        var from = at + 3;
        var end = from < _code.Length ? _code.IndexOf('\'', from, Math.Min(LongestCharacter, _code.Length - from)) : -1;
        return end < 0 || _code.AsSpan(at, end - at).Contains('\n') ? null : end + 1;
    }

    private int EndOfNumber(int at)
    {
        var end = at + 1;
        while (end < _code.Length)
        {
            var digits = char.IsAsciiLetterOrDigit(_code[end]) || _code[end] == '_';
            var fraction = _code[end] == '.' && end + 1 < _code.Length && char.IsAsciiDigit(_code[end + 1]);
            var sign = _code[end] is '+' or '-' && _code[end - 1] is 'e' or 'E' && !Has("0x", at);
            var exponent = sign && end + 1 < _code.Length && char.IsAsciiDigit(_code[end + 1]);
            if (!digits && !fraction && !exponent)
                break;
            end++;
        }

        return end;
    }

    /// <summary>Tags have names, and inside them strings.</summary>
    private (int End, string? Kind) Markup(int at)
    {
        if (Has("<!--", at))
            return (EndAfter("-->", at + 4), Comment);
        if (Has("<![CDATA[", at))
            return (EndAfter("]]>", at + 9), String);
        if (Has("<!", at) || Has("<?", at))
            return (EndAfter(">", at + 2), Directive);
        if (_code[at] == '<')
        {
            _inTag = true;
            return (at + (Has("</", at) ? 2 : 1), null);
        }

        if (!_inTag)
            return (_code.IndexOf('<', at) is >= 0 and var tag ? tag : _code.Length, null);
        if (_code[at] == '>')
            _inTag = false;
        if (_code[at] is '"' or '\'')
            return (EndOf(new(_code[at..(at + 1)], _code[at..(at + 1)], '\0'), at), String);
        var end = at;
        while (end < _code.Length && (IsOfWord(_code[end]) || _code[end] is '-' or ':' or '.'))
            end++;
        return end == at ? (at + 1, null) : (end, at > 0 && _code[at - 1] is '<' or '/' ? Keyword : null);
    }

    /// <summary>In some languages a number sign inside a word belongs to the word.</summary>
    private bool BeginsWord(int at) => at == 0 || !(IsOfWord(_code[at - 1]) || _code[at - 1] is '$' or '{' or '/');

    private bool Has(string text, int at) => at < _code.Length && string.CompareOrdinal(_code, at, text, 0, text.Length) == 0;

    private int EndAfter(string text, int from) =>
        from < _code.Length && _code.IndexOf(text, from, StringComparison.Ordinal) is >= 0 and var found ? found + text.Length : _code.Length;

    private int EndOfLine(int at) => _code.AsSpan(at).IndexOfAny('\n', '\r') is >= 0 and var length ? at + length : _code.Length;

    private int EndOfWord(int at)
    {
        while (at < _code.Length && IsOfWord(_code[at]))
            at++;
        return at;
    }

    private static bool IsOfWord(char c) => char.IsLetterOrDigit(c) || c == '_' || char.IsSurrogate(c);
}
