namespace TrivialLayers;

/// <summary>
/// Whether rankings agree: Kendall's tau, and a test of agreement within strata for claim C5.
/// </summary>
/// <remarks>
/// M. Kendall, <i>A new measure of rank correlation</i>, Biometrika 30 (1938) 81–93, and <i>The treatment of ties in ranking
/// problems</i>, Biometrika 33 (1945) 239–251 (tau-b); B. Phipson and G. Smyth, <i>Permutation p-values should never be zero</i>,
/// Statistical Applications in Genetics and Molecular Biology 9 (2010), article 39.
/// </remarks>
public static class RankAgreement
{
    /// <summary>Kendall's tau-b of two rankings, −1 to 1; NaN when one of them ties everything.</summary>
    /// <param name="first">One value an item, [N].</param>
    /// <param name="second">One value an item, in the same order, [N].</param>
    /// <exception cref="ArgumentException">Different lengths, fewer than two items, or a value that is not a number.</exception>
    public static double KendallTau(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        Check([first, second]);
        return Tau(Signs(first, AllPairs(first.Count)), Signs(second, AllPairs(first.Count)));
    }

    /// <summary>
    /// Agreement of several networks on which layers matter, beyond what role and position explain: the mean over pairs of networks of
    /// Kendall's tau-b over those pairs of layers that are in the same stratum, tested by permuting each network's drops within strata.
    /// </summary>
    /// <param name="drops">Drop of each layer in each network, [networks][layers]; the same layers in the same order.</param>
    /// <param name="strata">The stratum of each layer, [layers]: role and position in the unit, say "Residual/conv2".</param>
    /// <param name="level">Confidence level of the interval.</param>
    /// <param name="permutations">Random permutations; at least 100.</param>
    /// <param name="seed">Seed of the permutations.</param>
    /// <exception cref="ArgumentException">Fewer than two networks, lengths that differ, or no stratum of two layers or more.</exception>
    public static AgreementTest WithinStrata(IReadOnlyList<IReadOnlyList<double>> drops, IReadOnlyList<string> strata,
        double level = 0.95, int permutations = 10_000, int seed = 1)
    {
        Check(drops);
        ArgumentNullException.ThrowIfNull(strata);
        ArgumentOutOfRangeException.ThrowIfLessThan(permutations, 100);
        if (strata.Count != drops[0].Count)
            throw new ArgumentException($"{strata.Count} strata were given for {drops[0].Count} layers; each layer has one.", nameof(strata));
        var groups = Enumerable.Range(0, strata.Count).GroupBy(layer => strata[layer]).Select(group => group.ToArray()).Where(group => group.Length > 1).ToArray();
        if (groups.Length == 0)
            throw new ArgumentException("No stratum has two layers, so nothing can be permuted: use wider strata.", nameof(strata));
        var pairs = groups.SelectMany(group => group.SelectMany((a, i) => group.Skip(i + 1).Select(b => (a, b)))).ToArray();

        var shuffled = drops.Select(network => network.ToArray()).ToArray();
        var observed = MeanTau(shuffled, pairs);
        var draws = new SeededDraws(seed);
        var lucky = new double[permutations];
        for (var p = 0; p < permutations; p++)
        {
            foreach (var network in shuffled)
                foreach (var group in groups)
                    draws.Shuffle(network, group);
            lucky[p] = MeanTau(shuffled, pairs);
        }
        var atLeast = lucky.Count(value => value >= observed - 1e-12);
        Array.Sort(lucky);
        var tail = (1 - Interval.Checked(level)) / 2;
        var interval = new Interval(Math.Max(-1, observed - PairedInterval.Quantile(lucky, 1 - tail)), Math.Min(1, observed - PairedInterval.Quantile(lucky, tail)), level);
        return new AgreementTest(observed, interval, (1.0 + atLeast) / (1 + permutations), drops.Count);
    }

    private static double MeanTau(double[][] networks, (int, int)[] pairs)
    {
        var signs = networks.Select(network => Signs(network, pairs)).ToArray();
        double sum = 0;
        var count = 0;
        for (var i = 0; i < signs.Length; i++)
            for (var j = i + 1; j < signs.Length; j++, count++)
            {
                var tau = Tau(signs[i], signs[j]);
                // A network that ties all layers agrees with no order.
                if (!double.IsNaN(tau)) sum += tau;
            }
        return sum / count;
    }

    private static (int, int)[] AllPairs(int count) =>
        [.. Enumerable.Range(0, count).SelectMany(a => Enumerable.Range(a + 1, count - a - 1).Select(b => (a, b)))];

    private static int[] Signs(IReadOnlyList<double> values, (int A, int B)[] pairs)
    {
        var signs = new int[pairs.Length];
        for (var i = 0; i < pairs.Length; i++) signs[i] = values[pairs[i].A].CompareTo(values[pairs[i].B]);
        return signs;
    }

    private static double Tau(int[] first, int[] second)
    {
        long concordant = 0, untiedFirst = 0, untiedSecond = 0;
        for (var i = 0; i < first.Length; i++)
        {
            concordant += first[i] * second[i];
            untiedFirst += first[i] * first[i];
            untiedSecond += second[i] * second[i];
        }
        return concordant / Math.Sqrt((double)untiedFirst * untiedSecond);
    }

    private static void Check(IReadOnlyList<IReadOnlyList<double>> rankings)
    {
        ArgumentNullException.ThrowIfNull(rankings);
        if (rankings.Count < 2 || rankings[0].Count < 2)
            throw new ArgumentException("Agreement needs at least two rankings of at least two items.", nameof(rankings));
        if (rankings.Any(ranking => ranking.Count != rankings[0].Count))
            throw new ArgumentException($"The rankings have {string.Join(", ", rankings.Select(ranking => ranking.Count))} items; they must rank the same items in the same order.", nameof(rankings));
        if (rankings.Any(ranking => ranking.Any(double.IsNaN)))
            throw new ArgumentException("A ranked value is not a number.", nameof(rankings));
    }
}
