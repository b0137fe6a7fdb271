using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

public sealed class ImageSetTests
{
    private static readonly string[] Classes = ["cat", "dog", "ship"];

    [Fact]
    public void Statistics_are_those_of_the_pixels_over_255()
    {
        using var set = Make();
        using var pixels = set.Images.to(ScalarType.Float64) / 255;
        for (var c = 0; c < set.Channels; c++)
        {
            using var channel = pixels[TensorIndex.Colon, c];
            using var mean = channel.mean();
            using var std = channel.std(unbiased: false);
            Assert.Equal(mean.item<double>(), set.Mean[c], 1e-6);
            Assert.Equal(std.item<double>(), set.Std[c], 1e-6);
        }
    }

    [Fact]
    public void Normalised_images_have_mean_0_and_deviation_1()
    {
        using var set = Make();
        using var normalised = set.Normalise(set.Images);
        using var mean = normalised.mean([0, 2, 3]);
        using var std = normalised.std([0, 2, 3], unbiased: false);
        Assert.Equal(ScalarType.Float32, normalised.dtype);
        Assert.All(mean.data<float>().ToArray(), value => Assert.Equal(0, value, 1e-5));
        Assert.All(std.data<float>().ToArray(), value => Assert.Equal(1, value, 1e-5));
    }

    [Fact]
    public void Normalising_keeps_the_layout_and_the_device()
    {
        using var set = Make();
        using var channelsLast = set.Images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        using var normalised = set.Normalise(channelsLast);
        using var onMeta = set.Normalise(set.Images.to(META));
        Assert.Equal(channelsLast.stride(), normalised.stride());
        Assert.Equal(DeviceType.META, onMeta.device_type);
        Assert.Equal(set.Images.shape, onMeta.shape);
    }

    [Fact]
    public void Only_uint8_batches_of_the_same_channels_are_normalised()
    {
        using var set = Make();
        Assert.Throws<ArgumentException>(() => set.Normalise(zeros(1, 2, 4, 4)));
        Assert.Throws<ArgumentException>(() => set.Normalise(zeros([1, 3, 4, 4], ScalarType.Byte)));
    }

    [Fact]
    public void An_image_of_one_colour_is_normalised_to_zero()
    {
        using var set = new ImageSet("grey", full([2, 1, 3, 3], 7, ScalarType.Byte), zeros([2], ScalarType.Int64), Classes);
        using var normalised = set.Normalise(set.Images);
        Assert.All(normalised.data<float>().ToArray(), value => Assert.Equal(0, value, 1e-6));
    }

    [Fact]
    public void The_fingerprint_sees_pixels_labels_shape_class_names_and_statistics()
    {
        using var set = Make();
        using var same = Make();
        Assert.Equal(set.Fingerprint, same.Fingerprint);
        Assert.Equal(64, set.Fingerprint.Length);

        var others = new List<string> { set.Fingerprint };
        void Add(Action<byte[]>? pixels = null, Action<long[]>? labels = null, long[]? shape = null, string[]? classes = null, float[]? mean = null)
        {
            using var other = Make(pixels, labels, shape, classes, mean);
            others.Add(other.Fingerprint);
        }
        Add(pixels: values => values[17]++);
        Add(labels: values => values[4] = 0);
        Add(shape: [9, 2, 2, 8]);
        Add(classes: ["cat", "do", "gship"]);
        Add(mean: [0.5f, 0.5f]);
        Assert.Distinct(others);
    }

