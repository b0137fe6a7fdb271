using System.Globalization;

namespace TrivialLayers.Results;

/// <summary>Numbers and names as sentences have them.</summary>
internal static class Words
{
    private static readonly string[] s_numbers = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

    /// <summary>"three", and "13" from thirteen on.</summary>
    public static string Number(int count) => count < s_numbers.Length ? s_numbers[count] : Digits(count);

    /// <summary>"10,800".</summary>
    public static string Digits(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>"2, 1 and 6".</summary>
    public static string Listed(IReadOnlyList<string> parts) => parts.Count < 2 ? string.Concat(parts) : $"{string.Join(", ", parts.SkipLast(1))} and {parts[^1]}";

    /// <summary>How many layers of each training have a verdict: "2, 1 and 6 Trivial", "no Trivial".</summary>
    public static string Counted(IReadOnlyList<SweptRun> trainings, Verdict verdict) =>
        $"{(trainings.All(swept => swept.Sweep.Count(verdict) == 0) ? Number(0) : Listed([.. trainings.Select(swept => Digits(swept.Sweep.Count(verdict)))]))} {verdict}";

    /// <summary>"1.5 to 5.3", or "1.5" where both ends are alike.</summary>
    public static string Range(IEnumerable<double> values, int decimals)
    {
        var ends = new[] { values.Min(), values.Max() }.Select(value => Fixed(value, decimals)).Distinct();
        return string.Join(" to ", ends);
    }

    /// <summary>"5.30" with two decimals.</summary>
    public static string Fixed(double value, int decimals) => value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>A network without its sizes: "ResNet-56" of "ResNet-56 (width 8)".</summary>
    public static string Kind(string network) => network.Split(" (")[0];

    /// <summary>The same inside a sentence: "ResNet-56", "the plain encoder–decoder".</summary>
    public static string Named(string network) => Kind(network) is var kind && kind.Contains(' ', StringComparison.Ordinal) ? $"the {char.ToLowerInvariant(kind[0])}{kind[1..]}" : kind;
}
