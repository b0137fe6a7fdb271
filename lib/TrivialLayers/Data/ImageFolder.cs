using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// Images in a folder with a subfolder for each class, as ImageNet is laid out for torchvision: <c>val/n01440764/….JPEG</c>. torchvision's <c>ImageFolder</c>
/// decides what counts and in which order: <c>.jpg .jpeg .png .ppm .bmp .pgm .tif .tiff .webp</c> at any depth, classes by the names of the subfolders; but
/// hidden folders never. Pixels are Pillow's, to the byte; rare kinds of TIFF and BMP are refused by name. All are kept in memory: 50,000 images of 224 × 224 take 7.5 GB.
/// </summary>
public static class ImageFolder
{
    /// <summary>Per channel the mean of pixel / 255 that networks pretrained on ImageNet by torchvision are used with.</summary>
    public static IReadOnlyList<float> ImageNetMean { get; } = [0.485f, 0.456f, 0.406f];

    /// <summary>The standard deviation that goes with it.</summary>
    public static IReadOnlyList<float> ImageNetStd { get; } = [0.229f, 0.224f, 0.225f];

    /// <summary>
    /// Loads images for a network pretrained on ImageNet: shorter side to <paramref name="resize"/>, centre crop, ImageNet's statistics; torchvision's
    /// evaluation transform.
    /// </summary>
    /// <param name="folder">The folder of the class folders, as <c>imagenet/val</c>.</param>
    /// <param name="resize">Length of the shorter side in pixels before the crop; bilinear with antialiasing, as Pillow does it.</param>
    /// <param name="crop">Side of the square cut from the middle, in pixels, no more than <paramref name="resize"/>.</param>
    /// <param name="progress">Told about images done.</param>
    /// <param name="report">Told in a sentence which files and hidden folders were left out, where some were. By default written to the error output.</param>
    /// <param name="cancellationToken">Ends the loading.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or none in it.</exception>
    /// <exception cref="InvalidDataException">A class has no images, or a file is not a picture or is incomplete; the message names it.</exception>
    /// <exception cref="DllNotFoundException">Skia's native library, which reads pictures, is not there; the message names its package.</exception>
    public static ImageSet LoadImageNet(
        string folder, int resize = 256, int crop = 224,
        IProgress<ProgressReport>? progress = null, Action<string>? report = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(crop, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(resize, crop);
        var found = ClassFolders.Find(folder, report ?? Console.Error.WriteLine);
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
        return Make(
            name, found.Files, found.Classes, new Shape(crop, crop, 3), path => Cropped(path, resize, crop),
            ImageNetMean, ImageNetStd, progress, cancellationToken);
    }

    /// <summary>
    /// Loads images of one's own, as they are: all must have the size of the first. A tenth of the training images, the same share of each class, becomes the
    /// validation set; statistics are those of the training images.
    /// </summary>
    /// <param name="folder">A folder with <c>train</c> and <c>test</c>, each with a subfolder for each class.</param>
    /// <param name="channels">1 for grey, 3 for colour; colours are turned into grey and grey into colour where the files are otherwise.</param>
    /// <param name="seed">Chooses the validation images.</param>
    /// <param name="progress">Told about images done.</param>
    /// <param name="report">Told in a sentence which files and hidden folders were left out, where some were. By default written to the error output.</param>
    /// <param name="cancellationToken">Ends the loading.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or none in it.</exception>
    /// <exception cref="InvalidDataException">
    /// A class has no images, a file is not a picture, is incomplete or of another size, the test images have other classes, or there are fewer than ten training
    /// images; the message names it.
    /// </exception>
    /// <exception cref="DllNotFoundException">Skia's native library, which reads pictures, is not there; the message names its package.</exception>
    public static DataSplit LoadSplit(
        string folder, int channels = 3, long seed = 0,
        IProgress<ProgressReport>? progress = null, Action<string>? report = null, CancellationToken cancellationToken = default)
    {
        if (channels is not (1 or 3))
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "The number of channels must be 1 (grey) or 3 (colour).");
        report ??= Console.Error.WriteLine;
        var training = ClassFolders.Find(Path.Combine(folder, "train"), report);
        var test = ClassFolders.Find(Path.Combine(folder, "test"), report);
        var classes = training.Classes;
        if (!classes.SequenceEqual(test.Classes))
        {
            throw new InvalidDataException(
                $"{folder}: train has the classes {string.Join(", ", classes)}, test has {string.Join(", ", test.Classes)}; they must be the same.");
        }

        var (kept, held) = Stratified.Split([.. training.Files.Select(file => (long)file.Label)], classes.Count, seed);
        if (held.Length == 0)
        {
            throw new InvalidDataException(
                $"{Path.Combine(folder, "train")} has {training.Files.Count} images. A tenth of them becomes the validation set, so there must be 10 or more.");
        }

        var first = PictureFile.Read(training.Files[0].Path, channels);
        var shape = new Shape(first.Height, first.Width, channels);
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        ImageSet Part(string part, IReadOnlyList<(string Path, int Label)> files, ImageSet? train) =>
            Make($"{name} {part}", files, classes, shape, path => Exactly(path, shape), train?.Mean, train?.Std, progress, cancellationToken);

        using var scope = NewDisposeScope(); // frees what was made when a later part fails; the sets leave it by themselves
        var train = Part("training", [.. kept.Select(i => training.Files[i])], null);
        return new DataSplit(name, train, Part("validation", [.. held.Select(i => training.Files[i])], train), Part("test", test.Files, train));
    }

