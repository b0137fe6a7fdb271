using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

public sealed class MeasureValueTests
{
    // Two images of 2×3 pixels, three classes. First: truth 0 0 1 / 0 1 1, answer 0 1 1 / 0 1 0. Second: all 2, answered 2 2 2 / 2 2 0.
    private static readonly long[,,] s_truth = { { { 0, 0, 1 }, { 0, 1, 1 } }, { { 2, 2, 2 }, { 2, 2, 2 } } };
    private static readonly long[,,] s_answer = { { { 0, 1, 1 }, { 0, 1, 0 } }, { { 2, 2, 2 }, { 2, 2, 0 } } };

    [Fact]
    public void IoU_of_an_image_is_averaged_over_the_classes_that_are_there_or_are_predicted()
    {
        using var scope = NewDisposeScope();
        // First: class 0 has 2 of 4 pixels, class 1 2 of 4. Second: class 2 has 5 of 6, class 0 0 of 1.
        Assert.Equal([50, 100 * (5 / 6.0) / 2], Measure.MeanIoU(3).OfImages(Logits(s_answer), tensor(s_truth)), Near);
        Assert.Equal([100, 100], Measure.MeanIoU(3).OfImages(Logits(s_truth), tensor(s_truth)), Near);
    }

    [Fact]
    public void Pooled_IoU_sums_intersections_and_unions_over_the_images_first()
    {
        using var scope = NewDisposeScope();
        var measure = Measure.MeanIoU(3);
        double[] counts = [.. measure.OfBatch(Logits(s_answer), tensor(s_truth)).Counts!.data<double>()];
        Assert.Equal([2, 2, 5, 5, 4, 6], counts);
        Assert.Equal(100 * ((2 / 5.0) + (2 / 4.0) + (5 / 6.0)) / 3, measure.OfCounts!(counts), 9);
        Assert.Equal(100, measure.OfCounts([3, 0, 0, 3, 0, 0]));
    }

    [Fact]
    public void Chance_is_the_best_answer_that_is_the_same_for_all_images()
    {
        using var scope = NewDisposeScope();
        using var images = new ImageSet("two", zeros([2, 1, 2, 3], ScalarType.Byte), tensor(s_truth).to(ScalarType.Byte), ["a", "b", "c"], [0], [1]);
        // Always 2: 0 of the first image's two classes and one more, all of the second. Always 0: half a class of two in the first, none of two in the second.
        Assert.Equal(50, Measure.MeanIoU(3).Chance(images), 9);
        using var labelled = new ImageSet("three", zeros([4, 1, 2, 2], ScalarType.Byte), tensor(new long[] { 0, 1, 1, 2 }), ["a", "b", "c"], [0], [1]);
        Assert.Equal(50, Measure.Of("accuracy (%)", (logits, labels) => logits.argmax(1).eq(labels).to(ScalarType.Float64) * 100).Chance(labelled), 9);
    }

    [Fact]
    public void Outputs_that_are_no_segmentation_are_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("expected logits [n, 3, H, W]", Assert.Throws<ArgumentException>(() => Measure.MeanIoU(3).OfImages(zeros(2, 3), zeros(2, dtype: ScalarType.Int64))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Measure.MeanIoU(1));
    }

    private static bool Near(double expected, double found) => Math.Abs(expected - found) < 1e-9;

    private static Tensor Logits(long[,,] answers) => nn.functional.one_hot(tensor(answers), 3).permute(0, 3, 1, 2).to(ScalarType.Float32);
}
