using System.Globalization;
using System.Text.RegularExpressions;
using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>The points that a command line asks for: every combination of the values given with <c>--set</c>, the last one varying fastest.</summary>
internal static partial class PointProduct
{
    /// <summary>More is taken for a slip of the keyboard.</summary>
    private const int MostPoints = 1_000_000;

    /// <summary>Makes the product.</summary>
    /// <param name="notebook">The notebook of all points.</param>
    /// <param name="sets">Each <c>name=a,b</c>: values separated by commas, in quotes where they hold one; <c>1..5</c> counts.</param>
    /// <param name="given">Values that all points share.</param>
    /// <exception cref="RunException">A set is not of this form, or a parameter is given twice.</exception>
    public static IReadOnlyList<GridPoint> Of(string notebook, IReadOnlyList<string> sets, IReadOnlyDictionary<string, string> given)
    {
        var axes = sets.Select(Axis).ToList();
        foreach (var name in axes.Select(axis => axis.Name).Concat(given.Keys).GroupBy(name => name).Where(group => group.Count() > 1))
            throw new RunException($"The parameter {name.Key} is given twice; give it once, with --set or with -p.");
        foreach (var name in axes.Select(axis => axis.Name).Concat(given.Keys).Where(name => name is PointsFile.Id or PointsFile.Notebook))
            throw new RunException($"A parameter called {name} cannot be set in a grid: the list of points has a column of that name. Rename the notebook's parameter.");
        var count = axes.Aggregate(1L, (product, axis) => Math.Min(product * axis.Values.Count, MostPoints + 1));
        if (count > MostPoints)
            throw new RunException(FormattableString.Invariant($"These --set values make more than {MostPoints:N0} points, the maximum."));
        IEnumerable<IEnumerable<KeyValuePair<string, string>>> combinations = [[]];
        foreach (var axis in axes)
            combinations = combinations.SelectMany(sofar => axis.Values.Select(value => sofar.Append(KeyValuePair.Create(axis.Name, value))));
        return [.. combinations.Select((values, index) => new GridPoint(PointsFile.Numbered(index, (int)count), notebook, new OrderedDictionary<string, string>(values.Concat(given))))];
    }

    private static (string Name, IReadOnlyList<string> Values) Axis(string set)
    {
        var at = set.IndexOf('=', StringComparison.Ordinal);
        if (at <= 0)
            throw new RunException($"--set {set}: write name=a,b or name=1..5, for example --set seed=1..5.");
        var (name, list) = (set[..at].Trim(), set[(at + 1)..]);
        var values = Items(set, list).SelectMany(item => Values(set, item)).ToList();
        if (values.Count == 0)
            throw new RunException($"--set {set}: no value is given for {name}.");
        if (values.GroupBy(value => value).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new RunException($"--set {set}: the value '{twice.Key}' is given twice.");
        return (name, values);
    }

    private static IReadOnlyList<string?> Items(string set, string list)
    {
        try
        {
            return CsvText.Parse(list) switch
            {
                [] => [],
                [var (_, fields)] => fields,
                _ => throw new RunException("expected one line"),
            };
        }
        catch (RunException e)
        {
            throw new RunException($"--set {set}: {e.Message}.");
        }
    }

    private static IEnumerable<string> Values(string set, string? item)
    {
        if (item is null)
            throw new RunException($"--set {set}: there is nothing between two commas; write the empty string as \"\".");
        if (CountPattern().Match(item) is not { Success: true } range)
            return [item];
        if (!long.TryParse(range.Groups[1].Value, CultureInfo.InvariantCulture, out var first) || !long.TryParse(range.Groups[2].Value, CultureInfo.InvariantCulture, out var last) || first > last)
            throw new RunException($"--set {set}: {item} is an empty range; write the smaller number first.");
        if (last - first >= MostPoints)
            throw new RunException(FormattableString.Invariant($"--set {set}: {item} has more than {MostPoints:N0} values, the maximum."));
        return Enumerable.Range(0, (int)(last - first) + 1).Select(step => (first + step).ToString(CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"^(-?\d+)\.\.(-?\d+)$", RegexOptions.CultureInvariant)]
    private static partial Regex CountPattern();
}
