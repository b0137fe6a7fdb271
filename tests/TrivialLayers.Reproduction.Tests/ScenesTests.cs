using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

public sealed class ScenesTests
{
    [Fact]
    public void The_same_images_and_seed_give_the_same_scenes_everywhere()
    {
        using var things = Datasets.Load("fashion-mnist-sample");
        using var scenes = Scenes.Of(things, training: 20, validation: 4, test: 6);
        using var others = Scenes.Of(things, training: 20, validation: 4, test: 6, seed: 1);
        Assert.Equal("24af20bdf771145ebb25812f8c32d8b6be7f4e492b9bda1b58421388f3456f78", scenes.Fingerprint);
        Assert.NotEqual(scenes.Train.Fingerprint, others.Train.Fingerprint);
        Assert.Equal((20, 4, 6, 32, 32), (scenes.Train.Count, scenes.Validation.Count, scenes.Test.Count, scenes.Height, scenes.Width));
        Assert.Equal(["background", .. things.Classes], scenes.Classes);
        Assert.True(scenes.Train.HasPixelLabels);
    }

    [Fact]
    public void A_scene_does_not_depend_on_how_many_there_are()
    {
        using var things = Things(0, 1, 2);
        using var few = Scenes.Of(things, 2, 1, 1);
        using var many = Scenes.Of(things, 5, 1, 1);
        Assert.True(few.Train.Images.Equals(many.Train.Images[..2]));
        Assert.True(few.Train.Labels.Equals(many.Train.Labels[..2]));
    }

    [Fact]
    public void A_label_is_above_the_background_exactly_where_a_thing_is_seen()
    {
        // White things at 60 to 100 % of their brightness are 153 or more; backgrounds are 40 to 120 on the average.
        using var scenes = Scenes.Of(Things(2), 50, 1, 1);
        var (pixels, labels) = (scenes.Train.Images.bytes.ToArray(), scenes.Train.Labels.bytes.ToArray());
        Assert.Equal([0, 3], ClassesIn(scenes.Train));
        Assert.All(pixels.Zip(labels).Where(pair => pair.Second == 3), pair => Assert.InRange(pair.First, 153, 255));
        Assert.InRange(pixels.Zip(labels).Where(pair => pair.Second == 0).Average(pair => pair.First), 40, 120);
        Assert.InRange(labels.Count(label => label == 3) / (double)labels.Length, 0.1, 0.8);
    }

    [Fact]
    public void Each_part_is_made_of_its_own_images()
    {
        using var scope = NewDisposeScope();
        var train = Plain("train", 0);
        using var things = new DataSplit("things", train, Plain("validation", 1, train), Plain("test", 2, train));
        using var scenes = Scenes.Of(things, 10, 10, 10);
        Assert.Equal([0, 1], ClassesIn(scenes.Train));
        Assert.Equal([0, 2], ClassesIn(scenes.Validation));
        Assert.Equal([0, 3], ClassesIn(scenes.Test));
        Assert.Equal(scenes.Train.Mean, scenes.Test.Mean);
    }

    [Fact]
    public void On_textures_a_thing_keeps_its_pixels_and_its_label()
    {
        using var things = Datasets.Load("fashion-mnist-sample");
        using var textured = Scenes.OnTextures(things);
        Assert.Equal("8854c6364ceb0ef16db50388bab091f597cf5b951ab7a31a2ed5c89555040998", textured.Fingerprint);
        Assert.True(things.Test.Labels.Equals(textured.Test.Labels));
        using var scope = NewDisposeScope();
        var (before, after) = (things.Test.Images[..500].bytes.ToArray(), textured.Test.Images[..500].bytes.ToArray());
        Assert.All(before.Zip(after).Where(pair => pair.First > Scenes.Threshold), pair => Assert.Equal(pair.First, pair.Second));
        Assert.InRange(before.Zip(after).Where(pair => pair.First <= Scenes.Threshold).Average(pair => pair.Second), 40, 120);
    }

    [Fact]
    public void Images_that_no_scene_can_be_made_of_are_refused()
    {
        using var things = Things(0, 1, 2);
        using var scenes = Scenes.Of(things, 2, 1, 1);
        Assert.Contains("grey images of single things", Assert.Throws<ArgumentException>(() => Scenes.Of(scenes)).Message, StringComparison.Ordinal);
        Assert.Contains("no room", Assert.Throws<ArgumentException>(() => Scenes.Of(things, side: 3)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Scenes.Of(things, training: 0));
        LiveTensors.AssertUnchangedInProcessBy(() => Scenes.Of(things, 3, 2, 2).Dispose());
    }

    private static int[] ClassesIn(ImageSet set) => [.. set.Labels.bytes.ToArray().Distinct().Order().Select(label => (int)label)];

    private static DataSplit Things(params long[] labels)
    {
        using var scope = NewDisposeScope();
        var train = Whites("train", labels);
        return new DataSplit("things", train, Whites("validation", labels, train), Whites("test", labels, train));
    }

    private static ImageSet Plain(string name, long label, ImageSet? normalisedAs = null) => Whites(name, [label], normalisedAs);

    private static ImageSet Whites(string name, long[] labels, ImageSet? normalisedAs = null) => new(
        name, full([labels.Length, 1, 12, 12], 255, ScalarType.Byte).MoveToOuterDisposeScope(), tensor(labels).MoveToOuterDisposeScope(), ["a", "b", "c"], normalisedAs?.Mean, normalisedAs?.Std);
}
