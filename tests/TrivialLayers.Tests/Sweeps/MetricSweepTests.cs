using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

public sealed class MetricSweepTests
{
    [Fact]
    public void With_right_or_wrong_as_metric_it_gives_the_drops_of_the_sweep()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var expected = ZeroSweep.Run(network, images, store: SweepStore.None);
        MetricSweep Run() => MetricSweep.Run(network, images, Metric.Of("accuracy (%)", (logits, labels) => logits.argmax(1).eq(labels).to(ScalarType.Float32) * 100), batch: 25);
        var found = Run();
        Assert.Equal(expected.Baseline.Percent, found.Baseline, 4);
        foreach (var (one, other) in expected.Layers.Zip(found.Layers))
        {
            Assert.Equal(one.Layer, other.Layer);
            Assert.Equal(one.Drop, other.Drop, 4);
            Assert.InRange(other.Drop, other.Interval.Low, other.Interval.High);
        }

        Assert.Equal(found.Layers, Run().Layers);
        LiveTensors.AssertUnchangedInProcessBy(() => Run());
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("unet")]
    [InlineData("segnet")]
    [InlineData("residual")]
    public void An_encoder_decoder_is_swept_as_the_plain_loop_does_it(string kind)
    {
        using var network = EncoderDecoders.Make(kind, width: 4, classes: 3, units: 1);
        Initialisation.He(network, 3);
        using var images = SmallScenes.Images("scenes", 20, 5);
        var metric = Metric.MeanIoU(3);
        var sweep = MetricSweep.Run(network, images, metric, store: SweepStore.None, batch: 8);
        double Plain()
        {
            using var scope = NewDisposeScope();
            using var evaluation = new EvaluationMode(network);
            var (input, labels) = images.Batch(0, images.Count, CPU);
            return metric.OfImages(network.call(input), labels).Average();
        }

        Assert.Equal(Plain(), sweep.Baseline, 4);
        foreach (var layer in sweep.Layers)
        {
            using var zeroing = TrivialLayers.Zeroing.Of(network, layer.Layer.Name);
            Assert.Equal(Plain(), layer.Value, 4);
        }
    }

    [Fact]
    public void A_sweep_by_a_known_metric_is_stored_and_loads_as_it_was()
    {
        using var folder = new TemporaryFolder();
        using var network = SmallScenes.RandomUNet();
        using var images = SmallScenes.Images("scenes", 20, 5);
        var store = new SweepStore(folder.Path);
        var first = MetricSweep.Run(network, images, Metric.MeanIoU(3), store: store);
        var again = MetricSweep.Run(network, images, Metric.MeanIoU(3), store: store);
        Assert.Equal(first.Seconds, again.Seconds);
        Assert.Equal(first.Layers, again.Layers);
        Assert.Equal((first.Baseline, first.PooledBaseline, first.Chance), (again.Baseline, again.PooledBaseline, again.Chance));
        Assert.NotNull(first.PooledBaseline);
        Assert.Equal(first.Layers.Select(layer => LeftAboveChance.ShareOf(layer.Value, first.Baseline, first.Chance!.Value)), first.LeftAboveChance.Select(layer => layer.Share));
        Assert.Equal(0.5, LeftAboveChance.ShareOf(60, 80, 40));
        Assert.True(double.IsNaN(LeftAboveChance.ShareOf(60, 40, 40)));

        MetricSweep.Run(network, images, Metric.Of("mine", (_, labels) => labels.to(ScalarType.Float32).mean([1L, 2L])), store: store);
        Assert.Single(Directory.GetFiles(folder.Path, "*.json"));
    }

    [Fact]
    public void A_metric_that_gives_no_value_for_each_image_is_refused()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        Assert.Contains("expected a value for each image, [60]", Assert.Throws<ArgumentException>(() => MetricSweep.Run(network, images, Metric.Of("", (logits, _) => logits))).Message, StringComparison.Ordinal);
        Assert.Contains("not a finite", Assert.Throws<ArgumentException>(() => MetricSweep.Run(network, images, Metric.Of("", (logits, _) => logits.sum(1) / 0))).Message, StringComparison.Ordinal);
    }
}
