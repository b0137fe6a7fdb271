using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

public sealed class MeasureSweepTests
{
    [Fact]
    public void With_right_or_wrong_as_metric_it_gives_the_drops_of_the_sweep()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var expected = Sweep.Run(network, images, store: null);
        Sweep Run() => Sweep.Run(network, images, new() { Measure = Measure.Of("accuracy (%)", (logits, labels) => logits.argmax(1).eq(labels).to(ScalarType.Float32) * 100), Batch = 25 });
        var found = Run();
        Assert.Equal(expected.Baseline.Value, found.Baseline.Value, 4);
        foreach (var (one, other) in expected.Targets.Zip(found.Targets))
        {
            Assert.Equal(one.Layer, other.Layer);
            Assert.Equal(one.Drop, other.Drop, 4);
            Assert.InRange(other.Drop, other.Interval.Low, other.Interval.High);
        }

        Assert.Equal(found.Targets.Select(target => target.Interval), Run().Targets.Select(target => target.Interval));
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
        var metric = Measure.MeanIoU(3);
        var sweep = Sweep.Run(network, images, new() { Measure = metric, Batch = 8 });
        double Plain()
        {
            using var scope = NewDisposeScope();
            using var evaluation = new EvaluationMode(network);
            var (input, labels) = images.Batch(0, images.Count, CPU);
            return metric.OfImages(network.call(input), labels).Average();
        }

        Assert.Equal(Plain(), sweep.Baseline.Value, 4);
        foreach (var layer in sweep.Targets)
        {
            using var zeroing = Zeroing.Of(network, layer.Layer.Name);
            Assert.Equal(Plain(), layer.Value, 4);
        }
    }

    [Fact]
    public void Top_1_is_accuracy_and_all_classes_are_always_among_the_likeliest()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var accuracy = Sweep.Run(network, images);
        var top = Sweep.Run(network, images, new() { Measure = Measure.TopK(1) });
        Assert.Equal(accuracy.Targets.Select(target => (target.Drop, target.Interval)), top.Targets.Select(target => (target.Drop, target.Interval)));
        Assert.Equal(accuracy.Targets.Select(target => target.Measured.Outcomes!.Packed.ToArray()), top.Targets.Select(target => target.Measured.Outcomes!.Packed.ToArray()));
        Assert.All(Sweep.Run(network, images, new() { Measure = Measure.TopK(3) }).Targets, target => Assert.Equal((100.0, 0.0), (target.Value, target.Drop)));
        Assert.Throws<ArgumentException>(() => Sweep.Run(network, images, new() { Measure = Measure.TopK(4) }));
    }

    [Fact]
    public void Cross_entropy_is_that_of_an_evaluation_and_more_of_it_is_a_drop()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var sweep = Sweep.Run(network, images, new() { Measure = Measure.CrossEntropy, Margin = new Margin(0.05) });
        Assert.Equal(Evaluation.Run(network, images).CrossEntropy, sweep.Baseline.Value, 1e-5);
        foreach (var target in sweep.Targets)
        {
            using var zeroing = Zeroing.Of(network, target.Names);
            Assert.Equal(Evaluation.Run(network, images).CrossEntropy - sweep.Baseline.Value, target.Drop, 1e-5);
            Assert.InRange(target.Drop, target.Interval.Low, target.Interval.High);
            Assert.Equal(sweep.Margin.Decide(target.Interval), target.Verdict);
        }
    }

    [Fact]
    public void Pixels_are_measured_under_every_intervention()
    {
        using var network = SmallScenes.RandomUNet();
        using var images = SmallScenes.Images("scenes", 12, 5);
        var measure = Measure.MeanIoU(3);
        var sweep = Sweep.Run(network, images, new() { Measure = measure, Intervention = Intervention.MeanOutput });
        using var changed = Intervention.MeanOutput.On(network, images, sweep.Targets[1].Names);
        using var scope = NewDisposeScope();
        using var evaluation = new EvaluationMode(network);
        var (input, labels) = images.Batch(0, images.Count, CPU);
        Assert.Equal(measure.OfImages(network.call(input), labels).Average(), sweep.Targets[1].Value, 4);
    }

    [Fact]
    public void A_sweep_by_a_known_metric_is_stored_and_loads_as_it_was()
    {
        using var folder = new TemporaryFolder();
        using var network = SmallScenes.RandomUNet();
        using var images = SmallScenes.Images("scenes", 20, 5);
        var store = new SweepStore(folder.Path);
        var first = Sweep.Run(network, images, new() { Measure = Measure.MeanIoU(3) }, store: store);
        var again = Sweep.Run(network, images, new() { Measure = Measure.MeanIoU(3) }, store: store);
        Assert.Equal(first.Seconds, again.Seconds);
        Assert.Equal(first.Targets.Select(target => (target.Value, target.Interval, target.Measured.Pooled)), again.Targets.Select(target => (target.Value, target.Interval, target.Measured.Pooled)));
        Assert.Equal((first.Baseline.Value, first.Baseline.Pooled, first.Chance), (again.Baseline.Value, again.Baseline.Pooled, again.Chance));
        Assert.NotNull(first.Baseline.Pooled);
        Assert.Equal(first.Targets.Select(layer => LeftAboveChance.ShareOf(layer.Value, first.Baseline.Value, first.Chance!.Value)), first.LeftAboveChance.Select(layer => layer.Share));
        Assert.Equal(0.5, LeftAboveChance.ShareOf(60, 80, 40));
        Assert.True(double.IsNaN(LeftAboveChance.ShareOf(60, 40, 40)));

        Sweep.Run(network, images, new() { Measure = Measure.Of("mine", (_, labels) => labels.to(ScalarType.Float32).mean([1L, 2L])) }, store: store);
        Assert.Single(Directory.GetFiles(folder.Path, "*.json"));
    }

    [Fact]
    public void A_metric_that_gives_no_value_for_each_image_is_refused()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        Assert.Contains("expected a value for each image, [60]", Assert.Throws<ArgumentException>(() => Sweep.Run(network, images, new() { Measure = Measure.Of("", (logits, _) => logits) })).Message, StringComparison.Ordinal);
        Assert.Contains("not a finite", Assert.Throws<ArgumentException>(() => Sweep.Run(network, images, new() { Measure = Measure.Of("", (logits, _) => logits.sum(1) / 0) })).Message, StringComparison.Ordinal);
    }
}
