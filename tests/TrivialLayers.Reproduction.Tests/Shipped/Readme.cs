using System.Text.RegularExpressions;

namespace TrivialLayers.Tests;

/// <summary>The README, whose numbers are computed again from what ships.</summary>
internal static class Readme
{
    private static readonly string s_text = File.ReadAllText(Path.Combine(RepositoryFolder.Data, "..", "README.md"));

    /// <summary>Fails when these words are not in the README.</summary>
    public static void Demand(FormattableString words)
    {
        var demanded = FormattableString.Invariant(words);
        Assert.True(s_text.Contains(demanded, StringComparison.Ordinal), $"README.md is without these words:\n{demanded}");
    }

    /// <summary>How many lines are of that form.</summary>
    public static int Rows(string pattern) => Regex.Count(s_text, pattern, RegexOptions.Multiline);

    /// <summary>The cells of the row of a table that begins with this one.</summary>
    public static string[] Row(string first) =>
        Assert.Single(s_text.Split('\n'), line => line.StartsWith($"| {first} |", StringComparison.Ordinal)).Trim('|', ' ').Split(" | ");
}
