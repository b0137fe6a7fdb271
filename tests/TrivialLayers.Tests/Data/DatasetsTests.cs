using System.Text;

namespace TrivialLayers.Tests;

public sealed class DatasetsTests
{
    [Fact]
    public void The_sample_comes_with_the_repository()
    {
        using var data = Datasets.Load("fashion-mnist-sample");
        Assert.Equal((10_800, 1_200, 10_000), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.Equal((1, 28, 28, 10), (data.Channels, data.Height, data.Width, data.Classes.Count));
        Assert.Equal("Sneaker", data.Classes[7]);
        Assert.All(Enumerable.Range(0, 10), c => Assert.Equal((1080, 120, 1000), (Of(data.Train, c), Of(data.Validation, c), Of(data.Test, c))));
        Assert.Equal(data.Train.Mean, data.Test.Mean);
        Assert.InRange(data.Train.Mean[0], 0.28, 0.29); // Fashion-MNIST as a whole: 0.2860, 0.3530
        Assert.InRange(data.Train.Std[0], 0.35, 0.36);
    }

    [Fact]
    public void A_load_gives_the_same_split_for_ever_and_another_seed_another_one()
    {
        using var data = Datasets.Load("fashion-mnist-sample");
        using var again = Datasets.Load("fashion-mnist-sample", seed: 0);
        using var other = Datasets.Load("fashion-mnist-sample", seed: 1);
        Assert.Equal("cce077b7fcb0a69a107ecb884e961500f41c4e27a59341eada974b8adeaefabd", data.Fingerprint);
        Assert.Equal(data.Fingerprint, again.Fingerprint);
        Assert.NotEqual(data.Validation.Fingerprint, other.Validation.Fingerprint);
    }

    [Fact]
    public void The_sample_is_what_its_program_makes()
    {
        DataFolders.NeedOfficialFashionMnist();
        var entry = DatasetCatalog.Default.Datasets.Single(known => known.Name == "fashion-mnist-sample");
        var folder = Datasets.Folders().Select(path => Path.Combine(path, entry.Folder)).First(Directory.Exists);
        foreach (var (name, contents) in FashionMnistSample.Contents(DataFolders.OfficialFashionMnist))
        {
            var file = entry.Files.Single(known => known.Name == name);
            int[] sizes = file.Holds == "images" ? [file.Images, 28, 28] : [file.Images];
            Assert.Equal(contents, IdxFile.Read(Path.Combine(folder, name + ".gz"), sizes, file.Sha256));
        }
    }

    [Fact]
    public void The_whole_of_Fashion_MNIST_loads_from_the_official_files()
    {
        DataFolders.NeedOfficialFashionMnist();
        var entry = DatasetCatalog.Default.Datasets.Single(known => known.Name == "fashion-mnist");
        using var data = Datasets.LoadFrom(entry, [Path.GetDirectoryName(DataFolders.OfficialFashionMnist)!], seed: 0);
        Assert.Equal((54_000, 6_000, 10_000), (data.Train.Count, data.Validation.Count, data.Test.Count));
    }

    [Fact]
    public void CIFAR_10_loads_with_its_known_statistics()
    {
        using var data = DataFolders.Load("cifar-10");
        Assert.Equal((45_000, 5_000, 10_000), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.Equal((3, 32, 32), (data.Channels, data.Height, data.Width));
        Assert.All(Enumerable.Range(0, 10), c => Assert.Equal((4500, 500, 1000), (Of(data.Train, c), Of(data.Validation, c), Of(data.Test, c))));
        foreach (var (c, mean, std) in new[] { (0, 0.4914, 0.2470), (1, 0.4822, 0.2435), (2, 0.4465, 0.2616) }) // all 50,000 images
        {
            Assert.Equal(mean, data.Train.Mean[c], 0.002);
            Assert.Equal(std, data.Train.Std[c], 0.002);
        }
        Assert.Equal(3, data.Test.Labels[0].item<long>()); // the first test image is a cat
    }

    [Fact]
    public void Fewer_training_images_are_the_same_share_of_each_class_and_the_other_parts_stay()
    {
        using var data = SmallData.Split(train: 96);
        using var fewer = data.WithTraining(30);

        Assert.Equal(("bars-30", 30), (fewer.Name, fewer.Train.Count));
        Assert.All(Enumerable.Range(0, 3), c => Assert.Equal(10, Of(fewer.Train, c)));
        Assert.Equal((data.Validation.Fingerprint, data.Test.Fingerprint), (fewer.Validation.Fingerprint, fewer.Test.Fingerprint));
        Assert.Equal(data.Train.Mean, fewer.Train.Mean);
        using var again = data.WithTraining(30);
        Assert.Equal(fewer.Fingerprint, again.Fingerprint);
        using var all = data.WithTraining(96);
        Assert.Equal((data.Name, data.Fingerprint), (all.Name, all.Fingerprint));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.WithTraining(97));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.WithTraining(0));
    }

