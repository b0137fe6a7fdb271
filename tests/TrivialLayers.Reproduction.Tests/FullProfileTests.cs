using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TrivialLayers.Results;

namespace TrivialLayers.Tests;

/// <summary>The profile <c>full</c> is what a card ran: its networks ship, and <c>environment.md</c> says how long they take.</summary>
public sealed partial class FullProfileTests
{
    [Fact]
    [Trait("Category", "Slow")]
    public void The_networks_of_03_04_05_and_10_ship_with_their_sweeps()
    {
        Assert.SkipUnless(ShippedRuns.Has(Profile.Full.Dataset), $"{Profile.Full.Dataset} is not at hand: see data/README.md");
        using var shipped = new ShippedRuns();
        var (plan, data) = (Profile.Full, shipped.Images(Profile.Full.Dataset));
        (Func<SegmentedNetwork> Make, Recipe Recipe, int Seeds)[] asked =
        [
            (() => ResNet.ForSmallImages(20, 16), plan.Recipe, plan.Seeds),
            (() => ResNet.ForSmallImages(56, plan.FitWidth), plan.Fit, ClaimRules.Seeds),
            (() => PlainNet.ForSmallImages(20, 16), plan.Recipe, plan.SeedsWithoutShortcuts),
            (() => Vgg.ForSmallImages(plan.Vgg.Depth, plan.Vgg.Width), plan.Wide, plan.SeedsWithoutShortcuts),
            (() => ResNet.ForLargeImages(18, 10, 3, 64, smallImageStem: true), plan.Wide, 1),
        ];

        var runs = asked.SelectMany(network => shipped.Seeds(network.Make, data, network.Recipe, network.Seeds)).ToList();

        Assert.Equal(NetworkTable.OnCards.Order(), runs.Select(swept => swept.Run.Training).Distinct().Order());
        Assert.All(runs, swept => Assert.Equal("NVIDIA H200", swept.Run.Provenance.Processor));
        Assert.Equal((plan.FitWidth, plan.Recipe), (plan.DeepWidth, plan.Fit)); // one setting: the deep network of 10 is the first of 03
    }

    [Fact]
    public void The_environment_page_has_the_seconds_of_the_runs_that_ship()
    {
        var rows = Row().Matches(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "environment.md")));
        var seconds = OnCard().ToLookup(run => run["title"]!.GetValue<string>(), run => Math.Round(run["seconds"]!.GetValue<double>()));

        Assert.True(rows.Count >= 5);
        Assert.All(rows, row =>
        {
            var its = seconds[row.Groups["network"].Value].Order().ToList();
            Assert.Equal(its.Count == 0 ? "none ships" : its[0] == its[^1] ? $"{its[0]}" : $"{its[0]} to {its[^1]}", row.Groups["seconds"].Value);
            Assert.Contains(int.Parse(row.Groups["epochs"].Value, CultureInfo.InvariantCulture), new[] { Profile.Full.Recipe.Epochs, Profile.Full.Wide.Epochs });
        });
    }

    [Fact]
    public void Each_run_of_a_card_says_where_it_comes_from()
    {
        Assert.Equal(7, OnCard().Count());
        Assert.All(OnCard(), run =>
        {
            var provenance = run["provenance"]!;
            Assert.Equal("NVIDIA H200", provenance["processor"]!.GetValue<string>());
            Assert.Contains("CUDA", provenance["libTorch"]!.GetValue<string>(), StringComparison.Ordinal);
            Assert.Equal("tf32", run["identity"]!["recipe"]!["precision"]!.GetValue<string>());
        });
    }

    /// <summary>The shipped runs that a card trained, as their files have them.</summary>
    private static IEnumerable<JsonNode> OnCard() =>
        Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "data", "checkpoints"), "run.json", SearchOption.AllDirectories)
            .Select(file => JsonNode.Parse(File.ReadAllText(file))!).Where(run => run["provenance"]!["device"]?.GetValue<string>().StartsWith("cuda", StringComparison.Ordinal) is true);

    [GeneratedRegex(@"^\| (?<network>[^|]+) \| (?<epochs>\d+) \| [^|]+ \| [\d,]+ \| (?<seconds>[^|]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
