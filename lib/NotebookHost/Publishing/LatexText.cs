using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace NotebookHost.Publishing;

/// <summary>Text with LaTeX formulas in it, as <c>text/latex</c> has them: between dollars, <c>\(…\)</c>, <c>\[…\]</c>, and environments.</summary>
internal static partial class LatexText
{
    /// <summary>A longer formula is text: so the search for its end stays short, however often one begins.</summary>
    private const int Longest = 10_000;

    private const string Begin = "\\begin{";
    private const string End = "\\end{";

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Environments = new HashSet<string>(
    [
        "align", "alignat", "aligned", "alignedat", "array", "bmatrix", "Bmatrix", "cases", "CD", "dcases", "displaymath",
        "darray", "drcases", "eqnarray", "equation", "gather", "gathered", "math", "matrix", "multline", "pmatrix", "rcases",
        "smallmatrix", "split", "subarray", "vmatrix", "Vmatrix",
    ]).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly (string Open, string Close, bool Display)[] Delimiters =
        [("$$", "$$", true), ("$", "$", false), ("\\[", "\\]", true), ("\\(", "\\)", false)];

    private static readonly (string Open, string Close, bool Display)[] Unambiguous = [.. Delimiters.Where(delimiter => delimiter.Open != "$")];

    /// <summary>A formula within a text.</summary>
    /// <param name="At">Where it begins, with its delimiter.</param>
    /// <param name="Length">Its characters, delimiters included.</param>
    /// <param name="Tex">What is between the delimiters.</param>
    /// <param name="IsDisplayed">Whether it stands in a line of its own.</param>
    public readonly record struct Formula(int At, int Length, string Tex, bool IsDisplayed);

    /// <summary>Whether all environments in the text are those of formulas; tables and lists of LaTeX have others.</summary>
    public static bool IsOfFormulas(string latex) => AnyBegin().Matches(latex).All(begin => Environments.Contains(begin.Groups[1].ValueSpan.TrimEnd('*')));

    /// <summary>Whether a formula stands in a line of its own whatever its delimiters say, as some environments do.</summary>
    public static bool IsDisplayed(ReadOnlySpan<char> tex) => DisplayedBegin().IsMatch(tex);

    /// <summary>The text as HTML, in which formulas are elements of the class <c>math</c>; definitions of commands are formulas that show nothing.</summary>
    /// <remarks>A text without delimiters that has commands in it is one formula.</remarks>
    public static string ToHtml(string latex) =>
        TimeLimit.Try(TimeLimit.OfText, () => Rendered(latex)) ?? TimeLimit.AsWritten(latex);

    private static string Rendered(string latex)
    {
        var html = new StringBuilder();
        var closings = Closings(latex);
        var (words, hasFormulas) = (0, false);
        for (var at = 0; at < latex.Length;)
        {
            var definition = Definition(latex, at, closings);
            var formula = definition > 0 ? new Formula(at, definition, latex[at..(at + definition)], IsDisplayed: false) : FormulaAt(latex, at, Delimiters);
            if (formula.Length > 0)
            {
                hasFormulas |= definition == 0;
                html.Append(WebUtility.HtmlEncode(latex[words..at])).Append(Element(formula.Tex, formula.IsDisplayed));
                words = at + formula.Length;
            }
            else if (latex[at] == '$' && IsEscaped(latex, at))
            {
                html.Append(WebUtility.HtmlEncode(latex[words..(at - 1)]));
                words = at;
            }

            at += Math.Max(formula.Length, 1);
        }

        if (!hasFormulas && latex.Replace("\\$", "", StringComparison.Ordinal).AsSpan().IndexOfAny("\\^_") >= 0)
            return Element(latex.Trim(), display: true);
        return html.Append(WebUtility.HtmlEncode(latex[words..])).ToString();
    }

    /// <summary>The formulas in a text, apart from those between single dollars.</summary>
    public static List<Formula> Formulas(string text)
    {
        var formulas = new List<Formula>();
        for (var at = 0; at < text.Length;)
        {
            var formula = FormulaAt(text, at, Unambiguous);
            if (formula.Length > 0)
                formulas.Add(formula);
            at += Math.Max(formula.Length, 1);
        }

        return formulas;
    }

