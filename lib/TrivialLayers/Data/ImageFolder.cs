using StbImageSharp;
using TorchSharp;
using TrivialLayers.Runtime;
using static TorchSharp.torch;

namespace TrivialLayers.Data;

/// <summary>
/// Images in a folder with a subfolder for each class, as ImageNet is laid out for torchvision: <c>val/n01440764/….JPEG</c>. JPEG, PNG and BMP. Classes are the names of the subfolders in ordinal order,
/// images follow in ordinal order of their names. All pixels are kept in memory: 50,000 images of 224 × 224 take 7.5 GB.
/// </summary>
public static class ImageFolder
{
    /// <summary>Pixels of a picture that is opened, at most: a small file can claim to be a huge picture.</summary>
    private const long MostPixels = 200_000_000;

    private static readonly string[] s_endings = [".jpg", ".jpeg", ".png", ".bmp"];

    /// <summary>Per channel the mean of pixel / 255 that networks pretrained on ImageNet by torchvision are used with.</summary>
    public static IReadOnlyList<float> ImageNetMean { get; } = [0.485f, 0.456f, 0.406f];

    /// <summary>The standard deviation that goes with it.</summary>
    public static IReadOnlyList<float> ImageNetStd { get; } = [0.229f, 0.224f, 0.225f];

    /// <summary>Loads images for a network pretrained on ImageNet: shorter side to <paramref name="resize"/>, centre crop, ImageNet's statistics; torchvision's evaluation transform.</summary>
    /// <param name="folder">The folder of the class folders, as <c>imagenet/val</c>.</param>
    /// <param name="resize">Length of the shorter side in pixels before the crop; bilinear with antialiasing, as Pillow does it.</param>
    /// <param name="crop">Side of the square cut from the middle, in pixels, no more than <paramref name="resize"/>.</param>
    /// <param name="progress">Told about images done.</param>
    /// <param name="cancellationToken">Ends the loading.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or none in it.</exception>
    /// <exception cref="InvalidDataException">A class has no images, or a file is no picture; the message names it.</exception>
    public static ImageSet LoadImageNet(
        string folder, int resize = 256, int crop = 224, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(crop, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(resize, crop);
        var (classes, files) = Find(folder);
        return Make(Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), files, classes, new Picture(crop, crop, 3), path => Cropped(path, resize, crop), ImageNetMean, ImageNetStd, progress, cancellationToken);
    }

    /// <summary>
    /// Loads images of one's own, as they are: all must have the size of the first. A tenth of the training images, the same share of each class, becomes the validation set; statistics are those of the training images.
    /// </summary>
    /// <param name="folder">A folder with <c>train</c> and <c>test</c>, each with a subfolder for each class.</param>
    /// <param name="channels">1 for grey, 3 for colour; colours are turned into grey and grey into colour where the files are otherwise.</param>
    /// <param name="seed">Chooses the validation images.</param>
    /// <param name="progress">Told about images done.</param>
    /// <param name="cancellationToken">Ends the loading.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or none in it.</exception>
    /// <exception cref="InvalidDataException">A class has no images, a file is no picture or of another size, or the test images have other classes; the message names it.</exception>
    public static DataSplit LoadSplit(string folder, int channels = 3, long seed = 0, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        if (channels is not (1 or 3))
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "Pictures are loaded with 1 channel (grey) or 3 (colour).");
        var (classes, training) = Find(Path.Combine(folder, "train"));
        var (testClasses, test) = Find(Path.Combine(folder, "test"));
        if (!classes.SequenceEqual(testClasses))
            throw new InvalidDataException($"{folder}: train has the classes {string.Join(", ", classes)}, test has {string.Join(", ", testClasses)}; they must be the same.");
        var shape = Open(training[0].Path, channels).Shape;
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        var (kept, held) = Stratified.Split([.. training.Select(file => (long)file.Label)], classes.Count, seed);
        ImageSet Part(string part, IReadOnlyList<(string Path, int Label)> files, ImageSet? train) =>
            Make($"{name} {part}", files, classes, shape, path => Exactly(path, shape), train?.Mean, train?.Std, progress, cancellationToken);