    /// <summary>The shape that all images of a set have.</summary>
    private sealed record Shape(int Height, int Width, int Channels);

    /// <summary>Decodes all files, on all cores, each into its place.</summary>
    /// <param name="name">The set's name.</param>
    /// <param name="files">Path and class of each image.</param>
    /// <param name="classes">The class names.</param>
    /// <param name="shape">The shape of all images.</param>
    /// <param name="read">Gives the pixels of a file, row after row, the channels of a pixel together.</param>
    /// <param name="mean">Statistics to normalise with, or null for those of these images.</param>
    /// <param name="std">The same.</param>
    /// <param name="progress">Told about images done.</param>
    /// <param name="cancellationToken">Ends the loading.</param>
    private static ImageSet Make(
        string name, IReadOnlyList<(string Path, int Label)> files, IReadOnlyList<string> classes, Shape shape, Func<string, byte[]> read,
        IReadOnlyList<float>? mean, IReadOnlyList<float>? std, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        LibTorch.Demand();
        SkiaLibrary.Demand();
        cancellationToken = progress.Link(cancellationToken);
        var pixels = empty([files.Count, shape.Channels, shape.Height, shape.Width], ScalarType.Byte);
        var done = 0;
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            Parallel.For(0, files.Count, options, i =>
            {
                using var image = pixels[i];
                Plane(read(files[i].Path), shape, image.bytes);
                progress?.Report(new ProgressReport($"load {name}", Interlocked.Increment(ref done), files.Count, "images"));
            });
        }
        catch (AggregateException several)
        {
            pixels.Dispose();
            throw several.InnerExceptions.OfType<InvalidDataException>().FirstOrDefault() ?? several.InnerExceptions[0];
        }

        return new ImageSet(name, pixels, tensor(files.Select(file => (long)file.Label).ToArray()), classes, mean, std);
    }

    /// <summary>From the channels of a pixel together, <c>[H, W, C]</c>, to a plane for each, <c>[C, H, W]</c>.</summary>
    private static void Plane(byte[] interleaved, Shape shape, Span<byte> planes)
    {
        var plane = shape.Height * shape.Width;
        for (var i = 0; i < plane; i++)
            for (var c = 0; c < shape.Channels; c++)
                planes[(c * plane) + i] = interleaved[(i * shape.Channels) + c];
    }

    private static byte[] Exactly(string path, Shape expected)
    {
        var picture = PictureFile.Read(path, expected.Channels);
        if (picture.Height != expected.Height || picture.Width != expected.Width)
        {
            throw new InvalidDataException(
                $"{path} is {picture.Width} × {picture.Height} pixels; the first image is {expected.Width} × {expected.Height}, and all must be the same.");
        }

        return picture.Pixels;
    }

    /// <summary>torchvision's <c>Resize</c>, then its <c>CenterCrop</c>, which rounds halves to even.</summary>
    private static byte[] Cropped(string path, int resize, int crop)
    {
        var picture = PictureFile.Read(path, 3);
        var (height, width) = picture.Height < picture.Width
            ? (resize, (int)((long)resize * picture.Width / picture.Height))
            : ((int)((long)resize * picture.Height / picture.Width), resize);
        var resized = BilinearResize.Of(picture.Pixels, picture.Height, picture.Width, 3, height, width);
        var (top, left) = ((int)Math.Round((height - crop) / 2.0, MidpointRounding.ToEven), (int)Math.Round((width - crop) / 2.0, MidpointRounding.ToEven));
        var cut = new byte[crop * crop * 3];
        for (var row = 0; row < crop; row++)
            resized.AsSpan((((top + row) * width) + left) * 3, crop * 3).CopyTo(cut.AsSpan(row * crop * 3));
        return cut;
    }
}
