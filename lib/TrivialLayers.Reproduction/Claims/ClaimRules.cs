using System.Globalization;
using MathNet.Numerics.Statistics;

namespace TrivialLayers;

/// <summary>
/// The rules that decide the claims, as functions of what was measured. A claim is about trainings, so the unit is the trained network:
/// with fewer than three seeds every rule is <see cref="ClaimVerdict.Undecided"/>.
/// </summary>
/// <remarks>
/// Where a range over n seeds is given as an interval, its level is 1 − 2^(1 − n): the range covers the median over all seeds unless all
/// n fall on the same side of it (0.75 for three seeds, 0.94 for five).
/// </remarks>
public static class ClaimRules
{
    /// <summary>How many seeds of an architecture a rule needs.</summary>
    public const int Seeds = 3;

    /// <summary>How far below or above the ResNets' mean accuracy a network without connections may lie in C2, percentage points.</summary>
    public const double ComparableWithin = 3;

    /// <summary>The depth from which, by C7, the drop must fall at each step.</summary>
    private const int StepsFrom = 20;

    /// <summary>
    /// C1, on the over-parameterised ResNets given, architectures with fewer than three such seeds left out. Reproduced: each of these
    /// networks has at least one Trivial convolution. The opposite is shown by one over-parameterised network in which every convolution
    /// is NonTrivial, none Undecided: not reproduced. Else undecided.
    /// </summary>
    public static ClaimDecision SomeLayersAreTrivial(IReadOnlyList<NetworkVerdicts> resNets)
    {
        var (networks, notes) = Enough([.. resNets.Where(network => network.IsOverParameterised)], "over-parameterised ResNet");
        var without = networks.Where(network => network.Layers.All(layer => layer.Verdict == Verdict.NonTrivial)).ToArray();
        notes.AddRange(without
            .GroupBy(network => network.Architecture, (name, seeds) => (Name: name, How: $"{seeds.Count()} of {networks.Count(network => network.Architecture == name)} trainings"))
            .GroupBy(of => of.How, of => of.Name, (how, names) => $"Every convolution is needed in {how} of {string.Join(", ", names)}."));
        var with = networks.Count(network => network.Has(Verdict.Trivial));
        if (networks.Count > 0) notes.Add($"{with} of {networks.Count} over-parameterised trained networks have a Trivial convolution.");
        var verdict = networks.Count == 0 ? ClaimVerdict.Undecided :
            without.Length > 0 ? ClaimVerdict.NotReproduced :
            with == networks.Count ? ClaimVerdict.Reproduced : ClaimVerdict.Undecided;
        return TrivialShares(verdict, networks, notes);
    }

    /// <summary>
    /// C2, on those architectures without connections that have three seeds and a mean baseline within 3 points of the ResNets' mean.
    /// Reproduced: every layer of every network is NonTrivial (a layer left Undecided may be Trivial, so it does not show the rule to
    /// hold). The opposite is shown by one Trivial layer: not reproduced. Else undecided.
    /// </summary>
    /// <param name="withoutConnections">Plain and VGG networks.</param>
    /// <param name="resNets">The ResNets they are compared with, trained on the same data.</param>
    public static ClaimDecision EveryLayerIsNeeded(IReadOnlyList<NetworkVerdicts> withoutConnections, IReadOnlyList<NetworkVerdicts> resNets)
    {
        var (networks, notes) = Comparable(withoutConnections, "network without connections", resNets, "ResNets");
        return NoneTrivial(networks, notes);
    }

    /// <summary>
    /// C3: the rule of <see cref="EveryLayerIsNeeded"/>, applied to encoder–decoders without connections and to those with long ones, each compared with those with short ones.
    /// Reproduced only where both kinds have an architecture that can be compared.
    /// </summary>
    /// <param name="withoutConnections">Encoder–decoders without connections.</param>
    /// <param name="withLong">Those with long connections: U-Net, SegNet.</param>
    /// <param name="withShort">Those with short connections, built of residual units and trained on the same data. Accuracies are those of the sweep's measure, in percent.</param>
    public static ClaimDecision LongConnectionsActLikeNone(
        IReadOnlyList<NetworkVerdicts> withoutConnections, IReadOnlyList<NetworkVerdicts> withLong, IReadOnlyList<NetworkVerdicts> withShort)
    {
        const string others = "networks with short connections";
        var (none, notes) = Comparable(withoutConnections, "network without connections", withShort, others);
        var (connected, further) = Comparable(withLong, "network with long connections", withShort, others);
        var decision = NoneTrivial([.. none, .. connected], [.. notes, .. further]);
        return decision.Verdict == ClaimVerdict.Reproduced && (none.Count == 0 || connected.Count == 0) ? decision with { Verdict = ClaimVerdict.Undecided } : decision;
    }

