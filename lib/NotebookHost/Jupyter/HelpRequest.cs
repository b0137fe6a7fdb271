using System.Text.RegularExpressions;

namespace NotebookHost.Jupyter;

/// <summary>A cell that is only a name with a question mark, as in IPython: <c>Math.Max?</c>.</summary>
internal static partial class HelpRequest
{
    /// <summary>What the cell asks about, or <c>null</c> when it is code.</summary>
    public static string? Subject(string code) => Pattern().Match(code) is { Success: true } match ? match.Groups["name"].Value : null;

    [GeneratedRegex(@"^\s*(?<name>[\p{L}_][\w.]*)\?\s*$")]
    private static partial Regex Pattern();
}
