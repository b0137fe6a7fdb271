using System.Globalization;
using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>The order in which the points of a grid are begun: that of their list, or by parameters.</summary>
internal static class PointOrder
{
    /// <summary>Points by the parameters named, the first one counting most; equal ones stay in the order of the list.</summary>
    /// <param name="states">The points.</param>
    /// <param name="priority">Names separated by commas, smallest values first; <c>-name</c> for largest first; null for the list's order.</param>
    /// <exception cref="RunException">No point has a parameter of that name.</exception>
    public static IReadOnlyList<PointState> Of(IReadOnlyList<PointState> states, string? priority)
    {
        IOrderedEnumerable<PointState>? ordered = null;
        foreach (var named in (priority ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var name = named.TrimStart('-');
            if (!states.Any(state => state.Point.Parameters.ContainsKey(name)))
                throw new RunException($"--priority {named}: no point sets {name}. They set: {string.Join(", ", states.SelectMany(state => state.Point.Parameters.Keys).Distinct())}.");
            var descending = named.StartsWith('-');
            ordered = ordered is null
                ? descending ? states.OrderByDescending(Value, ByValue) : states.OrderBy(Value, ByValue)
                : descending ? ordered.ThenByDescending(Value, ByValue) : ordered.ThenBy(Value, ByValue);

            string? Value(PointState state) => state.Point.Parameters.GetValueOrDefault(name);
        }

        return ordered is null ? states : [.. ordered];
    }

    /// <summary>Numbers by size and before texts; no value first of all.</summary>
    private static Comparer<string?> ByValue { get; } = Comparer<string?>.Create((one, other) => (Number(one), Number(other)) switch
    {
        ({ } first, { } second) => first.CompareTo(second),
        ({ }, null) when other is not null => -1,
        (null, { }) when one is not null => 1,
        _ => string.CompareOrdinal(one, other),
    });

    private static double? Number(string? text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
}
