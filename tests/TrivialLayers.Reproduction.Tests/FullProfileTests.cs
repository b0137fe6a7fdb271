using System.Globalization;
using System.Text.RegularExpressions;
using TrivialLayers.Results;

namespace TrivialLayers.Tests;

/// <summary>The profile <c>full</c> is what a card ran: its networks ship, and <c>environment.md</c> says how long they take.</summary>
public sealed partial class FullProfileTests
{
    private const int TrainingImages = 45_000;

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
    public void The_environment_page_computes_each_time_from_the_pace_that_was_measured()
    {
        var rows = Row().Matches(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "environment.md")));

        Assert.True(rows.Count >= 5);
        Assert.All(rows, row =>
        {
            int Number(string name) => int.Parse(row.Groups[name].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
            Assert.Equal((int)Math.Round((double)Number("epochs") * TrainingImages / Number("pace")), Number("seconds"));
            Assert.Contains(Number("epochs"), new[] { Profile.Full.Recipe.Epochs, Profile.Full.Wide.Epochs });
        });
    }

    [GeneratedRegex(@"^\| [^|]+ \| (?<epochs>\d+) \| [^|]+ \| (?<pace>[\d,]+) \| (?<seconds>[\d,]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
