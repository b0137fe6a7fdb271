using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace TrivialLayers.Tests;

public sealed class SweepFigureTests
{
    private static readonly Sweep Sweep = HandMadeSweep.Small();

    public static TheoryData<string> Names => [.. All(Sweep).Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Both_pictures_have_as_many_marks_as_the_table_has_rows(string name)
    {
        var figure = All(Sweep)[name];
        var rows = figure.Table.Rows.Count;
        Assert.Equal(rows, MarksOfSvg(figure.Svg));
        Assert.Equal(rows, MarksOfPlotly(figure.PlotlyJson!));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_data_give_the_same_bytes(string name)
    {
        var (first, second) = (All(Sweep)[name], All(HandMadeSweep.Small())[name]);
        Assert.Equal(first.Svg, second.Svg);
        Assert.Equal(first.PlotlyJson, second.PlotlyJson);
        Assert.Equal(first.Png, second.Png);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_axis_has_a_title_and_every_figure_a_title_and_a_caption(string name)
    {
        var figure = All(Sweep)[name];
        var layout = JsonNode.Parse(figure.PlotlyJson!)!["layout"]!.AsObject();
        var axes = layout.Where(entry => entry.Key.Contains("axis", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(axes);
        Assert.All(axes.Where(axis => axis.Value!["matches"] is null), axis => Assert.NotEqual("", (string?)axis.Value!["title"]!["text"]));
        Assert.Equal($"<b>{figure.Title}</b>", ((string)layout["title"]!["text"]!).Replace("<br>", " ", StringComparison.Ordinal));
        Assert.Equal(figure.Caption, (string?)layout["meta"]!["caption"]);
        Assert.Equal(figure.Table.Rows.Count, (long)layout["meta"]!["rows"]!);
        Assert.NotEqual("", figure.Caption);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_picture_needs_nothing_from_elsewhere(string name)
    {
        var svg = All(Sweep)[name].Svg;
        Assert.DoesNotContain("<script", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("href", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void Accuracy_has_its_unit_its_interval_and_the_baseline()
    {
        var json = JsonNode.Parse(SweepFigures.ByLayer(Sweep).PlotlyJson!)!;
        Assert.Equal("accuracy (% of images)", (string?)json["layout"]!["yaxis"]!["title"]!["text"]);
        Assert.Contains("layer2.0.downsample.0", json["layout"]!["xaxis"]!["ticktext"]!.AsArray().Select(name => (string?)name));
        var change = MarksOf(json).Single(trace => (string?)trace["name"] == "channel change");
        var layer = Sweep.Targets[2];
        Assert.Equal(85, (double)change["y"]![0]!);
        Assert.Equal(layer.Interval.High - layer.Drop, (double)change["error_y"]!["arrayminus"]![0]!, 1e-9);
        Assert.Equal(layer.Drop - layer.Interval.Low, (double)change["error_y"]!["array"]![0]!, 1e-9);
        Assert.Equal(90, (double)json["data"]!.AsArray().First(trace => (string?)trace!["mode"] == "lines")!["y"]![0]!);
    }

    [Fact]
    public void The_caption_says_how_many_images_layers_and_verdicts_and_how_exact()
    {
        var caption = SweepFigures.ByLayer(Sweep).Caption;
        Assert.Contains("Baseline 90.00 % on 1,000 images (hand-made).", caption, StringComparison.Ordinal);
        Assert.Contains($"the smallest resolvable drop is {Sweep.SmallestResolvableDrop:F2} points", caption, StringComparison.Ordinal);
        Assert.Contains("At a margin of 1 point: 1 of 4 layers Trivial, 2 NonTrivial, 1 Undecided.", caption, StringComparison.Ordinal);
    }

    [Fact]
    public void Panels_one_above_another_leave_room_for_their_labels_in_plotly()
    {
        var layout = JsonNode.Parse(All(Sweep)["accuracy of two networks"].PlotlyJson!)!["layout"]!;
        var (first, second) = (layout["yaxis"]!["domain"]!.AsArray(), layout["yaxis2"]!["domain"]!.AsArray());
        var inner = (double)layout["height"]! - (double)layout["margin"]!["t"]! - (double)layout["margin"]!["b"]!;
        Assert.Equal(1, (double)first[1]!);
        Assert.Equal(0, (double)second[0]!, 1e-3);
        Assert.Equal(300, ((double)first[1]! - (double)first[0]!) * inner, 1.0);
        Assert.InRange(((double)first[0]! - (double)second[1]!) * inner, 80, 200);
        Assert.InRange((double)layout["legend"]!["y"]!, 1, 1 + ((double)layout["margin"]!["t"]! / inner));
    }

    [Fact]
    public void Panels_in_a_row_begin_at_one_height_whatever_is_written_above_them()
    {
        static PointPanel Panel(string title) => new(title, new("x", 0, 1), new("y", 0, 1), [], []) { PlotHeight = 100 };
        var svg = XDocument.Parse(Figure.Of(new Chart("t", "c", 720, [Panel("with a title"), Panel("")]), new()).Svg);
        // The vertical axes are the only upright lines of this length.
        var axes = svg.Descendants().Select(element => (string?)element.Attribute("d")).OfType<string>().Select(path => path[1..].Split('L', ' ')).Where(ends => ends.Length == 4)
            .Where(ends => ends[0] == ends[2] && double.Parse(ends[3], CultureInfo.InvariantCulture) - double.Parse(ends[1], CultureInfo.InvariantCulture) == 100).Select(ends => ends[1]);
        Assert.Single(axes.Distinct());
    }

    [Fact]
    public void A_long_title_is_broken_between_words()
    {
        var label = string.Join(' ', Enumerable.Repeat("recurrent", 9));
        var figure = SweepFigures.Compare((label, Sweep), ("other", Sweep));
        var lines = ((string)JsonNode.Parse(figure.PlotlyJson!)!["layout"]!["title"]!["text"]!).Split("<br>");
        Assert.Equal(2, lines.Length);
        Assert.Equal(2, XDocument.Parse(figure.Svg).Descendants().Count(element => (string?)element.Attribute("font-weight") == "bold"));
    }

    [Fact]
    public void An_interval_that_leaves_a_close_up_keeps_its_true_end()
    {
        var sweep = HandMadeSweep.Of("Net", ("conv1", LayerRole.Stem, 39, 0), ("conv2", LayerRole.Plain, 500, 0));
        var json = JsonNode.Parse(SweepFigures.DropsCloseUp(sweep).PlotlyJson!)!;
        var near = MarksOf(json).Single(trace => (string?)trace["name"] == "stem");
        Assert.Equal(sweep.Targets[0].Interval.High, (double)near["y"]![0]! + (double)near["error_y"]!["array"]![0]!, 1e-9);
        Assert.True(sweep.Targets[0].Interval.High > (double)json["layout"]!["yaxis"]!["range"]![1]!);
    }

    [Fact]
    public void Layers_that_share_no_name_stand_after_the_others()
    {
        var other = HandMadeSweep.Of("Other", ("features.0", LayerRole.Plain, 5, 5), ("features.4", LayerRole.Plain, 5, 5));
        var json = JsonNode.Parse(SweepFigures.Compare(("net", Sweep), ("other", other)).PlotlyJson!)!;
        Assert.Equal(
            [.. Sweep.Targets.Select(layer => layer.Layer.Name), "features.0", "features.4"],
            json["layout"]!["xaxis"]!["ticktext"]!.AsArray().Select(name => (string)name!));
    }

    [Fact]
    public void Layers_of_two_networks_share_a_place_when_they_share_a_name()
    {
        var tweaked = HandMadeSweep.Of("New", ("conv1", LayerRole.Stem, 500, 0), ("extra", LayerRole.Residual, 5, 5), ("layer2.0.conv1", LayerRole.ChannelChange, 30, 0));
        var figure = SweepFigures.Compare(("old", Sweep), ("new", tweaked));
        var json = JsonNode.Parse(figure.PlotlyJson!)!;
        Assert.Equal(
            ["conv1", "extra", "layer1.0.conv1", "layer2.0.conv1", "layer2.0.downsample.0"],
            json["layout"]!["xaxis"]!["ticktext"]!.AsArray().Select(name => (string)name!));
        var places = MarksOf(json).Select(trace => (double)trace["x"]![0]!).ToList();
        Assert.Equal(0, places.Sum(), 1e-9);
        Assert.Equal(7, figure.Table.Rows.Count);
    }

    [Fact]
    public void A_layer_the_sweep_lacks_is_named_in_the_error()
    {
        var error = Assert.Throws<ArgumentException>(() => SweepFigures.Confusion(Sweep, "layer9"));
        Assert.Contains("'layer9'", error.Message, StringComparison.Ordinal);
        Assert.Contains("layer1.0.conv1", error.Message, StringComparison.Ordinal);
    }

    internal static int MarksOfSvg(string svg) => XDocument.Parse(svg).Descendants().Count(element => (string?)element.Attribute("class") == "mark");

    private static int MarksOfPlotly(string json) => MarksOf(JsonNode.Parse(json)!).Sum(trace => (string?)trace["type"] == "heatmap"
        ? trace["z"]!.AsArray().Sum(row => row!.AsArray().Count)
        : trace["y"]!.AsArray().Count);

    /// <summary>The traces of the data: not the reference lines, nor the marks that only stand in the legend.</summary>
    private static IEnumerable<JsonNode> MarksOf(JsonNode figure) => figure["data"]!.AsArray().Select(trace => trace!).Where(trace =>
        (string?)trace["mode"] != "lines" && trace["x"]?[0] is not null || trace["z"] is not null);

    private static readonly TrainingHistory History = new([new(1, 2.1, 30, 1.9, 40, 250), new(2, 1.1, 60, 1.2, 99.5, 250)]);

    private static readonly UnitDistances s_distances = SmallUnits.Measured();

    internal static Dictionary<string, Figure> All(Sweep sweep) => new()
    {
        ["accuracy"] = SweepFigures.ByLayer(sweep),
        ["accuracy of two networks"] = SweepFigures.ByLayer(("", sweep), ("other", HandMadeSweep.ResNetOf(20, "ResNet-20"))),
        ["close up"] = SweepFigures.DropsCloseUp(sweep),
        ["57 layers"] = SweepFigures.ByLayer(HandMadeSweep.ResNetOf(56, "ResNet-56")),
        ["compare"] = SweepFigures.Compare(("old", sweep), ("new", HandMadeSweep.Small("New"))),
        ["roles"] = SweepFigures.DropsByRole(sweep),
        ["confusion"] = SweepFigures.Confusion(sweep, "conv1"),
        ["learning curves"] = TrainingFigures.LearningCurves(("ResNet-8", History), ("Plain-8", History)),
        ["drop against distance"] = UnitFigures.DropAgainstDistance(("seed 1", SmallUnits.All), ("seed 2", SmallUnits.All[1..])),
        ["distance by unit"] = UnitFigures.DistanceByUnit(("", s_distances), ("again", s_distances)),
    };
}
