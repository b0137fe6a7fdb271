using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TrivialLayers.Tests;

/// <summary>What the README and the kept notebooks say of the claims is computed again from the shipped runs.</summary>
[Trait("Category", "Slow")]
public sealed partial class ShippedClaimsTests : IDisposable
{
    private const string WithStem = "With stem and shortcuts: ";
    private readonly ShippedRuns _shipped = new();

    public void Dispose() => _shipped.Dispose();

    [Fact]
    public void The_README_says_what_became_of_the_claims_on_the_sample()
    {
        var (wide, deep, plain, vgg) = (Sample(() => ResNet.ForSmallImages(20, 16, 10, 1)), Sample(() => ResNet.ForSmallImages(56, 8, 10, 1)),
            Sample(() => PlainNet.ForSmallImages(20, 16, 10, 1)), Sample(() => Vgg.ForSmallImages(11, 0.125, 10, 1)));
        List<(TrainedRun, Sweep)> grid = [.. from size in new[] { (8, 8), (8, 16), (8, 32), (14, 8), (14, 16), (14, 32), (20, 8), (20, 16), (20, 32), (56, 8) } from run in Sample(() => ResNet.ForSmallImages(size.Item1, size.Item2, 10, 1)) select run];

        Decided("C1", 1, ClaimRules.SomeLayersAreTrivial(Verdicts(wide, deep)));
        Decided("C2", 1, ClaimRules.EveryLayerIsNeeded(Verdicts(plain, vgg), Verdicts(wide)));
        var channels = ClaimRules.ChannelChangesMatterMore(Verdicts(grid)); // in the order of 05: the bootstrap draws by place
        Decided("C4", 1, channels);
        Decided("C5", 1, ClaimRules.TrivialPlacesAreRegular(SweepAgreement.Test(deep.ConvertAll(entry => entry.Sweep))));
        Decided("C6", 1, ClaimRules.UnitsBecomeTheIdentity(Units(1, _shipped.Sample, Recipe.Quick)));

        Readme.Demand($"{Assert.Single(channels.Because, reason => reason.StartsWith(WithStem, StringComparison.Ordinal))[WithStem.Length..].Replace(" points.", "", StringComparison.Ordinal)} with stem and shortcuts");
        Readme.Demand($"{Listed(deep, Verdict.Trivial)} of its 57 convolutions are Trivial, {Listed(deep, Verdict.Undecided)} Undecided");
        Assert.All([.. wide, .. deep, .. plain, .. vgg], entry => Assert.True(entry.Run.IsOverParameterised));
        Readme.Demand($"On Fashion-MNIST ResNet-56 has in {deep.Count(entry => entry.Sweep.Count(Verdict.Trivial) > 0)} of 3 trainings, ResNet-20 in none");
        Assert.Equal((0, 2), (wide.Sum(entry => entry.Sweep.Count(Verdict.Trivial)), wide.Count(entry => entry.Sweep.Count(Verdict.NonTrivial) == entry.Sweep.Targets.Count))); // two of three need every layer
        var sorted = wide.ConvertAll(entry => entry.Sweep.Targets.Select(layer => layer.Drop).Order().ToArray());
        var (least, median) = (sorted.ConvertAll(drops => drops[0]), sorted.ConvertAll(drops => drops[drops.Length / 2]));
        Readme.Demand($"cheapest layer costs {least.Min():F1} to {least.Max():F1} points, the median layer {median.Min():F1} to {median.Max():F1}");
    }

