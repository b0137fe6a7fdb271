namespace NotebookHost.Grid;

/// <summary>A text as one word of a Unix shell.</summary>
internal static class ShellWord
{
    /// <summary>The text as it is where that is one word, else in quotes.</summary>
    public static string Of(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || "-_./,:=+@%".Contains(c, StringComparison.Ordinal))
        ? text
        : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>A command with its arguments.</summary>
    public static string Line(IEnumerable<string> words) => string.Join(' ', words.Select(Of));
}
