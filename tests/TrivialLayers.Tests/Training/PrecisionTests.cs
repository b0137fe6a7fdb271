namespace TrivialLayers.Tests;

public sealed class PrecisionTests
{
    [Fact]
    public void Trained_in_bfloat16_a_network_is_as_accurate_as_in_single_precision()
    {
        using var data = Datasets.Load("fashion-mnist-sample");
        using var few = new DataSplit("few", data.Train.Take(1500, 0), data.Validation.Take(500, 0), data.Test.Take(100, 0));
        double[] Accuracies(Precision precision) => [.. new long[] { 1, 2 }.Select(seed =>
        {
            using var network = ResNet.ForSmallImages(8, 16, data.Classes.Count, data.Channels);
            return Trainer.Fit(network, few, Recipe.Quick with { Epochs = 3, Batch = 50, Precision = precision }, seed).Epochs[^1].ValidationAccuracy;
        })];

        var (single, half) = (Accuracies(Precision.Float32), Accuracies(Precision.BFloat16));
        Assert.All(single, accuracy => Assert.InRange(accuracy, 60, 100));
        Assert.NotEqual(single, half); // it did compute otherwise
        Assert.Equal(single.Average(), half.Average(), 6.0);
    }
}
