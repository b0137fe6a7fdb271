
namespace TrivialLayers.Tests;

/// <summary>Which files of class folders count, and in which order: torchvision's <c>ImageFolder</c>, hidden folders apart.</summary>
public sealed class ClassFoldersTests : IDisposable
{
    private static readonly byte[] s_picture = Png.Encode(new byte[48], 4, 4, 3);

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _reports = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Pictures_in_subfolders_count_in_the_order_in_which_Python_sorts_folders_and_names()
    {
        // What Python 3.11 makes of the first class: [os.path.join(r, f) for r, _, fs in sorted(os.walk('cat', followlinks=True)) for f in sorted(fs)].
        // U+FF41 comes before U+1F63A by code points, behind it by UTF-16 units.
        string[] expected = ["cat/z.jpg", "cat/a/x.jpg", "cat/a b/y.png", "cat/a-b/v.bmp", "cat/a/b/w.webp"];
        string[] others = ["cat b/q.PPM", "dog/A.JPEG", "dog/a.tif", "dog/ａ.pgm", "dog/😺.tiff"];
        Put(others.Concat(expected).Reverse());
        var found = Find();
        Assert.Equal(["cat", "cat b", "dog"], found.Classes);
        Assert.Equal([.. expected, .. others], PathsOf(found));
        Assert.Equal([0, 0, 0, 0, 0, 1, 2, 2, 2, 2], found.Files.Select(file => file.Label));
        Assert.Empty(_reports);
    }

    [Fact]
    public void Tiny_ImageNets_layout_loads()
    {
        Put(["n02/images/n02_0.JPEG", "n02/images/n02_1.JPEG", "n02/n02_boxes.txt", "n01/images/n01_0.JPEG", "n01/n01_boxes.txt"]);
        using var images = ImageFolder.LoadImageNet(_folder.Path, 4, 4, report: _reports.Add);
        Assert.Equal(["n01", "n02"], images.Classes);
        Assert.Equal([0L, 1, 1], images.Labels.data<long>().ToArray());
        Assert.Equal(
            [$"{_folder.Path}: left out 2 of 5 files, in no class folder or without the file ending of an image (.txt: 2): "
                + "n01/n01_boxes.txt, n02/n02_boxes.txt."], _reports);
    }

    [Fact]
    public void Hidden_folders_are_no_classes_and_hold_no_pictures()
    {
        Put([".ipynb_checkpoints/a-checkpoint.jpg", "cat/a.jpg", "cat/.ipynb_checkpoints/a-checkpoint.jpg", "dog/.trash/deep/b.jpg", "dog/b.jpg"]);
        var found = Find();
        Assert.Equal(["cat", "dog"], found.Classes);
        Assert.Equal(["cat/a.jpg", "dog/b.jpg"], PathsOf(found));
        Assert.Equal([$"{_folder.Path}: left out 3 hidden folders: .ipynb_checkpoints, cat/.ipynb_checkpoints, dog/.trash."], _reports);
    }

    [Fact]
    public void What_is_left_out_is_counted_by_ending_and_the_first_are_named()
    {
        Put(["a.jpg", "cat/a.jpg", "cat/b.gif", "cat/c.GIF", "cat/d.jfif", "cat/deep/e", "cat/f.heic", "dog/g.avif", "dog/h.png", ".git/x"]);
        Find();
        Assert.Equal(
            [$"{_folder.Path}: left out 7 of 9 files, in no class folder or without the file ending of an image "
                + "(no ending: 1, .avif: 1, .gif: 2, .heic: 1, .jfif: 1, .jpg: 1): "
                + "a.jpg, cat/b.gif, cat/c.GIF, cat/d.jfif, cat/deep/e and 2 more; and 1 hidden folder: .git."], _reports);
    }

    [Fact]
    public void A_class_without_pictures_is_named_with_the_endings_that_count_and_what_was_left_out()
    {
        Put(["cat/a.jpg", "dog/deep/b.gif"]);
        var message = Assert.Throws<InvalidDataException>(Find).Message;
        Assert.Contains("dog contains no images (.jpg, .jpeg, .png, .ppm,", message, StringComparison.Ordinal);
        Assert.EndsWith("left out 1 of 2 files, in no class folder or without the file ending of an image (.gif: 1): dog/deep/b.gif.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_are_followed_but_not_in_a_circle()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right there.");
        Put(["cat/a.jpg", "elsewhere/more/b.jpg"]);
        Directory.Move(_folder["elsewhere"], _folder[".elsewhere"]);
        Directory.CreateSymbolicLink(_folder["dog"], _folder[".elsewhere"]);
        Assert.Equal(["cat/a.jpg", "dog/more/b.jpg"], PathsOf(Find()));
        Directory.CreateSymbolicLink(_folder["cat/circle"], _folder["cat"]);
        Assert.Contains($"circle is a link to {_folder["cat"]}, a folder that contains it", Assert.Throws<InvalidDataException>(Find).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fewer_than_ten_training_images_are_refused_in_words_about_images()
    {
        Put(from part in new[] { "train", "test" } from name in new[] { "a/0.png", "a/1.png", "b/0.png", "b/1.png" } select $"{part}/{name}");
        var error = Assert.Throws<InvalidDataException>(() => ImageFolder.LoadSplit(_folder.Path));
        Assert.Equal($"{_folder["train"]} has 4 images. A tenth of them becomes the validation set, so there must be 10 or more.", error.Message);

        Put(from name in Enumerable.Range(2, 3) from label in "ab" select $"train/{label}/{name}.png");
        using var data = ImageFolder.LoadSplit(_folder.Path);
        Assert.Equal((9, 1, 4), (data.Train.Count, data.Validation.Count, data.Test.Count));
    }

    private void Put(IEnumerable<string> files)
    {
        foreach (var file in files)
            _folder.Write(file, s_picture);
    }

    private ClassFolders Find() => ClassFolders.Find(_folder.Path, _reports.Add);

    private IEnumerable<string> PathsOf(ClassFolders found) =>
        found.Files.Select(file => Path.GetRelativePath(_folder.Path, file.Path).Replace(Path.DirectorySeparatorChar, '/'));
}
