
namespace TrivialLayers;

/// <summary>
/// Claim C4's effect: the share of NonTrivial layers among those that change the number of channels minus the share among residual
/// layers, the mean over trained networks, with a bootstrap interval over networks.
/// </summary>
/// <param name="Points">The mean difference, percentage points of share, −100 to 100.</param>
/// <param name="Interval">
/// Percentile bootstrap interval over networks (Efron and Tibshirani 1993, section 13.3). With three networks it is just their range,
/// since drawing the same one three times has a chance of 1 in 27: more seeds make it an interval worth the name.
/// </param>
public sealed record ShareDifference(double Points, Interval Interval)
{
    /// <summary>The difference in each network, percentage points.</summary>
    internal IReadOnlyList<double> ByNetwork { get; private init; } = [];

    /// <summary>Measures the difference.</summary>
    /// <param name="networks">Trained residual networks, at least one.</param>
    /// <param name="withStemAndShortcuts">Whether the stem and the projections on shortcuts count among the layers that change channels.</param>
    /// <param name="level">Confidence level.</param>
    /// <param name="resamples">Bootstrap samples, at least 1,000.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <exception cref="ArgumentException">No network, or one without layers of either group.</exception>
    public static ShareDifference Of(IReadOnlyList<NetworkVerdicts> networks, bool withStemAndShortcuts = false, double level = 0.95, int resamples = 10_000, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(networks);
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 1_000);
        if (networks.Count == 0) throw new ArgumentException("A difference of shares needs at least one trained network.", nameof(networks));
        double[] differences = [.. networks.Select(network => NonTrivial(network, role => ChangesChannels(role, withStemAndShortcuts)) - NonTrivial(network, role => role == LayerRole.Residual))];
        var draws = new SeededDraws(seed);
        var means = new double[resamples];
        for (var r = 0; r < resamples; r++)
        {
            for (var i = 0; i < differences.Length; i++) means[r] += differences[draws.Below(differences.Length)];
            means[r] /= differences.Length;
        }
        Array.Sort(means);
        var tail = (1 - Interval.Checked(level)) / 2;
        return new ShareDifference(differences.Average(), new Interval(PairedInterval.Quantile(means, tail), PairedInterval.Quantile(means, 1 - tail), level)) { ByNetwork = differences };
    }

    private static bool ChangesChannels(LayerRole role, bool withStemAndShortcuts) =>
        role == LayerRole.ChannelChange || (withStemAndShortcuts && (role is LayerRole.Stem or LayerRole.Shortcut));

    private static double NonTrivial(NetworkVerdicts network, Func<LayerRole, bool> among)
    {
        var layers = network.Layers.Where(layer => among(layer.Role)).ToArray();
        return layers.Length > 0
            ? 100.0 * layers.Count(layer => layer.Verdict == Verdict.NonTrivial) / layers.Length
            : throw new ArgumentException($"{network.Architecture} has no layers that change channels, or no residual ones: claim C4 is about residual networks with both.", nameof(network));
    }
}