    [Fact]
    public void The_fingerprint_does_not_depend_on_layout_or_device()
    {
        using var set = Make();
        using var channelsLast = new ImageSet(
            "same", set.Images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2), set.Labels.clone(), Classes);
        using var onMeta = set.To(META);
        Assert.Equal(set.Fingerprint, channelsLast.Fingerprint);
        Assert.Equal(set.Fingerprint, onMeta.Fingerprint);
        Assert.Equal(DeviceType.META, onMeta.Images.device_type);
        Assert.Equal(DeviceType.META, onMeta.Labels.device_type);
    }

    [Fact]
    public void Moving_leaves_the_set_as_it_is_and_each_is_disposed_on_its_own()
    {
        using var set = Make();
        set.To(CPU).Dispose();
        Assert.Equal(9, set.Count);
        Assert.Equal(5 * 5, set.Images[0, 0, 1, 1].item<byte>());
    }

    [Fact]
    public void A_set_survives_the_dispose_scope_it_was_made_in()
    {
        ImageSet set;
        using (NewDisposeScope())
            set = Make();
        Assert.Equal(9, set.Images.shape[0]);
        using var normalised = set.Normalise(set.Images);
        set.Dispose();
    }

    [Fact]
    public void A_part_keeps_the_share_of_each_class_the_order_and_the_statistics()
    {
        using var set = Make();
        using var part = set.Take(6, seed: 3);
        Assert.Equal([0, 0, 1, 1, 2, 2], part.Labels.data<long>().ToArray().Order());
        Assert.Equal(set.Mean, part.Mean);
        Assert.Equal(set.Std, part.Std);
        Assert.NotEqual(set.Fingerprint, part.Fingerprint);
        using var again = set.Take(6, seed: 3);
        Assert.Equal(part.Fingerprint, again.Fingerprint);
        using var all = set.Take(9, seed: 3);
        Assert.Equal(set.Fingerprint, all.Fingerprint);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public void A_part_of_no_images_or_too_many_is_refused(int n)
    {
        using var set = Make();
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => set.Take(n, 0));
        Assert.Contains("has 9 images; take from 1 to 9", error.Message);
    }

    [Fact]
    public void A_set_on_the_meta_device_has_no_part()
    {
        using var set = Make();
        using var onMeta = set.To(META);
        Assert.Contains("META", Assert.Throws<ArgumentException>(() => onMeta.Take(3, 0)).Message);
    }

    [Fact]
    public void Wrong_tensors_are_refused()
    {
        var labels = zeros([2], ScalarType.Int64);
        var images = zeros([2, 1, 3, 3], ScalarType.Byte);
        Assert.Contains("uint8", Assert.Throws<ArgumentException>(() => new ImageSet("x", zeros(2, 1, 3, 3), labels, Classes)).Message);
        Assert.Contains("int64 [2]", Assert.Throws<ArgumentException>(() => new ImageSet("x", images, zeros([3], ScalarType.Int64), Classes)).Message);
        Assert.Contains("from 0 to 2", Assert.Throws<ArgumentException>(() => new ImageSet("x", images, tensor(new long[] { 0, 3 }), Classes)).Message);
        Assert.Throws<ArgumentException>(() => new ImageSet("x", images, labels, Classes, mean: [0, 0], std: [1, 1]));
        Assert.Throws<ArgumentException>(() => new ImageSet("x", images, labels, Classes, mean: [0], std: [0]));
        Assert.Throws<ArgumentException>(() => new ImageSet("x", zeros([2, 1, 3, 3], ScalarType.Byte, META), labels, Classes));
    }

    [Fact]
    public void Parts_of_a_split_must_be_alike()
    {
        using var set = Make();
        using var other = Make(mean: [0.5f, 0.5f]);
        var error = Assert.Throws<ArgumentException>(() => new DataSplit("x", set, set, other));
        Assert.Contains("mean and deviation", error.Message);
    }

    private static ImageSet Make(
        Action<byte[]>? pixels = null, Action<long[]>? labels = null, long[]? shape = null, string[]? classes = null, float[]? mean = null)
    {
        var values = new byte[9 * 2 * 4 * 4];
        for (var i = 0; i < values.Length; i++)
            values[i] = (byte)(i * i % 251);
        pixels?.Invoke(values);
        var numbers = Enumerable.Range(0, 9).Select(i => (long)(i % 3)).ToArray();
        labels?.Invoke(numbers);
        return new ImageSet("made", tensor(values).reshape(shape ?? [9, 2, 4, 4]), tensor(numbers), classes ?? Classes, mean, mean is null ? null : [1f, 1f]);
    }
}