    [Fact]
    public void The_README_and_the_kept_summary_say_what_became_of_them_on_CIFAR_10()
    {
        var (data, few, recipe) = (_shipped.Cifar10, _shipped.FewOfCifar10, Profile.Reference.Recipe);
        var wide = _shipped.Seeds(() => ResNet.ForSmallImages(20, 16, 10, 3), data, recipe);
        var deep = _shipped.Seeds(() => ResNet.ForSmallImages(56, 8, 10, 3), few, Profile.Reference.Fit);
        using var plain = PlainNet.ForSmallImages(20, 16, 10, 3);
        using var vgg = Vgg.ForSmallImages(11, 0.25, 10, 3);
        List<(TrainedRun, Sweep)> without = [_shipped.Of(plain, data, recipe, 1), _shipped.Of(vgg, data, recipe, 1)];

        var decided = new Dictionary<string, ClaimDecision>
        {
            ["C1"] = ClaimRules.SomeLayersAreTrivial(Verdicts(wide, deep)),
            ["C2"] = ClaimRules.EveryLayerIsNeeded(Verdicts(without), Verdicts(wide)),
            ["C4"] = ClaimRules.ChannelChangesMatterMore(Verdicts(deep)),
            ["C5"] = ClaimRules.TrivialPlacesAreRegular(SweepAgreement.Test(deep.ConvertAll(entry => entry.Sweep))),
            ["C6"] = ClaimRules.UnitsBecomeTheIdentity(Units(3, data, recipe)),
        };
        foreach (var (claim, decision) in decided)
        {
            Decided(claim, 3, decision);
            Kept(claim, decision);
        }
        using var onAll = ResNet.ForSmallImages(56, 16, 10, 3);
        var sweep = _shipped.Of(onAll, data, recipe, 1).Sweep;
        Readme.Demand($"of a ResNet-56 {sweep.Count(Verdict.Trivial)} of {sweep.Targets.Count} convolutions is Trivial, {sweep.Count(Verdict.Undecided)} are Undecided; three ResNet-20 have neither");
        Assert.All(wide, entry => Assert.Equal(entry.Sweep.Targets.Count, entry.Sweep.Count(Verdict.NonTrivial)));
        Readme.Demand($"the cheapest costs {Listed(deep.ConvertAll(entry => entry.Sweep.Targets.Min(layer => layer.Drop).ToString("F2", CultureInfo.InvariantCulture)))} points, {Listed(deep, Verdict.Undecided)} layers are Undecided");
    }

    [Fact]
    public void The_README_says_what_became_of_long_connections()
    {
        var trained = new[]
        {
            _shipped.OfScenes(() => PlainEncoderDecoder.ForSmallImages(width: 8)), _shipped.OfScenes(() => UNet.ForSmallImages(width: 8)),
            _shipped.OfScenes(() => SegNet.ForSmallImages(width: 8)), _shipped.OfScenes(() => ResidualEncoderDecoder.ForSmallImages(width: 8)),
        };
        foreach (var seeds in trained)
        {
            string Counts(Verdict verdict) => string.Join(", ", seeds.Select(entry => entry.Sweep.Count(verdict)));
            Readme.Demand(
                $"| {seeds[0].Run.Network} | {string.Join(", ", seeds.Select(entry => entry.Sweep.Baseline.Value.ToString("F1", CultureInfo.InvariantCulture)))} % | {seeds[0].Sweep.Targets.Count} | {Counts(Verdict.Trivial)} | {Counts(Verdict.Undecided)} | {Counts(Verdict.NonTrivial)} |");
        }

        List<NetworkVerdicts> Of(params IEnumerable<List<(TrainedRun Run, Sweep Sweep)>> kinds) =>
            [.. kinds.SelectMany(kind => kind).Select(entry => entry.Sweep.Verdicts(entry.Run.Seed, entry.Run.TrainingAccuracy))];
        var decision = ClaimRules.LongConnectionsActLikeNone(Of(trained[0]), Of(trained[1], trained[2]), Of(trained[3]));
        Decided("C3", 1, decision);
        Kept("C3", decision);
        Readme.Demand($"SegNet is {trained[3].Average(entry => entry.Sweep.Baseline.Value) - trained[2].Average(entry => entry.Sweep.Baseline.Value):F1} points behind the residual one");
    }

