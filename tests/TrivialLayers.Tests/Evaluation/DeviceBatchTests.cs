namespace TrivialLayers.Tests;

/// <summary>How many images a batch has where nothing is learned from it.</summary>
public sealed class DeviceBatchTests
{
    private const long Features = 250_000; // of one image: one million bytes

    [Theory]
    [InlineData(100_000_000_000, 1000)] // more would not be faster
    [InlineData(800_000_000, 400)] // half of the free memory
    [InlineData(3_000_000, 1)]
    [InlineData(1_000, 1)] // an image at least, whatever is free
    [InlineData(0, 1)]
    public void A_GPU_takes_as_many_images_as_half_of_its_free_memory_holds(long free, int expected) => Assert.Equal(expected, DeviceBatch.In(free, Features));

    [Fact]
    public void A_network_without_features_takes_the_most() => Assert.Equal(1000, DeviceBatch.In(1_000_000, 0));

    [Fact]
    public void A_processor_takes_what_fits_into_its_caches()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 30, 5);
        Assert.Equal(Evaluation.DefaultBatch, DeviceBatch.For(network, images));
    }

    [Fact]
    public void What_each_module_within_a_network_gives_for_an_image_is_counted()
    {
        using var network = TorchSharp.torch.nn.Sequential(TorchSharp.torch.nn.Conv2d(1, 4, 3, padding: 1), TorchSharp.torch.nn.Flatten(), TorchSharp.torch.nn.Linear(4 * 12 * 12, 3));
        using var images = SmallData.Images("bars", 30, 5);
        Assert.Equal((4 * 12 * 12) + (4 * 12 * 12) + 3, DeviceBatch.FeaturesPerImage(network, images));
    }
}