        using var scope = NewDisposeScope(); // frees what was made when a later part fails; the sets leave it by themselves
        var train = Part("training", [.. kept.Select(i => training[i])], null);
        return new DataSplit(name, train, Part("validation", [.. held.Select(i => training[i])], train), Part("test", test, train));
    }

    private sealed record Picture(int Height, int Width, int Channels)
    {
        public override string ToString() => $"{Width} × {Height}";
    }

    private static (IReadOnlyList<string> Classes, IReadOnlyList<(string Path, int Label)> Files) Find(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder {Path.GetFullPath(folder)}; expected one with a subfolder of images for each class.");
        var classes = Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ToList();
        if (classes.Count == 0)
            throw new DirectoryNotFoundException($"{Path.GetFullPath(folder)} has no subfolders; expected one for each class, with its images.");
        var files = new List<(string Path, int Label)>();
        foreach (var (label, name) in classes.Index())
        {
            var own = Directory.GetFiles(Path.Combine(folder, name)).Where(path => s_endings.Contains(Path.GetExtension(path).ToLowerInvariant())).Order(StringComparer.Ordinal).ToList();
            if (own.Count == 0)
                throw new InvalidDataException($"{Path.Combine(folder, name)} holds no images ({string.Join(", ", s_endings)}).");
            files.AddRange(own.Select(path => (path, label)));
        }

        return (classes, files);
    }

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
        string name, IReadOnlyList<(string Path, int Label)> files, IReadOnlyList<string> classes, Picture shape, Func<string, byte[]> read,
        IReadOnlyList<float>? mean, IReadOnlyList<float>? std, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        LibTorch.Demand();
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
    private static void Plane(byte[] interleaved, Picture shape, Span<byte> planes)
    {
        var plane = shape.Height * shape.Width;
        for (var i = 0; i < plane; i++)
            for (var c = 0; c < shape.Channels; c++)
                planes[(c * plane) + i] = interleaved[(i * shape.Channels) + c];
    }

    private static byte[] Exactly(string path, Picture expected)
    {
        var (pixels, shape) = Open(path, expected.Channels);
        return shape == expected ? pixels : throw new InvalidDataException($"{path} is {shape} pixels; the first image is {expected}, and all must be the same.");
    }

    /// <summary>torchvision's <c>Resize</c>, then its <c>CenterCrop</c>, which rounds halves to even.</summary>
    private static byte[] Cropped(string path, int resize, int crop)
    {
        var (pixels, shape) = Open(path, 3);
        var (height, width) = shape.Height < shape.Width
            ? (resize, (int)((long)resize * shape.Width / shape.Height))
            : ((int)((long)resize * shape.Height / shape.Width), resize);
        var resized = BilinearResize.Of(pixels, shape.Height, shape.Width, 3, height, width);
        var (top, left) = ((int)Math.Round((height - crop) / 2.0, MidpointRounding.ToEven), (int)Math.Round((width - crop) / 2.0, MidpointRounding.ToEven));
        var cut = new byte[crop * crop * 3];
        for (var row = 0; row < crop; row++)
            resized.AsSpan((((top + row) * width) + left) * 3, crop * 3).CopyTo(cut.AsSpan(row * crop * 3));
        return cut;
    }

    private static (byte[] Pixels, Picture Shape) Open(string path, int channels)
    {
        using var file = File.OpenRead(path);
        try
        {
            if (ImageInfo.FromStream(file) is not { } info)
                throw new InvalidDataException($"{path} is no JPEG, PNG or BMP.");
            if ((long)info.Width * info.Height > MostPixels)
                throw new InvalidDataException($"{path} says that it is {info.Width} × {info.Height} pixels; at most {MostPixels:N0} are read.");
            file.Position = 0;
            var image = ImageResult.FromStream(file, channels == 1 ? ColorComponents.Grey : ColorComponents.RedGreenBlue);
            return (image.Data, new Picture(image.Height, image.Width, channels));
        }
        catch (Exception error) when (error is not (InvalidDataException or IOException or OutOfMemoryException))
        {
            throw new InvalidDataException($"{path} cannot be read as a picture: {error.Message}", error); // the decoder throws exceptions of many types
        }
    }
}