    [Fact]
    public void The_picture_that_opens_the_README_is_drawn_from_the_shipped_sweeps()
    {
        using var deep = ResNet.ForSmallImages(56, 8, 10, 1);
        using var plain = PlainNet.ForSmallImages(20, 16, 10, 1);
        Sweep Sweep(SegmentedNetwork network) => _shipped.Of(network, _shipped.Sample, Recipe.Quick, 1).Sweep;
        var drawn = SweepFigures.ByLayer(("ResNet-56, with shortcuts", Sweep(deep)), ("PlainNet-20, without", Sweep(plain))).Svg;
        var file = Path.Combine(Notebooks, "answer.svg");
        if (File.Exists(file) && File.ReadAllText(file) == drawn)
            return;
        var fresh = Path.Combine(Path.GetTempPath(), "answer.svg");
        File.WriteAllText(fresh, drawn);
        Assert.Fail($"{Path.GetFullPath(file)} is not the picture of the shipped sweeps; {fresh} is: look at it, then copy it there.");
    }

    private static string Notebooks => Path.Combine(RepositoryFolder.Data, "..", "notebooks");

    private List<(TrainedRun Run, Sweep Sweep)> Sample(Func<SegmentedNetwork> make) => _shipped.Seeds(make, _shipped.Sample, Recipe.Quick);

    /// <summary>The units of three ResNet-20, measured as <c>02-zero-one-layer</c> measures them.</summary>
    private List<IReadOnlyList<UnitIdentity>> Units(int channels, DataSplit data, Recipe recipe)
    {
        var images = Profile.Part(data.Test, 5000);
        return [.. new long[] { 1, 2, 3 }.Select(seed =>
        {
            using var network = ResNet.ForSmallImages(20, 16, 10, channels);
            var sweep = _shipped.Of(network, data, recipe, seed).Sweep;
            return UnitDistances.Run(network, images).WithDropsOf(sweep);
        })];
    }

    private static List<NetworkVerdicts> Verdicts(params IEnumerable<List<(TrainedRun Run, Sweep Sweep)>> trained) =>
        [.. trained.SelectMany(seeds => seeds).Select(entry => entry.Sweep.Verdicts(entry.Run.Seed, entry.Run.TrainingAccuracy))];

    /// <summary>Compares verdict and effect of a claim with two cells of its row in the README, the first of them this one.</summary>
    private static void Decided(string claim, int cell, ClaimDecision decision) => Assert.Equal(
        [claim, ClaimWords.NameOf(decision.Verdict), ClaimWords.Effect(decision.Effect, decision.Interval)], [claim, .. Readme.Row(claim)[cell..(cell + 2)]]);

    private static string Listed(List<(TrainedRun Run, Sweep Sweep)> trained, Verdict verdict) => Listed(trained.ConvertAll(entry => entry.Sweep.Count(verdict).ToString(CultureInfo.InvariantCulture)));

    private static string Listed(List<string> three) => $"{three[0]}, {three[1]} and {three[2]}";

    /// <summary>Looks for verdict and effect of a claim in the outputs that <c>10-summary</c> is kept with.</summary>
    private static void Kept(string claim, ClaimDecision decision)
    {
        var cells = JsonNode.Parse(File.ReadAllText(Path.Combine(Notebooks, "10-summary.ipynb")))!["cells"]!.AsArray();
        var verdict = Assert.Single(cells, cell => cell!["metadata"]!["tags"] is JsonArray tags && tags.Any(tag => (string?)tag == "verdict"))!;
        var text = string.Concat(verdict["outputs"]!.AsArray().SelectMany(output => output!["data"]?["text/plain"]!.AsArray() ?? []).Select(line => (string?)line));
        Assert.Contains($"{claim} {ClaimWords.NameOf(decision.Verdict)} {ClaimWords.Effect(decision.Effect, decision.Interval)} ", Spaces().Replace(text, " "), StringComparison.Ordinal);
    }

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}