    /// <summary>The length of the environment that begins with the text, up to its own end, or null when none does.</summary>
    public static int? Environment(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith(Begin))
            return null;
        text = text[..Math.Min(text.Length, Longest)];
        var name = text[Begin.Length..];
        if (name.IndexOf('}') is var close && (close < 0 || !Environments.Contains(name[..close].TrimEnd('*'))))
            return null;
        name = name[..close];
        var depth = 0;
        for (var at = 0; ;)
        {
            var next = text[at..].IndexOf('\\');
            if (next < 0)
                return null;
            at += next;
            if (IsNamed(text[at..], Begin, name))
                depth++;
            else if (IsNamed(text[at..], End, name) && --depth == 0)
                return at + End.Length + name.Length + 1;
            at++;
        }
    }

    private static bool IsNamed(ReadOnlySpan<char> text, string command, ReadOnlySpan<char> name) =>
        text.StartsWith(command) && text[command.Length..].StartsWith(name) && text[(command.Length + name.Length)..].StartsWith("}");

    /// <summary>The formula that begins there; its length is zero when none does.</summary>
    private static Formula FormulaAt(string text, int at, (string Open, string Close, bool Display)[] delimiters)
    {
        if (text[at] is not ('$' or '\\') || (text[at] == '$' && IsEscaped(text, at)))
            return default;
        if (Environment(text.AsSpan(at)) is { } length)
            return new(at, length, text[at..(at + length)], IsDisplayed: true);
        foreach (var (open, close, display) in delimiters)
        {
            var from = at + open.Length;
            if (string.CompareOrdinal(text, at, open, 0, open.Length) != 0)
                continue;
            var end = EndOf(text, close, from);
            return end <= from ? default : new(at, end + close.Length - at, text[from..end], display || IsDisplayed(text.AsSpan(from, end - from)));
        }

        return default;
    }

    private static int EndOf(string text, string close, int from)
    {
        var last = from + Math.Min(Longest, text.Length - from);
        var end = text.IndexOf(close, from, last - from, StringComparison.Ordinal);
        while (end >= 0 && IsEscaped(text, end))
            end = text.IndexOf(close, end + 1, last - end - 1, StringComparison.Ordinal);
        return end;
    }

    /// <summary>Whether a backslash belongs to the character, and not to a backslash before it.</summary>
    private static bool IsEscaped(string text, int at) => (at - text.AsSpan(0, at).TrimEnd('\\').Length) % 2 == 1;

    /// <summary>The length of the definition of a command that begins there, or zero.</summary>
    private static int Definition(string text, int at, Dictionary<int, int> closings)
    {
        if (text[at] != '\\')
            return 0;
        foreach (var found in DefinitionBegin().EnumerateMatches(text.AsSpan(at, Math.Min(Longest, text.Length - at))))
            return closings.TryGetValue(at + found.Length - 1, out var end) && end - at < Longest ? end + 1 - at : 0;
        return 0;
    }

    /// <summary>For each brace that opens and is closed, where that is; found in one pass, since looking from each brace would take too long.</summary>
    private static Dictionary<int, int> Closings(string text)
    {
        var closings = new Dictionary<int, int>();
        var open = new Stack<int>();
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '\\')
                at++; // a brace after a backslash is a character like others
            else if (text[at] == '{')
                open.Push(at);
            else if (text[at] == '}' && open.TryPop(out var begin))
                closings[begin] = at;
        }

        return closings;
    }

    private static string Element(string tex, bool display) =>
        display ? $"<div class=\"math\">\\[{WebUtility.HtmlEncode(tex)}\\]</div>" : $"<span class=\"math\">\\({WebUtility.HtmlEncode(tex)}\\)</span>";

    [GeneratedRegex(@"\\begin\{([^{}]*)\}")]
    private static partial Regex AnyBegin();

    [GeneratedRegex(@"\\begin\{(?:align|alignat|CD|eqnarray|equation|gather|multline|split)\*?\}")]
    private static partial Regex DisplayedBegin();

    /// <summary>A command's name, its parameters, and the brace before what it stands for.</summary>
    [GeneratedRegex(@"\A\\(?:newcommand|renewcommand|providecommand|DeclareMathOperator|g?def)(?![A-Za-z])\*?\s*(?:\{\s*\\[A-Za-z]+\s*\}|\\[A-Za-z]+)(?:\[[^\[\]]*\]|#\d|\s)*\{")]
    private static partial Regex DefinitionBegin();
}
