using System.Globalization;

namespace TrivialLayers.Results;

/// <summary>The sentences of the README's results; their numbers are computed.</summary>
internal static class Sentences
{
    /// <summary>A claim in a few words; the whole of it is in <see cref="Claims.All"/>.</summary>
    public static string Of(Claim claim) => claim.Id switch
    {
        "C1" => "In a trained ResNet, zeroing one kernel often costs little (we test: every training has a Trivial layer).",
        "C2" => "Networks without shortcuts, such as VGG, need every layer.",
        "C3" => "A long connection, as in U-Net, acts like none.",
        "C4" => "In an over-parameterised ResNet mostly the layers that change channels matter (we test: more often than other residual layers).",
        "C5" => "The same layers are trivial in every training (we test: their drops rank alike).",
        "C6" => $"A residual unit with one kernel zeroed is nearly the identity (we test: its median difference from it is at most {Words.Fixed(UnitIdentity.Near, 2)}).",
        "C7" => "*(ours)* At one width, the median drop of a residual layer falls with depth.",
        _ => claim.Sentence,
    };

    /// <summary>What was found for a claim, with numbers and intervals, behind its <see cref="Lead"/>.</summary>
    public static string Found(ClaimEvidence evidence, Evidence all)
    {
        if (!double.IsFinite(evidence.Decision.Effect) || evidence.Decision.Interval is not { } interval)
            return TooFew(evidence) ?? string.Join(' ', evidence.Decision.Because);
        IEnumerable<string> clauses = evidence.Claim.Id switch
        {
            "C1" => OfResNets(Evidence.OverParameterised(Evidence.Verdicts(all.Sizes))),
            "C2" => TrivialShares(ClaimRules.Comparable(Evidence.Verdicts(all.Plain, all.Vgg), "", Evidence.Verdicts(all.Wide), "").Networks.GroupBy(network => network.Architecture)),
            "C3" => LongConnections(all.Scenes!),
            "C4" => [$"{Words.Fixed(evidence.Decision.Effect, 1)} percentage points {interval.ToString(1)}"],
            "C5" or "C6" or "C7" => [interval.Around(evidence.Decision.Effect, 2)],
            _ => [$"{ClaimWords.Effect(evidence.Decision.Effect, interval)}, {evidence.Decision.Unit}"],
        };
        return string.Join("; ", clauses);
    }

    /// <summary>What stands before the number that was found for a claim; nothing where none was.</summary>
    public static string Lead(ClaimEvidence evidence, Evidence all) => evidence.Decision.Interval is null ? "" : evidence.Claim.Id switch
    {
        "C4" => "NonTrivial more often by ",
        "C5" => $"Kendall's tau of the drops in {Words.Number(all.Deep.Count)} {Words.Kind(all.Deep[0].Run.Network)}: ",
        "C6" => "median difference relative to the unit's output: ",
        "C7" => $"Kendall's tau over {Words.Number(all.ByDepth.DistinctBy(sized => sized.Depth).Count())} depths: ",
        _ => "",
    };

    /// <summary>What was found on some images beside the claims: a sentence for each set of training images.</summary>
    public static IEnumerable<string> Beside(Evidence all)
    {
        if (ReferenceEquals(all.Data, all.Few))
            return [On(all.Data, all.Deepest, all.Wide)];
        return [On(all.Few, all.Deep, all.Deep), On(all.Data, all.DeepOnAll, all.Wide), .. all.OnCard.Count == 0 ? [] : new[] { OnCard(all.Data, all.OnCard) }];
    }

    /// <summary>What the brackets are: one sentence.</summary>
    public static string Brackets(Evidence all)
    {
        Interval Of(string claim) => all.Claims.Single(evidence => evidence.Claim.Id == claim).Decision.Interval!.Value;
        return $"In brackets: for C1, C2, C3 and C6 the range over {Words.Number(ClaimRules.Seeds)} trainings; for C4 a {Percent(Of("C4").Level)} bootstrap interval over trainings (with only three, just their range); "
            + $"for C5 and C7 the estimate minus the central {Percent(Of("C5").Level)} of the permutation distribution, cut at -1 and 1.";
    }

    /// <summary>On how much the verdicts on layers rest: one sentence.</summary>
    public static string Measured(Evidence all)
    {
        var sweep = all.Wide[0].Sweep;
        return $"Each network is tested on {Words.Digits(sweep.Baseline.Count)} images (C3: {Words.Digits(all.Scenes!.Plain[0].Sweep.Baseline.Count)} scenes; distances in C6: {Words.Digits(Evidence.UnitImages)} images), with a margin of {sweep.Margin} and {Percent(sweep.Level)} intervals that are simultaneous over all layers of a network.";
    }

