using System.Security.Cryptography;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

/// <summary>Pictures in class folders, in a folder that each test makes.</summary>
public sealed class ImageFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Hashes from <c>pillow/record.py</c>: what torchvision's <c>Resize</c> and <c>CenterCrop</c> make of the same picture.</summary>
    [Theory]
    [InlineData(53, 37, 20, 16, "edb124d191ead348f5ca2ab138885609559301341d912de7114401daf3270ebf")]
    [InlineData(37, 53, 20, 17, "3f480a735fe075b766dd842f1f293f336d2966603b2e7abdd7cb9972ee5de029")]
    [InlineData(40, 40, 64, 51, "42e3d57dfa16a2278c105bf8e8453a0c677340079974be96931be3770d5b92bd")]
    [InlineData(33, 20, 20, 20, "928a437c4e4db9acbfe5d2b9291d50e0639b5313528e90074da699bcd826e210")]
    public void It_resizes_and_crops_as_torchvision_does_to_the_byte(int width, int height, int resize, int crop, string expected)
    {
        Put("val/a/1.png", width, height, 3);
        using var images = ImageFolder.LoadImageNet(_folder["val"], resize, crop);
        using var interleaved = images.Images[0].permute(1, 2, 0).contiguous();
        Assert.Equal(expected, Convert.ToHexStringLower(SHA256.HashData(interleaved.bytes)));
        Assert.Equal(ImageFolder.ImageNetMean, images.Mean);
    }

    [Fact]
    public void Classes_and_images_are_in_the_order_of_their_names_and_a_large_network_takes_them()
    {
        foreach (var file in new[] { "n02/b.png", "n02/a.PNG", "n01/z.png", "n10/c.png" })
            Put("val/" + file, 40, 36, 3, shift: file[^5]);
        File.WriteAllText(_folder["val/n01/notes.txt"], "no picture");
        using var images = ImageFolder.LoadImageNet(_folder["val"] + Path.DirectorySeparatorChar, 36, 32, report: _ => { });
        Assert.Equal(["n01", "n02", "n10"], images.Classes);
        Assert.Equal([0L, 1, 1, 2], images.Labels.data<long>().ToArray());
        Assert.Equal("val", images.Name);
        using var network = ResNet.ForLargeImages(18, 3, 3, width: 4);
        Initialisation.He(network, 1);
        Assert.Equal(4, Evaluation.Run(network, images).Outcomes.Count);
    }

    [Fact]
    public void A_pretrained_network_is_swept_on_a_folder_as_environment_md_does_it()
    {
        for (var i = 0; i < 6; i++)
            Put($"val/n0{i % 2}/{i}.png", 40, 36, 3, shift: i);
        using var published = ResNet.ForLargeImages(50, 2, 3, width: 4);
        Initialisation.He(published, 1);
        Weights.Save(published, _folder["resnet50.safetensors"]);

        using var network = ResNet.ForLargeImages(50, 2, 3, width: 4);
        Assert.True(Weights.LoadByName(network, _folder["resnet50.safetensors"]).IsComplete);
        using var images = ImageFolder.LoadImageNet(_folder["val"], 36, 32);
        using var some = images.Take(4, seed: 0);
        var sweep = Sweep.Run(network, some);

        Assert.Equal(53, sweep.Targets.Count); // 49 on the longest path, the last layer being linear, and 4 projections
        Assert.Equal(4, sweep.Baseline.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_split_of_ones_own_keeps_the_pixels_and_the_shares_of_the_classes(int channels)
    {
        for (var i = 0; i < 20; i++)
        {
            Put($"own/train/{(i % 2 == 0 ? "cats" : "dogs")}/{i:D2}.png", 9, 7, channels, shift: i);
            Put($"own/test/{(i % 2 == 0 ? "cats" : "dogs")}/{i:D2}.png", 9, 7, channels, shift: 100 + i);
        }

        using var data = ImageFolder.LoadSplit(_folder["own"], channels);
        Assert.Equal("own: 18 training, 2 validation, 20 test images of " + channels + " x 7 x 9, 2 classes", data.ToString());
        Assert.Equal(1, data.Validation.Labels.sum().item<long>());
        Assert.Equal(data.Train.Mean, data.Test.Mean);
        using var first = data.Test.Images[0].permute(1, 2, 0).contiguous();
        Assert.Equal(Pixels(9, 7, channels, 100), first.bytes.ToArray());
        using var again = ImageFolder.LoadSplit(_folder["own"], channels);
        Assert.Equal(data.Fingerprint, again.Fingerprint);
    }

    [Fact]
    public void What_is_missing_damaged_or_of_another_size_is_named()
    {
        Assert.Contains("There is no folder", Assert.Throws<DirectoryNotFoundException>(() => ImageFolder.LoadImageNet(_folder["none"])).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(_folder["val"]);
        Assert.Contains("no subfolders", Assert.Throws<DirectoryNotFoundException>(() => ImageFolder.LoadImageNet(_folder["val"])).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(_folder["val/empty"]);
        Assert.Contains("contains no images", Assert.Throws<InvalidDataException>(() => ImageFolder.LoadImageNet(_folder["val"])).Message, StringComparison.Ordinal);
        File.WriteAllText(_folder["val/empty/text.png"], "no picture");
        Assert.Contains("text.png is not a JPEG", Assert.Throws<InvalidDataException>(() => ImageFolder.LoadImageNet(_folder["val"])).Message, StringComparison.Ordinal);

        for (var i = 1; i <= 10; i++)
            Put($"own/train/a/{i:D2}.png", i == 2 ? 8 : 9, 7, 3);
        Put("own/test/a/1.png", 9, 7, 3);
        Assert.Contains("02.png is 8 × 7 pixels; the first image is 9 × 7", Assert.Throws<InvalidDataException>(() => ImageFolder.LoadSplit(_folder["own"])).Message, StringComparison.Ordinal);
        Put("own/test/b/1.png", 9, 7, 3);
        Assert.Contains("train has the classes a, test has a, b", Assert.Throws<InvalidDataException>(() => ImageFolder.LoadSplit(_folder["own"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_picture_is_refused_or_read_and_nothing_else()
    {
        var whole = Png.Encode(Pixels(16, 16, 3, 0), 16, 16, 3);
        Directory.CreateDirectory(_folder["val/a"]);
        var random = new Random(1);
        for (var i = 0; i < 500; i++)
        {
            var damaged = whole.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(_folder["val/a/1.png"], random.Next(3) == 0 ? damaged[..random.Next(damaged.Length)] : damaged);
            try
            {
                ImageFolder.LoadImageNet(_folder["val"], 16, 16).Dispose();
            }
            catch (InvalidDataException error)
            {
                Assert.Contains("1.png", error.Message, StringComparison.Ordinal);
            }
        }
    }

    private void Put(string path, int width, int height, int channels, int shift = 0)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
        File.WriteAllBytes(_folder[path], Png.Encode(Pixels(width, height, channels, shift), width, height, channels));
    }

    private static byte[] Pixels(int width, int height, int channels, int shift) =>
    [
        .. from y in Enumerable.Range(0, height) from x in Enumerable.Range(0, width) from c in Enumerable.Range(0, channels)
           select (byte)((3 * x * x) + (5 * y) + (x * y) + (70 * c) + shift),
    ];
}