    /// <summary>
    /// C4, on the over-parameterised ResNets given, architectures with fewer than three such seeds left out. Reproduced: the difference
    /// of shares lies above 0 with its whole interval, both with and without stem and shortcuts. Not reproduced: it lies below 0 both
    /// times. Else undecided. The effect given is that without stem and shortcuts.
    /// </summary>
    public static ClaimDecision ChannelChangesMatterMore(IReadOnlyList<NetworkVerdicts> resNets)
    {
        const string unit = "share of NonTrivial layers among those that change channels, minus the share among other residual layers, percentage points";
        var (networks, notes) = Enough([.. resNets.Where(network => network.IsOverParameterised)], "over-parameterised ResNet");
        if (networks.Count == 0) return Decision(ClaimVerdict.Undecided, [], unit, notes);
        var without = ShareDifference.Of(networks);
        var with = ShareDifference.Of(networks, withStemAndShortcuts: true);
        notes.Add($"With stem and shortcuts: {with.Interval.Around(with.Points)} points.");
        if (networks.Count <= Seeds) notes.Add($"With only {networks.Count} trainings, the bootstrap interval is just their range.");
        return new ClaimDecision(
            Sign(without.Interval) == Sign(with.Interval) ? Sign(without.Interval) : ClaimVerdict.Undecided, without.Points, without.Interval, unit, notes);
    }

    /// <summary>
    /// C5, on networks of one architecture and different seeds. Reproduced: the agreement within strata lies above 0 with its whole
    /// interval (one-sided permutation p below 2.5 %). Not reproduced: it lies below 0. Else undecided.
    /// </summary>
    /// <param name="agreement">The test, made with <see cref="RankAgreement.WithinStrata"/>.</param>
    public static ClaimDecision TrivialPlacesAreRegular(AgreementTest agreement)
    {
        List<string> notes = [FormattableString.Invariant($"Permutation p = {agreement.PValue:G3}, {agreement.Networks} trained networks.")];
        if (agreement.Networks < Seeds) notes.Add($"The rule needs {Seeds} trained networks.");
        return new ClaimDecision(agreement.Networks < Seeds ? ClaimVerdict.Undecided : Sign(agreement.Interval), agreement.Agreement, agreement.Interval,
            "rank agreement of drops between trainings, within role and position in the unit, Kendall's tau", notes);
    }

    /// <summary>
    /// C6. Reproduced: in every network the median unit is nearly the identity after zeroing (distance at most 0.25), and units nearer to
    /// it lose less accuracy (Kendall's tau of distance and drop above 0). The opposite is shown when in every network the median unit is
    /// farther than that: not reproduced. Else undecided.
    /// </summary>
    /// <param name="networks">For each trained network its residual units after zeroing, one record for each zeroed kernel of a branch, at least two of them.</param>
    public static ClaimDecision UnitsBecomeTheIdentity(IReadOnlyList<IReadOnlyList<UnitIdentity>> networks)
    {
        double[] medians = [.. networks.Select(units => units.Select(unit => unit.Distance).Median())];
        double[] costs = [.. networks.Select(units => RankAgreement.KendallTau([.. units.Select(unit => unit.Distance)], [.. units.Select(unit => unit.Drop)]))];
        List<string> notes = [$"Kendall's tau of distance and drop, in each training: {string.Join(", ", costs.Select(tau => tau.ToString("F2", CultureInfo.InvariantCulture)))}."];
        if (networks.Count < Seeds) notes.Add($"Only {networks.Count} trained networks were given; the rule needs {Seeds}.");
        var verdict = networks.Count < Seeds ? ClaimVerdict.Undecided :
            medians.All(distance => distance <= UnitIdentity.Near) && costs.All(tau => tau > 0) ? ClaimVerdict.Reproduced :
            medians.All(distance => distance > UnitIdentity.Near) ? ClaimVerdict.NotReproduced : ClaimVerdict.Undecided;
        return Decision(verdict, medians, $"median over units of {UnitIdentity.Formula}, mean over trainings with their range", notes);
    }

