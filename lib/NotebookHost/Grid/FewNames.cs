namespace NotebookHost.Grid;

/// <summary>Names in a sentence: a few of them where there are many.</summary>
internal static class FewNames
{
    private const int Most = 5;

    public static string Of(IReadOnlyCollection<string> names) => string.Join(", ", names.Take(Most)) + (names.Count > Most ? ", …" : "");
}
