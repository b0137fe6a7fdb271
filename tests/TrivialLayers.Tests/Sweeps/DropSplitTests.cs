namespace TrivialLayers.Tests;

public sealed class DropSplitTests
{
    [Fact]
    public void The_drop_of_zero_is_split_into_the_missing_function_and_the_shifted_constant()
    {
        // Points: 10, 20 and 40 with zero; 4, 15 and 37 with the mean output: 6, 5 and 3 more with zero.
        var split = DropSplit.Of(Residual(100, 200, 400), Residual(40, 150, 370));

        Assert.Equal((20, 15, 5), (split.Zeroed, split.MissingFunction, split.ShiftedConstant));
    }

    [Fact]
    public void A_constant_that_does_less_harm_than_the_mean_counts_below_zero() => Assert.Equal(-3, DropSplit.Of(Residual(100), Residual(130)).ShiftedConstant);

    [Fact]
    public void Layers_are_paired_by_name_and_only_residual_ones_count()
    {
        var meanOutput = HandMadeSweep.Of("Net", ("layer1.1.conv1", LayerRole.Residual, 150, 0), ("layer1.0.conv1", LayerRole.Residual, 40, 0));

        Assert.Equal(new DropSplit(15, 9.5, 5.5), DropSplit.Of(Residual(100, 200), meanOutput));
    }

    [Fact]
    public void Sweeps_of_other_layers_or_of_no_residual_layer_are_refused()
    {
        Assert.Contains("have 2 and 1 residual layers", Assert.Throws<ArgumentException>(() => DropSplit.Of(Residual(100, 200), Residual(100))).Message, StringComparison.Ordinal);
        var stem = HandMadeSweep.Of("Net", ("conv1", LayerRole.Stem, 100, 0));
        Assert.Contains("have 0 and 0 residual layers", Assert.Throws<ArgumentException>(() => DropSplit.Of(stem, stem)).Message, StringComparison.Ordinal);
    }

    /// <summary>Residual layers that lose so many of 1,000 images, beside a stem.</summary>
    private static Sweep Residual(params int[] lost) => HandMadeSweep.Of(
        "Net", [("conv1", LayerRole.Stem, 800, 0), .. lost.Select((count, index) => ($"layer1.{index}.conv1", LayerRole.Residual, count, 0))]);
}
