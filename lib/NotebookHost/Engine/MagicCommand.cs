using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace NotebookHost.Engine;

/// <summary>A line <c>#!name …</c> of a cell, as .NET Interactive has them.</summary>
/// <param name="Start">Where the line starts in the cell.</param>
/// <param name="End">Where it ends, its line end not included.</param>
/// <param name="Name">The name without <c>#!</c>.</param>
/// <param name="Arguments">What follows, taken apart at blanks outside of quotes.</param>
internal sealed partial record MagicCommand(int Start, int End, string Name, IReadOnlyList<string> Arguments)
{
    private static readonly string[] Known = ["import", "time", "set", "share", "who", "whos", "lsmagic", "about"];

    /// <summary>Names that .NET Interactive has and this host not: name → what to do instead.</summary>
    private static readonly Dictionary<string, string> Refused = new(StringComparer.OrdinalIgnoreCase)
    {
        ["value"] = "write the text as a C# string: var text = \"\"\"…\"\"\"; or read it: var text = System.IO.File.ReadAllText(\"data.json\");",
        ["connect"] = "this host runs only C# and cannot connect to other kernels",
        ["log"] = "this host keeps no log of its commands",
        ["nuget-restore"] = "#r \"nuget: …\" restores packages by itself",
    };

    /// <summary>The commands that this host follows; a language has other names too.</summary>
    public static IEnumerable<string> Names => ["csharp", "html", "markdown", "javascript", .. Known];

    /// <summary>Whether it says in which language the following lines are.</summary>
    public bool IsLanguage([NotNullWhen(true)] out string? language) => (language = CellLanguage.Find(Name)) is not null;

    /// <summary>Whether this host follows it.</summary>
    public bool IsKnown => IsLanguage(out _) || Known.Contains(Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Why a command that is not known cannot be followed.</summary>
    public string Refusal => Refused.TryGetValue(Name, out var instead)
        ? $"#!{Name} is not supported by this host: {instead}."
        : $"There is no magic command #!{Name} here. This host knows {string.Join(", ", Names.Select(name => "#!" + name))}.";

    /// <summary>The value of an option, or <c>null</c>.</summary>
    public string? Option(string name)
    {
        var at = Arguments.ToList().IndexOf(name);
        return at >= 0 && at + 1 < Arguments.Count ? Arguments[at + 1] : null;
    }

    /// <summary>The first option that is not one of those named, each of which has a value; or <c>null</c>.</summary>
    public string? OptionOtherThan(params string[] names) => Arguments
        .Where((argument, at) => IsOption(argument) && !names.Contains(argument) && (at == 0 || !names.Contains(Arguments[at - 1]))).FirstOrDefault();

    /// <summary>The first argument that is neither an option nor an option's value.</summary>
    public string? Operand => Arguments.Where((argument, at) => !IsOption(argument) && (at == 0 || !IsOption(Arguments[at - 1]))).FirstOrDefault();

    /// <summary>Reads the line at a position, if it is such a command.</summary>
    public static MagicCommand? At(string code, int start)
    {
        if (Pattern().Match(code, start) is not { Success: true } match)
            return null;
        return new MagicCommand(start, match.Index + match.Length, match.Groups["name"].Value, Split(match.Groups["rest"].Value));
    }

    private static bool IsOption(string argument) => argument.StartsWith("--", StringComparison.Ordinal);

    private static List<string> Split(string text)
    {
        var arguments = new List<string>();
        var argument = new StringBuilder();
        bool quoted = false, begun = false;
        for (var at = 0; at <= text.Length; at++)
        {
            var c = at < text.Length ? text[at] : ' ';
            if (quoted && c == '\\' && at + 1 < text.Length && text[at + 1] == '"')
            {
                argument.Append('"');
                at++;
            }
            else if (c == '"')
            {
                (quoted, begun) = (!quoted, true);
            }
            else if (quoted || !char.IsWhiteSpace(c))
            {
                argument.Append(c);
                begun = true;
            }
            else if (begun)
            {
                arguments.Add(argument.ToString());
                argument.Clear();
                begun = false;
            }
        }
        return arguments;
    }

    [GeneratedRegex(@"\G[ \t]*#!(?<name>[A-Za-z][\w#+.-]*)(?<rest>[^\r\n]*)")]
    private static partial Regex Pattern();
}