    /// <summary>How the networks of a table were trained: "10,800 training images, recipe <c>quick</c>, 10,000 test images"; on a GPU also which. Several recipes have their epochs beside them.</summary>
    public static string Training(IReadOnlyList<SweptRun> trainings, DataSplit data)
    {
        var gpus = trainings.Where(swept => swept.Run.Provenance.Device != "cpu").Select(swept => swept.Run.Provenance.Processor).Distinct().ToList();
        var recipes = trainings.DistinctBy(swept => swept.Run.Training).ToList();
        var named = recipes.Count == 1
            ? $"recipe `{recipes[0].Run.Training}`"
            : $"recipes {Words.Listed([.. recipes.Select(swept => $"`{swept.Run.Training}` ({swept.Run.History.Epochs.Count} epochs)")])}";
        return $"{Words.Digits(data.Train.Count)} training images, {named}, {Words.Digits(trainings[0].Sweep.Baseline.Count)} test images"
            + (gpus.Count == 0 ? "" : $", trained on an {Words.Listed(gpus)}");
    }

    /// <summary>"95 %".</summary>
    public static string Percent(double level) => string.Create(CultureInfo.InvariantCulture, $"{100 * level:0.#} %");

    private static string Fit => $"training accuracy at least {NetworkVerdicts.OverParameterisedFrom.ToString(CultureInfo.InvariantCulture)} %";

    private static string On(DataSplit data, IReadOnlyList<SweptRun> deep, IReadOnlyList<SweptRun> others)
    {
        var fitting = deep.Concat(others).Count(swept => swept.Run.IsOverParameterised);
        var fit = fitting == deep.Count + others.Count ? $"which these networks fit ({Fit})" : fitting > 0 ? $"which some of these networks fit ({Fit})" : $"which no network here fits ({Fit}) in {deep[0].Run.History.Epochs.Count} epochs";
        var drops = others.Select(swept => swept.Sweep.Targets.Select(layer => layer.Drop).Order().ToArray()).ToList();
        return $"On {Words.Digits(data.Train.Count)} training images, {fit}, {Words.Number(deep.Count)} {deep[0].Run.Network} {(deep.Count == 1 ? "has" : "have")} "
            + $"{Words.Counted(deep, Verdict.Trivial)} and {Words.Counted(deep, Verdict.Undecided)} layers among {(deep.Count == 1 ? "its" : "their")} {deep[0].Sweep.Targets.Count} convolutions. "
            + $"In {Words.Number(others.Count)} {others[0].Run.Network} the smallest drop is {Words.Range(drops.Select(layers => layers[0]), 1)} points, the median drop {Words.Range(drops.Select(layers => layers[layers.Length / 2]), 1)}.";
    }

    /// <summary>What the runs from a GPU show: the networks that do not need every layer, then the others.</summary>
    private static string OnCard(DataSplit data, IReadOnlyList<SweptRun> trainings)
    {
        var networks = trainings.GroupBy(swept => swept.Run.Network).Select(seeds => seeds.ToList()).ToList();
        var needing = networks.Where(seeds => seeds.All(swept => NeedsEveryLayer(swept.Verdicts))).ToList();
        string Medians(IEnumerable<SweptRun> swept) => $"{Words.Range(swept.Select(of => of.Sweep.MedianDrop()), 1)} points";
        var clauses = networks.Except(needing)
            .Select(seeds => $"{Words.Number(seeds.Count)} {seeds[0].Run.Network} have {Words.Counted(seeds, Verdict.Trivial)} and {Words.Counted(seeds, Verdict.Undecided)} layers among their {seeds[0].Sweep.Targets.Count} convolutions, and a median drop of {Medians(seeds)}");
        if (needing.Count > 0)
            clauses = clauses.Append($"every layer of {Words.Listed([.. needing.Select(seeds => Words.Kind(seeds[0].Run.Network))])} is NonTrivial, in one training each, with a median drop of {Medians(needing.SelectMany(seeds => seeds))}");
        return $"Trained on a GPU on {Words.Digits(data.Train.Count)} images (test accuracy {Words.Range(trainings.Select(swept => swept.Run.TestAccuracy), 1)} %): {string.Join("; ", clauses)}.";
    }

