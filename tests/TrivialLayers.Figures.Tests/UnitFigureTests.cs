using System.Text.Json.Nodes;

namespace TrivialLayers.Tests;

public sealed class UnitFigureTests
{

    [Fact]
    public void Drop_stands_against_distance_with_the_line_of_the_claim_upright()
    {
        var figure = UnitFigures.DropAgainstDistance(("seed 1", SmallUnits.All), ("seed 2", SmallUnits.All[..2]));
        var json = JsonNode.Parse(figure.PlotlyJson!)!;
        var marks = json["data"]!.AsArray().Where(trace => trace!["text"] is not null).ToList();
        var first = marks[0]!;
        Assert.Equal([0.1, 0.05, 0.7], first["x"]!.AsArray().Select(x => (double)x!));
        Assert.Equal([0.2, -0.1, 42], first["y"]!.AsArray().Select(y => (double)y!));
        Assert.Equal("seed 1, layer2.0.conv1 zeroed: distance 0.700, drop 42.00 points", (string?)first["text"]![2]);
        Assert.NotEqual((string?)first["marker"]!["symbol"], (string?)marks[1]!["marker"]!["symbol"]);
        var upright = json["data"]!.AsArray().Where(trace => (string?)trace!["mode"] == "lines" && (double)trace["x"]![0]! == (double)trace["x"]![1]!);
        Assert.Equal(UnitIdentity.Near, (double)Assert.Single(upright)!["x"]![0]!);
        Assert.Contains("4 of 5", figure.Caption, StringComparison.Ordinal);
    }

    [Fact]
    public void Distances_have_a_panel_for_each_network()
    {
        var distances = SmallUnits.Measured();
        var figure = UnitFigures.DistanceByUnit(("seed 1", distances), ("seed 2", distances));
        var layout = JsonNode.Parse(figure.PlotlyJson!)!["layout"]!;
        Assert.Equal(["layer1.0", "layer2.0", "layer3.0"], layout["xaxis2"]!["ticktext"]!.AsArray().Select(name => (string)name!));
        Assert.Equal(18, figure.Table.Rows.Count);
        Assert.Equal("conv1 zeroed", figure.Table["state"][1]);
        Assert.Equal(9, distances.ToTable().Rows.Count);
    }

    [Fact]
    public void A_distance_that_is_no_number_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => UnitFigures.DropAgainstDistance(("seed 1", [new("layer1.0.conv1", double.PositiveInfinity, 1)])));
        Assert.Contains("not a finite number", error.Message, StringComparison.Ordinal);
    }
}
