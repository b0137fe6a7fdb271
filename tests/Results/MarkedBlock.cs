namespace TrivialLayers.Results;

/// <summary>The generated part of a page, between two marks; the rest is written by hand.</summary>
internal sealed class MarkedBlock
{
    /// <summary>The line before the generated part.</summary>
    public const string Begin = "<!-- results -->";

    /// <summary>The line after it.</summary>
    public const string End = "<!-- /results -->";

    private readonly string _before;
    private readonly string _after;

    private MarkedBlock(string before, string text, string after) => (_before, Text, _after) = (before, text, after);

    /// <summary>What stands there now.</summary>
    public string Text { get; }

    /// <summary>Finds the generated part of a page.</summary>
    /// <param name="page">The page.</param>
    /// <param name="name">Its name, for the message.</param>
    /// <exception cref="InvalidDataException">The marks are missing, doubled or out of order.</exception>
    public static MarkedBlock In(string page, string name)
    {
        var (begin, end) = (page.IndexOf(Begin + "\n", StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin || page.LastIndexOf(Begin, StringComparison.Ordinal) != begin || page.LastIndexOf(End, StringComparison.Ordinal) != end)
            throw new InvalidDataException($"{name} needs the line {Begin} once and, below it, the line {End} once: the generated part goes between them.");
        begin += Begin.Length + 1;
        return new(page[..begin], page[begin..end], page[end..]);
    }

    /// <summary>The page with another generated part.</summary>
    public string With(string text) => _before + text + _after;
}
