using System.Diagnostics;

namespace TrivialLayers.Benchmarks;

/// <summary>Measures alternatives in turn, A B C A B C …, so that a machine whose pace drifts is the same to all of them.</summary>
internal static class Turns
{
    public const int Repeats = 3;

    /// <summary>The median of each alternative's figures.</summary>
    public static IReadOnlyList<double> Medians(params IReadOnlyList<Func<double>> alternatives) => Medians(Repeats, alternatives);

    /// <summary>The same, in so many turns each.</summary>
    public static IReadOnlyList<double> Medians(int repeats, params IReadOnlyList<Func<double>> alternatives) =>
        [.. Figures(repeats, alternatives).Select(list => list.Order().ElementAt(list.Count / 2))];

    /// <summary>Each alternative's figures, turn by turn.</summary>
    public static IReadOnlyList<IReadOnlyList<double>> Figures(int repeats, params IReadOnlyList<Func<double>> alternatives)
    {
        var figures = alternatives.Select(_ => new List<double>()).ToList();
        for (var repeat = 0; repeat < repeats; repeat++)
        {
            foreach (var (alternative, list) in alternatives.Zip(figures))
                list.Add(alternative());
        }

        return figures;
    }

    /// <summary>How long some work takes, in seconds.</summary>
    /// <param name="work">The work.</param>
    /// <param name="warmUp">A little of the same, done before and not timed: after another alternative's turn, caches and threads are cold.</param>
    public static double Seconds(Action work, Action? warmUp = null)
    {
        warmUp?.Invoke();
        var clock = Stopwatch.StartNew();
        work();
        return clock.Elapsed.TotalSeconds;
    }
}