    [Fact]
    public void An_unknown_name_is_answered_with_the_known_ones()
    {
        var error = Assert.Throws<ArgumentException>(() => Datasets.Load("cifar10"));
        Assert.Contains("no data set \"cifar10\"", error.Message);
        Assert.Contains("fashion-mnist-sample, fashion-mnist, cifar-10, cifar-100", error.Message);
    }

    [Fact]
    public void An_absent_data_set_says_where_it_was_looked_for_and_how_to_get_it()
    {
        using var first = new TemporaryFolder();
        using var second = new TemporaryFolder();
        second.Write("cifar-100-binary/train.bin", [1]);
        var entry = DatasetCatalog.Default.Datasets.Single(known => known.Name == "cifar-100");
        var error = Assert.Throws<FileNotFoundException>(() => Datasets.LoadFrom(entry, [first.Path, second.Path], 0));
        Assert.Contains(Path.Combine(first.Path, "cifar-100-binary") + " (no such folder)", error.Message);
        Assert.Contains(Path.Combine(second.Path, "cifar-100-binary") + " (without test.bin)", error.Message);
        Assert.Contains("await Datasets.Fetch(\"cifar-100\");", error.Message);
        Assert.Contains("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz", error.Message);
        Assert.Contains($"unpack it in {second.Path}", error.Message);
        Assert.Contains(Datasets.FolderVariable, error.Message);
    }

    [Fact]
    public void Small_data_sets_of_each_layout_load_from_any_folder()
    {
        using var folder = new TemporaryFolder();
        var records = new byte[20 * 3074];
        for (var i = 0; i < 20; i++)
            (records[i * 3074 + 1], records[i * 3074 + 2]) = ((byte)(i % 2), (byte)i);
        folder.Write("small/train.bin", records);
        folder.Write("small/test.bin", records.AsSpan(0, 10 * 3074));
        var entry = new DatasetEntry(
            "small", "Small", "cifar-100", "small", "", null, "", "", [3, 32, 32], ["a", "b"], [],
            [new("train.bin", "train", "both", 20), new("test.bin", "test", "both", 10)]);
        using var data = Datasets.LoadFrom(entry, [folder.Path], 0);
        Assert.Equal((18, 2, 10), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.Equal([0, 1], data.Validation.Labels.data<long>().ToArray().Order());
        for (var i = 0; i < 18; i++) // each image kept its label
            Assert.Equal(data.Train.Images[i, 0, 0, 0].item<byte>() % 2, data.Train.Labels[i].item<long>());
    }

    [Fact]
    public void The_list_of_data_sets_is_complete()
    {
        Assert.All(DatasetCatalog.Default.Datasets, entry =>
        {
            Assert.All(entry.Files, file => Assert.True(entry.Name == "cifar-100" || file.Sha256 is { Length: 64 }));
            Assert.All(entry.Downloads, file => Assert.True(Uri.IsWellFormedUriString(file.Url, UriKind.Absolute)));
            Assert.NotEmpty(entry.Citation);
            Assert.NotEmpty(entry.LicenceNote);
        });
        Assert.Equal(100, DatasetCatalog.Default.Datasets.Single(entry => entry.Name == "cifar-100").Classes.Distinct().Count());
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1, 2")]
    [InlineData("""{"about":"","datasets":[{"name":"x"}]}""")]
    [InlineData("""{"about":"","datasets":[null]}""")]
    public void A_list_that_is_none_is_refused(string json) =>
        Assert.Throws<InvalidDataException>(() => DatasetCatalog.Parse(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("\"folder\": \"cifar-100-binary\"", "\"folder\": \"../elsewhere\"")]
    [InlineData("\"layout\": \"cifar-100\"", "\"layout\": \"zip\"")]
    [InlineData("\"name\": \"train.bin\", \"part\": \"train\"", "\"name\": \"train.bin\", \"part\": \"tr\"")]
    [InlineData("\"bytes\": 168513733", "\"bytes\": -1")]
    [InlineData("https://www.cs.toronto.edu/~kriz/cifar-100-binary", "file:///etc/cifar-100-binary")]
    [InlineData("/cifar-100-binary.tar.gz", "/..")]
    [InlineData("\"unpackTo\": \".\"", "\"unpackTo\": \"..\"")]
    [InlineData("58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec", "58a8")]
    [InlineData("\"images\": 50000", "\"images\": -1")]
    [InlineData("\"images\": 50000", "\"images\": 2000000000")]
    public void A_list_that_no_loader_could_follow_is_refused(string correct, string wrong)
    {
        var folder = Datasets.Folders()[^1];
        var json = File.ReadAllText(Path.Combine(folder, "datasets.json"));
        DatasetCatalog.Parse(Encoding.UTF8.GetBytes(json));
        Assert.Contains(correct, json);
        Assert.Throws<InvalidDataException>(() => DatasetCatalog.Parse(Encoding.UTF8.GetBytes(json.Replace(correct, wrong, StringComparison.Ordinal))));
    }

    private static int Of(ImageSet set, int label)
    {
        using var found = set.Labels.eq(label).sum();
        return (int)found.item<long>();
    }
}
