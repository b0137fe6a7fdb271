using System.Text.Json.Nodes;

namespace TrivialLayers.Tests;

public sealed class MeasureFigureTests
{
    [Fact]
    public void A_mark_for_each_layer_of_each_network_with_baseline_and_chance_as_lines()
    {
        using var network = SmallScenes.RandomUNet();
        using var images = SmallScenes.Images("scenes", 12, 5);
        var sweep = Sweep.Run(network, images, new() { Measure = Measure.MeanIoU(3) });
        Assert.Equal(sweep.Targets.Count, sweep.ToTable().Rows.Count);
        Assert.Equal(["mean IoU (%)", "drop (points)", "low (points)", "high (points)", "pooled mean IoU (%)", "left above chance", "verdict"], sweep.ToTable().Columns.Skip(8).Select(column => column.Name));
        var figure = SweepFigures.ByLayer(("one", sweep), ("other", sweep));
        Assert.Equal(2 * sweep.Targets.Count, figure.Table.Rows.Count);
        Assert.Equal(sweep.Targets.Concat(sweep.Targets).Select(layer => layer.Value).Order(), Points(figure).Order());
        Assert.Contains(FormattableString.Invariant($"baseline {sweep.Baseline.Value:F2}"), figure.Svg, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"chance {sweep.Chance:F2}"), figure.Svg, StringComparison.Ordinal);
        Assert.Contains("12 images (scenes)", figure.Caption, StringComparison.Ordinal);
        var mine = Sweep.Run(network, images, new() { Measure = Measure.Of("mine", (_, labels) => labels.to(TorchSharp.torch.ScalarType.Float32).mean([1L, 2L])) });
        Assert.DoesNotContain("chance", SweepFigures.ByLayer(("", mine)).Svg, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => SweepFigures.ByLayer(("one", sweep), ("mine", mine)));
        Assert.Throws<ArgumentException>(() => SweepFigures.ByLayer([]));
        Assert.Throws<InvalidOperationException>(() => mine.LeftAboveChance);
    }

    [Fact]
    public void Interventions_and_shares_are_named_in_figures_and_tables()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var curve = Sweep.Run(network, images, new() { Intervention = Intervention.ZeroFilters(Norm.L1, 0.25, 0.5, 1) });
        var figure = JointFigures.ByShare(curve);
        Assert.Equal(curve.Targets.Select(target => target.Value).Order(), Points(figure).Order());
        Assert.Contains("filters of smallest L1 norm zeroed", figure.Caption, StringComparison.Ordinal);
        Assert.Equal(25.0, curve.ToTable()["share changed (%)"][0]);
        Assert.Throws<ArgumentException>(() => JointFigures.ByShare(Sweep.Run(network, images)));

        var nats = Sweep.Run(network, images, new() { Measure = Measure.CrossEntropy });
        Assert.Equal(["cross-entropy (nats)", "drop (nats)", "low (nats)", "high (nats)", "verdict"], nats.ToTable().Columns.Skip(8).Select(column => column.Name));
        Assert.Contains("cross-entropy (nats)", SweepFigures.ByLayer(nats).Svg, StringComparison.Ordinal);
        Assert.Contains("At a margin of 1 nats:", SweepFigures.ByLayer(nats).Caption, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_left_above_chance_shares_a_scale_between_tasks()
    {
        using var network = SmallScenes.RandomUNet();
        using var images = SmallScenes.Images("scenes", 12, 5);
        var segmented = Sweep.Run(network, images, new() { Measure = Measure.MeanIoU(3) });
        var classified = HandMadeSweep.Small();
        // 1000 images of two classes, 900 right: the layer that costs nothing leaves everything.
        Assert.Equal(1, classified.LeftAboveChance[1].Share, 9);
        Assert.Equal((900 - 680 - (classified.Chance!.Value * 10)) / (900 - (classified.Chance!.Value * 10)), classified.LeftAboveChance[0].Share, 9);
        var figure = NetworkFigures.LeftAboveChance(("classified", classified.LeftAboveChance), ("again", classified.LeftAboveChance));
        Assert.Equal(classified.LeftAboveChance.Concat(classified.LeftAboveChance).Select(layer => layer.Share).Order(), Points(figure).Order());
        Assert.Equal(2 * classified.Targets.Count, figure.Table.Rows.Count);

        // A network that knows nothing has nothing to lose: it is named, not drawn.
        Assert.True(segmented.Baseline.Value <= segmented.Chance);
        var with = NetworkFigures.LeftAboveChance(("segmented", segmented.LeftAboveChance), ("classified", classified.LeftAboveChance));
        Assert.Equal(classified.Targets.Count, with.Table.Rows.Count);
        Assert.Contains($"Not drawn: {segmented.Targets.Count} layers of networks that are no better than chance.", with.Caption, StringComparison.Ordinal);
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
