using System.Text.Json.Nodes;

namespace TrivialLayers.Tests;

public sealed class JointFigureTests
{
    [Fact]
    public void A_path_is_a_line_with_intervals_and_other_sets_are_marks_without()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var path = Sweep.Run(network, images, new() { Targets = Targets.Cumulative(["layer1.0.conv1", "layer2.0.conv2", "conv1"]) });
        var random = Sweep.Run(network, images, new() { Targets = Targets.Random([2], draws: 4, seed: 1) });

        var figure = JointFigures.ByCount(("in this order", path), ("at random", random));

        var marks = JsonNode.Parse(figure.PlotlyJson!)!["data"]!.AsArray().Where(trace => trace!["text"] is not null).ToList();
        Assert.Equal([1.0, 2, 3], marks[0]!["x"]!.AsArray().Select(x => (double)x!));
        Assert.Equal(path.Targets.Select(target => target.Value), marks[0]!["y"]!.AsArray().Select(y => (double)y!));
        Assert.NotNull(marks[0]!["error_y"]);
        Assert.Null(marks[1]!["error_y"]);
        Assert.Equal(7, figure.Table.Rows.Count);
        Assert.Equal("conv1", path.ToTable()["added last"][2]);
        Assert.Equal(string.Join(", ", random.Targets[0].Names), random.ToTable()["layers"][0]);
        Assert.Contains("in this order: none; at random: none", figure.Caption, StringComparison.Ordinal);
    }

    [Fact]
    public void Sets_tested_on_different_images_are_refused()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        using var others = SmallData.Images("other bars", 60, 6);
        var error = Assert.Throws<ArgumentException>(() => JointFigures.ByCount(
            ("a", Sweep.Run(network, images, new() { Targets = Targets.Cumulative(["conv1"]) })), ("b", Sweep.Run(network, others, new() { Targets = Targets.Cumulative(["conv1"]) }))));
        Assert.Contains("accuracy (%) on bars, accuracy (%) on other bars", error.Message, StringComparison.Ordinal);
    }
}
