using System.Text.Json.Nodes;

namespace TrivialLayers.Tests;

public sealed class MetricFigureTests
{
    [Fact]
    public void A_mark_for_each_layer_of_each_network_with_baseline_and_chance_as_lines()
    {
        using var network = SmallScenes.RandomUNet();
        using var images = SmallScenes.Images("scenes", 12, 5);
        var sweep = MetricSweep.Run(network, images, Metric.MeanIoU(3), store: SweepStore.None);
        Assert.Equal(sweep.Layers.Count, sweep.ToTable().Rows.Count);
        Assert.Equal(["layer", "role", "mean IoU (%)", "drop", "low", "high", "pooled mean IoU (%)", "left above chance", "verdict"], sweep.ToTable().Columns.Select(column => column.Name));
        var figure = MetricFigures.ByLayer(("one", sweep), ("other", sweep));
        Assert.Equal(2 * sweep.Layers.Count, figure.Table.Rows.Count);
        Assert.Equal(sweep.Layers.Concat(sweep.Layers).Select(layer => layer.Value).Order(), Points(figure).Order());
        Assert.Contains(FormattableString.Invariant($"baseline {sweep.Baseline:F2}"), figure.Svg, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"chance {sweep.Chance:F2}"), figure.Svg, StringComparison.Ordinal);
        Assert.Contains("12 images (scenes)", figure.Caption, StringComparison.Ordinal);
        var mine = MetricSweep.Run(network, images, Metric.Of("mine", (_, labels) => labels.to(TorchSharp.torch.ScalarType.Float32).mean([1L, 2L])));
        Assert.DoesNotContain("chance", MetricFigures.ByLayer(("", mine)).Svg, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => MetricFigures.ByLayer(("one", sweep), ("mine", mine)));
        Assert.Throws<ArgumentException>(() => MetricFigures.ByLayer());
        Assert.Throws<InvalidOperationException>(() => mine.LeftAboveChance);
    }

    [Fact]
    public void What_is_left_above_chance_shares_a_scale_between_tasks()
    {
        using var network = SmallScenes.RandomUNet();
        using var images = SmallScenes.Images("scenes", 12, 5);
        var segmented = MetricSweep.Run(network, images, Metric.MeanIoU(3), store: SweepStore.None);
        var classified = HandMadeSweep.Small();
        // 1000 images of two classes, 900 right: the layer that costs nothing leaves everything.
        Assert.Equal(1, classified.LeftAboveChance[1].Share, 9);
        Assert.Equal((900 - 680 - (classified.Chance * 10)) / (900 - (classified.Chance * 10)), classified.LeftAboveChance[0].Share, 9);
        var figure = NetworkFigures.LeftAboveChance(("classified", classified.LeftAboveChance), ("again", classified.LeftAboveChance));
        Assert.Equal(classified.LeftAboveChance.Concat(classified.LeftAboveChance).Select(layer => layer.Share).Order(), Points(figure).Order());
        Assert.Equal(2 * classified.Layers.Count, figure.Table.Rows.Count);

        // A network that knows nothing has nothing to lose: it is named, not drawn.
        Assert.True(segmented.Baseline <= segmented.Chance);
        var with = NetworkFigures.LeftAboveChance(("segmented", segmented.LeftAboveChance), ("classified", classified.LeftAboveChance));
        Assert.Equal(classified.Layers.Count, with.Table.Rows.Count);
        Assert.Contains($"Not drawn: {segmented.Layers.Count} layers of networks that are no better than chance.", with.Caption, StringComparison.Ordinal);
    }

    [Fact]
    public void Answers_stand_under_their_images()
    {
        using var network = SmallScenes.RandomUNet();
        using var images = SmallScenes.Images("scenes", 12, 5);
        var figure = SegmentationFigures.Answers(images, 4, ("U-Net", network));
        Assert.IsType<PictureFigure>(figure);
        Assert.Equal((3 * 4) + 3, figure.Table.Rows.Count);
        Assert.Equal(figure.Table.Rows.Count, SweepFigureTests.MarksOfSvg(figure.Svg));
        using var labelled = SmallData.Images("bars", 6, 1);
        Assert.Contains("expected one for each pixel", Assert.Throws<ArgumentException>(() => SegmentationFigures.Answers(labelled, 4)).Message, StringComparison.Ordinal);
    }

    private static List<double> Points(Figure figure) =>
        [.. JsonNode.Parse(figure.PlotlyJson!)!["data"]!.AsArray().Where(trace => trace!["text"] is not null).SelectMany(trace => trace!["y"]!.AsArray()).Select(y => (double)y!)];
}
