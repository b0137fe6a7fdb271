using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

public sealed class AugmentationTests
{
    private static readonly Augmentation CropAndFlip = new(4, true);

    [Theory]
    [InlineData(4, true, 3)]
    [InlineData(4, false, 3)]
    [InlineData(2, true, 1)]
    [InlineData(0, true, 3)]
    [InlineData(0, false, 3)]
    public void Each_image_is_padded_cropped_and_flipped_as_one_at_a_time(int padding, bool flip, int channels)
    {
        const int n = 17, height = 6, width = 9;
        var augmentation = new Augmentation(padding, flip);
        using var batch = arange(1, n * channels * height * width + 1, ScalarType.Float32).reshape(n, channels, height, width);
        using var changed = augmentation.Apply(batch, new Generator(5));
        using var expected = OneAtATime(batch, augmentation, new Generator(5));
        Assert.True(expected.equal(changed).all().item<bool>());
        Assert.Equal(batch.stride(), changed.stride());
    }

    [Fact]
    public void All_offsets_and_both_directions_occur_and_images_differ()
    {
        // One bright pixel in the middle: where it lands tells the offset; beside it a half-bright one tells the direction.
        using var batch = zeros(2000, 1, 9, 9);
        batch[TensorIndex.Colon, 0, 4, 4] = 1;
        batch[TensorIndex.Colon, 0, 4, 5] = 0.5;
        using var changed = new Augmentation(2, true).Apply(batch, new Generator(3));
        var places = new Dictionary<(int, int), int>();
        var mirrored = 0;
        for (var i = 0; i < 2000; i++)
        {
            var pixels = changed[i, 0].data<float>().ToArray();
            var bright = Array.IndexOf(pixels, 1f);
            var key = (bright / 9, bright % 9);
            places[key] = places.GetValueOrDefault(key) + 1;
            mirrored += pixels[bright - 1] == 0.5f ? 1 : 0;
        }
        Assert.Equal(25, places.Count);
        Assert.All(places.Values, count => Assert.InRange(count, 45, 120)); // 80 expected, deviation 8.8
        Assert.InRange(mirrored, 900, 1100);
    }

    [Fact]
    public void A_seed_fixes_the_draws_and_the_next_batch_gets_others()
    {
        using var batch = rand(16, 3, 8, 8);
        var generator = new Generator(9);
        using var first = CropAndFlip.Apply(batch, generator);
        using var second = CropAndFlip.Apply(batch, generator);
        using var again = CropAndFlip.Apply(batch, new Generator(9));
        Assert.True(first.equal(again).all().item<bool>());
        Assert.False(first.equal(second).all().item<bool>());
    }

    [Fact]
    public void No_change_gives_a_copy()
    {
        using var batch = rand(2, 3, 4, 4);
        using var copy = new Augmentation(0, false).Apply(batch, new Generator(1));
        copy.zero_();
        Assert.True((batch > 0).any().item<bool>());
    }

    [Fact]
    public void On_the_meta_device_nothing_stays_on_the_CPU()
    {
        using var batch = empty([8, 3, 32, 32], device: META);
        using var changed = CropAndFlip.Apply(batch, new Generator(1));
        Assert.Equal(DeviceType.META, changed.device_type);
        Assert.Equal(batch.shape, changed.shape);
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Augmentation(-1, true));
        Assert.Throws<ArgumentException>(() => CropAndFlip.Apply(rand(3, 4, 4), new Generator(1)));
    }

    private static Tensor OneAtATime(Tensor batch, Augmentation augmentation, Generator generator)
    {
        var (n, padding) = ((int)batch.shape[0], augmentation.Padding);
        if (augmentation is { Padding: 0, Flip: false })
            return batch.clone();
        var offsets = randint(0, 2 * padding + 1, [2, n], dtype: ScalarType.Int64, generator: generator);
        var flips = augmentation.Flip ? randint(0, 2, [n, 1], dtype: ScalarType.Int64, generator: generator) : zeros([n, 1], ScalarType.Int64);
        var images = new List<Tensor>();
        for (var i = 0; i < n; i++)
        {
            var image = nn.functional.pad(batch[i], [padding, padding, padding, padding])
                .narrow(1, offsets[0, i].item<long>(), batch.shape[2]).narrow(2, offsets[1, i].item<long>(), batch.shape[3]);
            images.Add(flips[i, 0].item<long>() == 1 ? image.flip(2) : image);
        }
        return stack(images);
    }
}
