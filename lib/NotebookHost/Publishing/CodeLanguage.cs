namespace NotebookHost.Publishing;

/// <summary>What comments, strings and keywords of a language look like, as far as colours need to know.</summary>
internal sealed class CodeLanguage
{
    /// <param name="names">The names by which texts call it, in small letters, with spaces between.</param>
    /// <param name="keywords">Its keywords, with white space between.</param>
    /// <param name="ignoreCase">Whether keywords may be written in capitals too.</param>
    public CodeLanguage(string names, string keywords = "", bool ignoreCase = false)
    {
        Names = names.Split(' ');
        var words = keywords.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries);
        var comparer = ignoreCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        Keywords = words.ToHashSet(comparer).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>How a string begins and ends.</summary>
    /// <param name="Open">Its first characters.</param>
    /// <param name="Close">Its last characters.</param>
    /// <param name="Escape">After it the next character does not end the string; a quote that is its own escape is written twice.</param>
    /// <param name="Lines">Whether it goes on over the end of a line.</param>
    internal sealed record StringForm(string Open, string Close, char Escape, bool Lines = false);

    /// <summary>The names by which texts call it.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Its keywords.</summary>
    public HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Keywords { get; }

    /// <summary>What begins a comment that ends with its line.</summary>
    public IReadOnlyList<string> LineComments { get; init; } = [];

    /// <summary>What begins and what ends a comment of several lines.</summary>
    public IReadOnlyList<(string Open, string Close)> BlockComments { get; init; } = [];

    /// <summary>Longer openings before shorter ones.</summary>
    public IReadOnlyList<StringForm> Strings { get; init; } = [];

    /// <summary>Whether <c>'x'</c> is a character; the sign has other uses beside it.</summary>
    public bool Characters { get; init; }

    /// <summary>Whether a line may begin with a directive, such as <c>#include</c>.</summary>
    public bool Directives { get; init; }

    /// <summary>Whether strings are those of C#: raw with three quotes or more, verbatim after <c>@</c>.</summary>
    public bool IsCSharp { get; init; }

    /// <summary>Whether the text is made of tags.</summary>
    public bool IsMarkup { get; init; }
}
