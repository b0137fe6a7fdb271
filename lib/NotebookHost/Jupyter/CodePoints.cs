namespace NotebookHost.Jupyter;

/// <summary>Positions in code: the protocol counts characters of Unicode, .NET the halves of which some are made.</summary>
internal static class CodePoints
{
    /// <summary>.NET's position for the protocol's; beyond the text, its end.</summary>
    public static int ToIndex(string text, int codePoints)
    {
        var index = 0;
        for (; codePoints > 0 && index < text.Length; codePoints--)
            index += char.IsSurrogatePair(text, index) ? 2 : 1;
        return index;
    }

    /// <summary>The protocol's position for .NET's.</summary>
    public static int FromIndex(string text, int index)
    {
        var codePoints = 0;
        for (var at = 0; at < index; codePoints++)
            at += char.IsSurrogatePair(text, at) ? 2 : 1;
        return codePoints;
    }
}
