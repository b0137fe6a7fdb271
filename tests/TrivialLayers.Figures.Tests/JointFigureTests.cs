using System.Text.Json.Nodes;

namespace TrivialLayers.Tests;

public sealed class JointFigureTests
{
    [Fact]
    public void A_path_is_a_line_with_intervals_and_other_sets_are_marks_without()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var path = JointZeroing.Cumulative(network, images, ["layer1.0.conv1", "layer2.0.conv2", "conv1"], store: SweepStore.None);
        var random = JointZeroing.Of(network, images, JointZeroing.RandomSets(network, 2, 4, 1), store: SweepStore.None);

        var figure = JointFigures.AccuracyByCount(("in this order", path), ("at random", random));

        var marks = JsonNode.Parse(figure.PlotlyJson!)!["data"]!.AsArray().Where(trace => trace!["text"] is not null).ToList();
        Assert.Equal([1.0, 2, 3], marks[0]!["x"]!.AsArray().Select(x => (double)x!));
        Assert.Equal(path.Steps.Select(step => step.Accuracy), marks[0]!["y"]!.AsArray().Select(y => (double)y!));
        Assert.NotNull(marks[0]!["error_y"]);
        Assert.Null(marks[1]!["error_y"]);
        Assert.Equal(7, figure.Table.Rows.Count);
        Assert.Equal("conv1", path.ToTable()["added last"][2]);
        Assert.Equal(string.Join(", ", random.Steps[0].Layers), random.ToTable()["layers"][0]);
        Assert.Contains("in this order: none; at random: none", figure.Caption, StringComparison.Ordinal);
    }

    [Fact]
    public void Sets_tested_on_different_images_are_refused()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        using var others = SmallData.Images("other bars", 60, 6);
        var error = Assert.Throws<ArgumentException>(() => JointFigures.AccuracyByCount(
            ("a", JointZeroing.Cumulative(network, images, ["conv1"], store: SweepStore.None)), ("b", JointZeroing.Cumulative(network, others, ["conv1"], store: SweepStore.None))));
        Assert.Contains("bars, other bars", error.Message, StringComparison.Ordinal);
    }
}
