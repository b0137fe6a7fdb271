
namespace TrivialLayers.Tests;

public sealed class ClaimTableTests
{
    [Fact]
    public void A_claim_without_a_record_shows_as_not_run_and_the_papers_numbers_stand_beside()
    {
        using var folder = new TemporaryFolder();
        Claims.Record("C1", ClaimVerdict.NotReproduced, 1.5, new Interval(1, 2, 0.75), "percent", Provenance.Current(), sources: ["a", "b"], notes: ["One of them has none."], folder: folder.Path);
        Claims.Record("C2", ClaimRules.EveryLayerIsNeeded([], []), Provenance.Current(), folder: folder.Path);
        File.WriteAllText(folder["paper.csv"], "claim,table,network,data,layer,quantity,value,unit\nC1,table 1,\"ResNet-20, wide\",CIFAR-10,layer1.0.conv1,drop,0.3,points\n");
        var table = ClaimTables.Summary(Claims.Load(folder.Path), "quick", PaperValue.Load(folder["paper.csv"]));
        Assert.Equal(7, table.Rows.Count);
        Assert.Equal("not reproduced", table["verdict"][0]);
        Assert.Equal("1.50 [1.00, 2.00] (75 %)", table["effect with interval"][0]);
        Assert.Equal("drop of layer1.0.conv1 in ResNet-20, wide on CIFAR-10: 0.3 points (table 1)", table["the paper"][0]);
        Assert.Equal(("undecided", "not measured"), (table["verdict"][1], table["effect with interval"][1]));
        Assert.Equal(("not run yet", ""), (table["verdict"][2], table["effect with interval"][2]));
        Assert.Equal(("quick", "05-deeper-and-wider", "Based on 2 training runs. One of them has none."), (table["profile"][0], table["notebook"][0], table["evidence"][0]));

        Claims.Record("C1", ClaimVerdict.Reproduced, 9, null, "percent", Provenance.Current(), profile: Profile.Full.With(smoke: true).Name, folder: folder.Path); // of twenty images: not among the others
        var other = ClaimTables.Summary(Claims.Load(folder.Path), "full");
        Assert.Equal(["C1 not run yet full", "C1 not reproduced quick", "C2 not run yet full", "C2 undecided quick", "C3 not run yet full"],
            Enumerable.Range(0, 5).Select(row => $"{other["claim"][row]} {other["verdict"][row]} {other["profile"][row]}"));
    }
}
