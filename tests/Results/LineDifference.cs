namespace TrivialLayers.Results;

/// <summary>How one text differs from another, line by line.</summary>
internal static class LineDifference
{
    /// <summary>The lines that go, with "- " before them, and those that come, with "+ ", in the order of the texts; none where they are the same.</summary>
    public static IReadOnlyList<string> Between(string old, string fresh)
    {
        var (before, after) = (old.Split('\n'), fresh.Split('\n'));
        var common = new int[before.Length + 1, after.Length + 1]; // the longest common lines from here to the ends
        for (var i = before.Length - 1; i >= 0; i--)
        {
            for (var j = after.Length - 1; j >= 0; j--)
                common[i, j] = before[i] == after[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        var lines = new List<string>();
        for (var (i, j) = (0, 0); i < before.Length || j < after.Length;)
        {
            if (i < before.Length && j < after.Length && before[i] == after[j])
                (i, j) = (i + 1, j + 1);
            else if (j == after.Length || (i < before.Length && common[i + 1, j] >= common[i, j + 1]))
                lines.Add("- " + before[i++]);
            else
                lines.Add("+ " + after[j++]);
        }

        return lines;
    }
}
