using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

/// <summary>Images with a label for each pixel, from the set through augmentation and training to evaluation.</summary>
public sealed class PixelLabelTests
{
    [Fact]
    public void Labels_have_a_fingerprint_and_come_with_their_images()
    {
        using var set = SmallScenes.Images("scenes", 6, 1);
        using var same = SmallScenes.Images("other name", 6, 1);
        using var turned = new ImageSet("turned", set.Images.clone(), set.Labels.flip(2).contiguous(), set.Classes, set.Mean, set.Std);
        Assert.Equal(set.Fingerprint, same.Fingerprint);
        Assert.NotEqual(set.Fingerprint, turned.Fingerprint);
        using var some = set.Take(3, seed: 1);
        using var scope = NewDisposeScope();
        var (images, labels) = some.Batch(0, 3, CPU);
        Assert.Equal(ScalarType.Int64, labels.dtype);
        Assert.Equal([3, 12, 12], labels.shape);
        Assert.Equal([3, 1, 12, 12], images.shape);
        Assert.Contains("one per pixel", Assert.Throws<ArgumentException>(() => new ImageSet("", set.Images.clone(), set.Labels.clone().to(ScalarType.Int64), set.Classes)).Message, StringComparison.Ordinal);
        Assert.Contains("from 0 to 1", Assert.Throws<ArgumentException>(() => new ImageSet("", set.Images.clone(), set.Labels.clone(), ["a", "b"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_move_with_the_pixels_when_images_are_cropped_and_flipped()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        var labels = randint(1, 9, [16, 12, 12], generator: generator).to(ScalarType.Int64);
        var images = stack([labels.to(ScalarType.Float32), labels.to(ScalarType.Float32) * 10], 1);
        var (moved, movedLabels) = new Augmentation(4, true).Apply(images.ToChannelsLast(), labels, generator);
        Assert.False(labels.Equals(movedLabels));
        Assert.True(moved.select(1, 0).Equals(movedLabels.to(ScalarType.Float32)));
        Assert.True(moved.select(1, 1).Equals(movedLabels.to(ScalarType.Float32) * 10));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void A_network_learns_to_segment_and_comes_back_from_its_run()
    {
        using var folder = new TemporaryFolder();
        using var data = SmallScenes.Split();
        using var network = UNet.ForSmallImages(levels: 2, width: 8, classes: 3, units: 1);
        var recipe = Recipe.Quick with { Epochs = 6, Batch = 8, LearningRate = 0.05 };
        var store = new RunStore(folder.Path);
        var run = store.GetOrTrain(network, data, recipe, seed: 1);
        Assert.InRange(run.TestAccuracy, 90, 100);
        var evaluation = Evaluation.Run(network, data.Test);
        Assert.Equal(run.TestAccuracy, evaluation.Percent);
        Assert.Equal(data.Test.Labels.numel(), evaluation.Outcomes.Count);
        using var again = UNet.ForSmallImages(levels: 2, width: 8, classes: 3, units: 1);
        Assert.Equal(run.Address, store.GetOrTrain(again, data, recipe, seed: 1).Address);
        Assert.Equal(NetworkDescription.WeightsOf(network), NetworkDescription.WeightsOf(again));
        Assert.InRange(run.History.Epochs[^1].TrainAccuracy, 80, 100);
    }

    [Fact]
    public void Sweeps_of_right_and_wrong_refuse_pixels_which_are_not_independent()
    {
        using var images = SmallScenes.Images("scenes", 6, 1);
        using var network = SmallScenes.RandomUNet();
        foreach (var sweep in new Action[]
        {
            () => Sweep.Run(network, images),
            () => Sweep.Run(network, images, new() { Targets = Targets.Greedy(1) }),
            () => Sweep.Run(network, images, new() { Intervention = Intervention.MeanOutput }),
        })
            Assert.Contains("are not independent", Assert.Throws<ArgumentException>(sweep).Message, StringComparison.Ordinal);
    }
}
