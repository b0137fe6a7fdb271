using System.Text.Json.Nodes;

namespace TrivialLayers.Tests;

/// <summary>Tables and figures that set sweeps and networks beside each other.</summary>
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
}