    /// <summary>
    /// C7, on the ResNets given, architectures with fewer than three seeds left out. A training's value is the median drop of its residual layers. Reproduced: Kendall's tau of depth and value lies
    /// below 0 with its whole interval, when permuting within a width, and the value falls in at least two of three seeds at each step from one depth to the next, from depth 20 on. Not reproduced: tau
    /// lies above 0 with its whole interval. Else undecided.
    /// </summary>
    /// <param name="resNets">Trained ResNets of several depths, of one width or more.</param>
    public static ClaimDecision DropFallsWithDepth(IReadOnlyList<SizedNetwork> resNets)
    {
        const string unit = "rank correlation between depth and the median drop of the residual layers, within a width, Kendall's tau";
        ArgumentNullException.ThrowIfNull(resNets);
        var (enough, notes) = Enough([.. resNets.Select(sized => sized.Network)], "ResNet");
        var networks = resNets.Where(sized => enough.Contains(sized.Network)).Select(sized => (sized.Depth, sized.Width, sized.Network.Seed, Value: sized.Network.MedianDrop(LayerRole.Residual))).ToList();
        var steps = networks.GroupBy(network => network.Width).SelectMany(Steps).ToList();
        if (steps.Count == 0)
            return new ClaimDecision(ClaimVerdict.Undecided, double.NaN, null, unit, [.. notes, $"The rule needs two depths of one width, from {StepsFrom} on."]);

        var test = RankAgreement.WithinStrata([[.. networks.Select(network => (double)network.Depth)], [.. networks.Select(network => network.Value)]],
            [.. networks.Select(network => network.Width.ToString(CultureInfo.InvariantCulture))]);
        notes.AddRange(steps.Select(step => string.Create(CultureInfo.InvariantCulture, $"From ResNet-{step.From} to ResNet-{step.To} (width {step.Width}) the median drop falls in {step.Falls} of {step.Seeds} seeds.")));
        var falls = steps.All(step => 3 * step.Falls >= 2 * step.Seeds);
        return new ClaimDecision(
            test.Interval.High < 0 && falls ? ClaimVerdict.Reproduced : test.Interval.Low > 0 ? ClaimVerdict.NotReproduced : ClaimVerdict.Undecided, test.Agreement, test.Interval, unit, notes);

        static IEnumerable<(int Width, int From, int To, int Falls, int Seeds)> Steps(IGrouping<int, (int Depth, int Width, long Seed, double Value)> width)
        {
            var depths = width.Where(network => network.Depth >= StepsFrom).GroupBy(network => network.Depth).OrderBy(depth => depth.Key).ToList();
            return depths.Zip(depths.Skip(1), (from, to) =>
            {
                var pairs = from.Join(to, network => network.Seed, network => network.Seed, (before, after) => after.Value < before.Value).ToList();
                return (width.Key, from.Key, to.Key, pairs.Count(fell => fell), pairs.Count);
            });
        }
    }

    /// <summary>The networks of the architectures that have enough seeds and a mean baseline near that of others, and a note on each that is left out.</summary>
    internal static (List<NetworkVerdicts> Networks, List<string> Notes) Comparable(IReadOnlyList<NetworkVerdicts> given, string kind, IReadOnlyList<NetworkVerdicts> others, string otherKind)
    {
        var (enough, notes) = Enough(given, kind);
        if (others.Count == 0) notes.Add($"No {otherKind} to compare the baselines with.");
        var networks = new List<NetworkVerdicts>();
        foreach (var seeds in enough.GroupBy(network => network.Architecture).Where(_ => others.Count > 0))
        {
            var behind = others.Average(network => network.TestAccuracy) - seeds.Average(network => network.TestAccuracy);
            if (Math.Abs(behind) <= ComparableWithin) networks.AddRange(seeds);
            else notes.Add(FormattableString.Invariant($"{seeds.Key} is left out: its baseline is {Math.Abs(behind):F1} points {(behind > 0 ? "below" : "above")} that of the {otherKind}."));
        }
        return (networks, notes);
    }

