using TorchSharp;
using TrivialLayers.Tests.Runtime;
using TrivialLayers.Zeroing;
using static TorchSharp.torch;

namespace TrivialLayers.Tests.Zeroing;

public sealed class MetricSweepTests
{
    [Fact]
    public void With_right_or_wrong_as_metric_it_gives_the_drops_of_the_sweep()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var expected = ZeroSweep.Run(network, images, store: SweepStore.None);
        MetricSweep Run() => MetricSweep.Run(network, images, "accuracy (%)", (logits, labels) => logits.argmax(1).eq(labels).to(ScalarType.Float32) * 100, batch: 25);
        var found = Run();
        Assert.Equal(expected.Baseline.Percent, found.Baseline, 4);
        foreach (var (one, other) in expected.Layers.Zip(found.Layers))
        {
            Assert.Equal(one.Layer, other.Layer);
            Assert.Equal(one.Drop, other.Drop, 4);
            Assert.InRange(other.Drop, other.Interval.Low, other.Interval.High);
        }

        Assert.Equal(found.Layers, Run().Layers);
        Assert.Equal(expected.Layers.Count, found.ToTable().Rows.Count);
        LiveTensors.AssertUnchangedInProcessBy(() => Run());
    }

    [Fact]
    public void A_metric_that_gives_no_value_for_each_image_is_refused()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        Assert.Contains("expected a value for each image, [60]", Assert.Throws<ArgumentException>(() => MetricSweep.Run(network, images, "", (logits, _) => logits)).Message, StringComparison.Ordinal);
        Assert.Contains("not a finite", Assert.Throws<ArgumentException>(() => MetricSweep.Run(network, images, "", (logits, _) => logits.sum(1) / 0)).Message, StringComparison.Ordinal);
    }
}
