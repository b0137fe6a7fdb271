using System.Globalization;
using Microsoft.Data.Analysis;

namespace TrivialLayers.Tests;

public sealed class SweepTableTests
{
    [Fact]
    public void A_table_has_a_row_a_layer_with_what_zeroing_did()
    {
        var table = HandMadeSweep.Small().ToTable();
        Assert.Equal(4, table.Rows.Count);
        var row = table.Columns.ToDictionary(column => column.Name, column => column[2]);
        Assert.Equal("layer2.0.conv1", row["layer"]);
        Assert.Equal("channel change", row["role"]);
        Assert.Equal((16L, 32L, "3×3", 2L, "yes", 4608L), (row["in"], row["out"], row["kernel"], row["stride"], row["changes channels"], row["parameters"]));
        Assert.Equal(85.0, row["accuracy (%)"]);
        Assert.Equal(5.0, row["drop (points)"]);
        Assert.InRange((double)row["low (points)"], 1, 5);
        Assert.InRange((double)row["high (points)"], 5, 9);
        Assert.Equal((60L, 10L, 94.0, 0.25), (row["lost"], row["gained"], row["agreement (%)"], row["cross-entropy change (nats)"]));
        Assert.Equal("NonTrivial", row["verdict"]);
    }

    [Fact]
    public void A_summary_counts_verdicts_at_three_margins()
    {
        var sweep = HandMadeSweep.Small();
        var row = new[] { sweep, sweep }.ToSummaryTable();
        Assert.Equal(2, row.Rows.Count);
        Assert.Equal((1L, 2L, 1L), (row["Trivial"][0], row["NonTrivial"][0], row["Undecided"][0]));
        Assert.Equal((long)sweep.Count(Verdict.Trivial, new Margin(2)), row["Trivial at 2 points"][1]);
        Assert.Equal(90.0, row["baseline (%)"][0]);
        Assert.Equal(sweep.SmallestResolvableDrop, row["smallest resolvable drop (points)"][0]);
    }

    [Fact]
    public void A_summary_begins_with_accuracy_and_verdicts_and_ends_with_the_images()
    {
        var sweep = HandMadeSweep.Small();
        Assert.Equal(["network", "baseline (%)", "layers", "Trivial", "NonTrivial", "Undecided"], Names(new[] { sweep }.ToSummaryTable()).Take(6));
        Assert.Equal(["images", "image count"], Names(new[] { sweep }.ToSummaryTable()).TakeLast(2));

        static IEnumerable<string> Names(DataFrame table) => table.Columns.Select(column => column.Name);
    }

    [Fact]
    public void Csv_gives_back_every_number_and_every_outcome()
    {
        var sweep = HandMadeSweep.ResNetOf(20, "ResNet-20");
        var lines = sweep.ToCsv(perImage: true).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var header = lines[0].Split(',');
        Assert.Equal(SweepTables.CsvHeader + ",right", lines[0]);
        Assert.Equal(sweep.Targets.Count + 2, lines.Length);
        Assert.All(lines, line => Assert.Equal(header.Length, line.Split(',').Length));
        Assert.Equal(sweep.Baseline.Outcomes!.ToArray(), lines[1].Split(',')[^1].Select(bit => bit == '1'));
        foreach (var (layer, line) in sweep.Targets.Zip(lines.Skip(2)))
        {
            var cells = header.Zip(line.Split(',')).ToDictionary();
            Assert.Equal(layer.Layer.Name, cells["layer"]);
            Assert.Equal(layer.Interval.Low, double.Parse(cells["drop_low"], CultureInfo.InvariantCulture));
            Assert.Equal(layer.Drop, double.Parse(cells["drop_points"], CultureInfo.InvariantCulture));
            Assert.Equal(layer.Verdict, Enum.Parse<Verdict>(cells["verdict"]));
            Assert.Equal(layer.Measured.Outcomes!.ToArray(), cells["right"].Select(bit => bit == '1'));
        }
    }

    [Fact]
    public void A_name_with_a_comma_is_quoted()
    {
        var csv = HandMadeSweep.Of("Net", ("a,\"b\"", LayerRole.Unspecified, 1, 0)).ToCsv();
        Assert.StartsWith("\"a,\"\"b\"\"\",Unspecified,", csv.Split('\n')[1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_layers_of_a_network_are_a_table()
    {
        using var network = ResNet.ForSmallImages(8, 4, 3, 1);
        var table = network.Layers.ToTable();
        Assert.Equal(network.Layers.Count, table.Rows.Count);
        Assert.Equal("stem", table["role"][0]);
    }
}
