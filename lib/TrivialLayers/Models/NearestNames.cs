namespace TrivialLayers;

/// <summary>The names a person may have meant, for error messages.</summary>
internal static class NearestNames
{
    /// <summary>Up to three known names, nearest first by edit distance.</summary>
    public static IReadOnlyList<string> To(string name, IEnumerable<string> known) =>
        [.. known.OrderBy(candidate => EditDistance(name, candidate)).ThenBy(candidate => candidate, StringComparer.Ordinal).Take(3)];

    /// <summary>Levenshtein (1966) distance: insertions, deletions and substitutions, by the two-row recurrence.</summary>
    private static int EditDistance(string a, string b)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        foreach (var (i, left) in a.Index())
        {
            var current = new int[b.Length + 1];
            current[0] = i + 1;
            foreach (var (j, right) in b.Index())
                current[j + 1] = Math.Min(Math.Min(current[j], previous[j + 1]) + 1, previous[j] + (left == right ? 0 : 1));
            previous = current;
        }

        return previous[b.Length];
    }
}
