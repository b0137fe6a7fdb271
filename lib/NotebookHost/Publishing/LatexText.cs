using System.Net;
using System.Text;

namespace NotebookHost.Publishing;

/// <summary>Text with LaTeX formulas in it, as <c>text/latex</c> has them: between dollars, <c>\(…\)</c>, <c>\[…\]</c>, and environments.</summary>
internal static class LatexText
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

    /// <summary>The text as HTML, in which formulas are elements of the class <c>math</c>.</summary>
    /// <remarks>A text without delimiters that has commands in it is one formula.</remarks>
    public static string ToHtml(string latex)
    {
        var html = new StringBuilder();
        var words = 0;
        for (var at = 0; at < latex.Length;)
        {
            var (length, tex, display) = Formula(latex, at);
            if (length > 0)
            {
                html.Append(WebUtility.HtmlEncode(latex[words..at])).Append(Element(tex, display));
                words = at + length;
            }

            at += Math.Max(length, 1);
        }

        if (html.Length == 0 && latex.AsSpan().IndexOfAny("\\^_") >= 0)
            return Element(latex.Trim(), display: true);
        return html.Append(WebUtility.HtmlEncode(latex[words..])).ToString();
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
    private static (int Length, string Tex, bool Display) Formula(string text, int at)
    {
        if (text[at] is not ('$' or '\\'))
            return default;
        if (Environment(text.AsSpan(at)) is { } length)
            return (length, text[at..(at + length)], true);
        foreach (var (open, close, display) in Delimiters)
        {
            var from = at + open.Length;
            if (string.CompareOrdinal(text, at, open, 0, open.Length) != 0)
                continue;
            var end = text.IndexOf(close, from, Math.Min(Longest, text.Length - from), StringComparison.Ordinal);
            return end <= from ? default : (end + close.Length - at, text[from..end], display);
        }

        return default;
    }

    private static string Element(string tex, bool display) =>
        display ? $"<div class=\"math\">\\[{WebUtility.HtmlEncode(tex)}\\]</div>" : $"<span class=\"math\">\\({WebUtility.HtmlEncode(tex)}\\)</span>";
}