    private static ClaimDecision NoneTrivial(List<NetworkVerdicts> networks, List<string> notes)
    {
        notes.AddRange(networks.Where(network => network.Has(Verdict.Trivial)).Select(network =>
            $"Trivial in {Name(network)}: {string.Join(", ", network.Layers.Where(layer => layer.Verdict == Verdict.Trivial).Select(layer => layer.Layer))}."));
        if (networks.Sum(network => network.Layers.Count(layer => layer.Verdict == Verdict.Undecided)) is > 0 and var undecided)
            notes.Add($"Undecided layers: {undecided}.");
        var verdict = networks.Count == 0 ? ClaimVerdict.Undecided :
            networks.Any(network => network.Has(Verdict.Trivial)) ? ClaimVerdict.NotReproduced :
            networks.Any(network => network.Has(Verdict.Undecided)) ? ClaimVerdict.Undecided : ClaimVerdict.Reproduced;
        return TrivialShares(verdict, networks, notes);
    }

    /// <summary>A decision whose effect is the share of Trivial layers in the architecture that has most of them; notes have the shares of the others.</summary>
    private static ClaimDecision TrivialShares(ClaimVerdict verdict, List<NetworkVerdicts> networks, List<string> notes)
    {
        if (networks.Count == 0)
            return Decision(verdict, [], "Trivial layers, percent of the convolutions", notes);
        var shares = networks.GroupBy(network => network.Architecture, (name, seeds) => (Name: name, Values: seeds.Select(network => network.Share(Verdict.Trivial)).ToArray()))
            .OrderByDescending(of => of.Values.Average()).ToList();
        var others = shares.Skip(1).ToLookup(of => of.Values.Max() > 0);
        notes.AddRange(others[true].Select(of => $"{of.Name}: {Range(of.Values).Around(of.Values.Average(), 2)} % Trivial."));
        if (others[false].Any()) notes.Add($"No layer is Trivial in {string.Join(", ", others[false].Select(of => of.Name))}.");
        return Decision(verdict, shares[0].Values, $"Trivial layers of {shares[0].Name}, percent of its convolutions, mean over trainings with their range", notes);
    }

    private static ClaimVerdict Sign(Interval interval) =>
        interval.Low > 0 ? ClaimVerdict.Reproduced : interval.High < 0 ? ClaimVerdict.NotReproduced : ClaimVerdict.Undecided;

    private static string Name(NetworkVerdicts network) => string.Create(CultureInfo.InvariantCulture, $"{network.Architecture}, seed {network.Seed}");

    /// <summary>The networks of the architectures that have enough seeds, and a note on each that does not.</summary>
    internal static (List<NetworkVerdicts> Networks, List<string> Notes) Enough(IReadOnlyList<NetworkVerdicts> networks, string kind)
    {
        List<NetworkVerdicts> enough = [];
        List<string> notes = [];
        foreach (var architecture in networks.GroupBy(network => network.Architecture))
        {
            var seeds = architecture.DistinctBy(network => network.Seed).ToArray();
            if (seeds.Length >= Seeds) enough.AddRange(seeds);
            else notes.Add($"{architecture.Key} is left out: only {seeds.Length} {(seeds.Length == 1 ? "training qualifies" : "trainings qualify")}; the rule needs {Seeds}.");
        }
        if (networks.Count == 0) notes.Add($"No {kind} was given.");
        return (enough, notes);
    }

    private static ClaimDecision Decision(ClaimVerdict verdict, IEnumerable<double> byNetwork, string unit, IReadOnlyList<string> notes)
    {
        double[] values = [.. byNetwork];
        return new ClaimDecision(verdict, values.Length == 0 ? double.NaN : values.Average(),
            values.Length < 2 ? null : Range(values), unit, notes);
    }

    // Beyond 50 networks the level of their range rounds to 1.
    private static Interval Range(double[] values) => new(values.Min(), values.Max(), 1 - Math.Pow(2, 1 - Math.Min(50, values.Length)));
}