    /// <summary>"one training each of PlainNet-20 and VGG-11; the rule needs three."; null where that is not why a claim is undecided.</summary>
    private static string? TooFew(ClaimEvidence evidence)
    {
        var networks = evidence.Trainings.GroupBy(swept => Words.Kind(swept.Run.Network)).Where(seeds => seeds.Count() < ClaimRules.Seeds).ToList();
        var counts = networks.Select(seeds => seeds.Count()).Distinct().Order().ToList();
        return networks.Count == 0 ? null : $"{string.Join(" or ", counts.Select(Words.Number))} training{(counts is [1] ? "" : "s")}{(networks.Count == 1 ? "" : " each")} of {Words.Listed([.. networks.Select(seeds => seeds.Key)])}; the rule needs {Words.Number(ClaimRules.Seeds)}";
    }

    /// <summary>How many layers are Trivial, architecture by architecture: a clause each, those that have some first, and one for all in which every layer is needed.</summary>
    private static IEnumerable<string> TrivialShares(IEnumerable<IGrouping<string, NetworkVerdicts>> architectures)
    {
        var all = architectures.ToList();
        var needed = all.Where(seeds => seeds.All(NeedsEveryLayer)).ToList();
        foreach (var seeds in all.Except(needed).OrderByDescending(seeds => seeds.Any(network => network.Has(Verdict.Trivial))))
            yield return TrivialShare(seeds);
        if (needed.Count > 0)
            yield return $"all layers of {Words.Listed([.. needed.Select(seeds => Words.Named(seeds.Key))])} are NonTrivial";
    }

    /// <summary>The same for ResNets of many sizes: those that have Trivial layers, those with most first, and one clause for all others.</summary>
    private static IEnumerable<string> OfResNets(IEnumerable<IGrouping<string, NetworkVerdicts>> architectures)
    {
        var all = architectures.ToList();
        var some = all.Where(seeds => seeds.Any(network => network.Has(Verdict.Trivial))).OrderByDescending(seeds => seeds.Average(network => network.Share(Verdict.Trivial))).ToList();
        if (some.Count == 0 || all.Count - some.Count < 3)
            return TrivialShares(all);
        return some.Select((seeds, i) => i == 0 ? TrivialShare(seeds) : $"{Share(seeds)}'s").Append($"none in {Words.Number(all.Count - some.Count)} others");
    }

    private static string TrivialShare(IGrouping<string, NetworkVerdicts> seeds)
    {
        if (seeds.Any(network => network.Has(Verdict.Trivial)))
            return $"{Share(seeds)}'s layers are Trivial";
        return $"no layer of {Words.Named(seeds.Key)} is Trivial" + (seeds.Count(NeedsEveryLayer) is > 0 and var needing
            ? $", and in {Words.Number(needing)} of {Words.Number(seeds.Count())} trainings all are NonTrivial"
            : $", {Words.Range(seeds.Select(network => (double)network.Layers.Count(layer => layer.Verdict == Verdict.Undecided)), 0)} in each training are Undecided");
    }

    private static bool NeedsEveryLayer(NetworkVerdicts network) => network.Layers.All(layer => layer.Verdict == Verdict.NonTrivial);

    /// <summary>"5.3 % [1.8, 10.5] of ResNet-56".</summary>
    private static string Share(IGrouping<string, NetworkVerdicts> seeds)
    {
        double[] shares = [.. seeds.Select(network => network.Share(Verdict.Trivial))];
        return $"{Words.Fixed(shares.Average(), 1)} % [{Words.Fixed(shares.Min(), 1)}, {Words.Fixed(shares.Max(), 1)}] of {Words.Named(seeds.Key)}";
    }

    private static IEnumerable<string> LongConnections(EncoderDecoders scenes)
    {
        var residual = Evidence.Verdicts(scenes.Residual);
        var given = Evidence.Verdicts(scenes.UNet, scenes.SegNet, scenes.Plain);
        var compared = ClaimRules.Comparable(given, "", residual, "").Networks;
        return TrivialShares(compared.GroupBy(network => network.Architecture))
            .Concat(given.Except(compared).GroupBy(network => network.Architecture).Select(seeds => $"{Words.Named(seeds.Key)}, {Why(seeds)}, is not counted"));

        string Why(IEnumerable<NetworkVerdicts> seeds)
        {
            var behind = residual.Average(network => network.TestAccuracy) - seeds.Average(network => network.TestAccuracy);
            return Math.Abs(behind) <= ClaimRules.ComparableWithin ? "with too few trainings" : $"{Words.Fixed(Math.Abs(behind), 1)} points {(behind > 0 ? "less" : "more")} accurate";
        }
    }
}
