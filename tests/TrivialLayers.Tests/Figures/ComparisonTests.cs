using System.Text.Json.Nodes;
using TrivialLayers.Evidence;
using TrivialLayers.Figures;
using TrivialLayers.Models;
using TrivialLayers.Runtime;
using TrivialLayers.Training;

namespace TrivialLayers.Tests.Figures;

/// <summary>Tables and figures that set sweeps, claims and networks beside each other.</summary>
public sealed class ComparisonTests
{
    [Fact]
    public void Forty_things_compared_have_forty_marks() => Assert.Equal(40, Enumerable.Range(0, 40).Select(Palette.At).Distinct().Count());

    [Fact]
    public void Ways_of_changing_layers_stand_beside_zeroing_with_medians_by_role()
    {
        var zeroed = HandMadeSweep.Of("Net", ("conv1", LayerRole.Stem, 700, 0), ("a.conv1", LayerRole.Residual, 10, 0), ("a.conv2", LayerRole.Residual, 30, 0), ("b.conv1", LayerRole.ChannelChange, 300, 0));
        var reversed = HandMadeSweep.Of("Net", ("a.conv1", LayerRole.Residual, 50, 0), ("a.conv2", LayerRole.Residual, 40, 0));
        var table = zeroed.Against(("reversed", reversed));
        Assert.Equal(["zeroed", "reversed"], table["change"].Cast<string>());
        Assert.Equal(2.0, table["residual, median (points)"][0]);
        Assert.Equal(4.5, table["residual, median (points)"][1]);
        Assert.Equal(30.0, table["channel change, median (points)"][0]);
        Assert.Equal(double.NaN, table["channel change, median (points)"][1]);
        Assert.Equal(1.0, table["tau with zeroed"][0]);
        Assert.Equal(-1.0, table["tau with zeroed"][1]);
    }

    [Fact]
    public void Agreement_has_a_row_a_group()
    {
        var (one, two) = (HandMadeSweep.ResNetOf(20, "Net", 1), HandMadeSweep.ResNetOf(20, "Net", 2));
        var table = SweepTables.ToAgreementTable(("same", [one, one]), ("other", [one, two]));
        Assert.Equal(1.0, (double)table["mean tau within role and position"][0], 9);
        Assert.Equal(TrivialLayers.Zeroing.SweepAgreement.Test([one, two]).PValue, table["permutation p"][1]);
    }

    [Fact]
    public void Drop_stands_against_drop_with_the_line_where_they_are_the_same()
    {
        var figure = SweepFigures.DropAgainstDrop(("seed 1", HandMadeSweep.Small()), ("seed 2", HandMadeSweep.Of("Net", ("conv1", LayerRole.Stem, 100, 0), ("another", LayerRole.Stem, 1, 0))));
        var data = JsonNode.Parse(figure.PlotlyJson!)!["data"]!.AsArray();
        var marks = data.Single(trace => trace!["text"] is not null)!;
        Assert.Equal([68.0], marks["x"]!.AsArray().Select(x => (double)x!));
        Assert.Equal([10.0], marks["y"]!.AsArray().Select(y => (double)y!));
        var line = data.Single(trace => (string?)trace!["mode"] == "lines")!;
        Assert.Equal(line["x"]!.ToJsonString(), line["y"]!.ToJsonString());
        Assert.Contains("seed 2 costs more in 0 of 1 layers", figure.Caption, StringComparison.Ordinal);
        Assert.Equal(1, figure.Table.Rows.Count);
    }

    [Fact]
    public void A_claim_without_a_record_shows_as_not_run_and_the_papers_numbers_stand_beside()
    {
        using var folder = new TemporaryFolder();
        Claims.Record("C1", ClaimVerdict.NotReproduced, 1.5, new Interval(1, 2, 0.75), "percent", Provenance.Current(), sources: ["a", "b"], notes: ["One of them has none."], folder: folder.Path);
        Claims.Record("C2", ClaimRules.EveryLayerIsNeeded([], []), Provenance.Current(), folder: folder.Path);
        File.WriteAllText(folder["paper.csv"], "claim,table,network,data,layer,quantity,value,unit\nC1,table 1,\"ResNet-20, wide\",CIFAR-10,layer1.0.conv1,drop,0.3,points\n");
        var table = ClaimTables.Summary(Claims.Load(folder.Path), "quick", PaperValue.Load(folder["paper.csv"]));
        Assert.Equal(6, table.Rows.Count);
        Assert.Equal("not reproduced", table["verdict"][0]);
        Assert.Equal("1.50 [1.00, 2.00] (75 %)", table["effect with interval"][0]);
        Assert.Equal("drop of layer1.0.conv1 in ResNet-20, wide on CIFAR-10: 0.3 points (table 1)", table["the paper"][0]);
        Assert.Equal(("undecided", "not measured"), (table["verdict"][1], table["effect with interval"][1]));
        Assert.Equal(("not run yet", ""), (table["verdict"][2], table["effect with interval"][2]));
        Assert.Equal(("quick", "03-zero-each-layer", "2 trainings looked at. One of them has none."), (table["profile"][0], table["notebook"][0], table["evidence"][0]));

        Claims.Record("C1", ClaimVerdict.Reproduced, 9, null, "percent", Provenance.Current(), profile: Profile.Full.With(smoke: true).Name, folder: folder.Path); // of twenty images: not among the others
        var other = ClaimTables.Summary(Claims.Load(folder.Path), "full");
        Assert.Equal(["C1 not run yet full", "C1 not reproduced quick", "C2 not run yet full", "C2 undecided quick", "C3 not run yet full"],
            Enumerable.Range(0, 5).Select(row => $"{other["claim"][row]} {other["verdict"][row]} {other["profile"][row]}"));
    }

    [Theory]
    [InlineData("claim,value\nC1,1\n", "expected the columns claim,table")]
    [InlineData("claim,table,network,data,layer,quantity,value,unit\nC9,t,n,d,l,q,1,u\n", "line 2: there is no claim \"C9\"")]
    [InlineData("claim,table,network,data,layer,quantity,value,unit\nC1,t,n,d,l,q,1,u\nC1,t,n,d,l,q,many,u\n", "line 3: \"many\" is no number")]
    public void Numbers_of_the_paper_that_cannot_be_read_are_refused_with_their_line(string text, string reason)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["paper.csv"], text);
        Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => PaperValue.Load(folder["paper.csv"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_for_the_papers_numbers_ships_empty() => Assert.Empty(PaperValue.Load());

    [Fact]
    public void States_of_a_network_are_compared_with_the_first()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var (before, cost) = (Evaluation.Run(network, images), NetworkCost.Of(network, 1, 12, 12, repeats: 1));
        TrivialLayers.Pruning.Pruning.TakeOut(network, ["layer2.0.conv2"], 12, 12);
        var table = PruningTables.Of(("untouched", cost, before), ("taken out", NetworkCost.Of(network, 1, 12, 12, repeats: 1), Evaluation.Run(network, images)));
        Assert.Equal(0.0, table["drop (points)"][0]);
        Assert.Equal("", table["95 % interval"][0]);
        Assert.True((long)table["parameters"][1] < (long)table["parameters"][0]);
        Assert.Equal(before.Percent - (double)table["accuracy (%)"][1], (double)table["drop (points)"][1], 9);
    }
}
