using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// Scenes for segmentation: three to six grey images of single things, such as those of Fashion-MNIST, at half their size on a textured background, with a label for each pixel. Computed in integers
/// with <see cref="SplitMix64"/>, so data of the same name and images give the same scenes for a seed on every machine.
/// </summary>
public static class Scenes
{
    /// <summary>A pixel of a thing brighter than this covers what is behind it; a darker one lets it through. Of 255.</summary>
    internal const int Threshold = 32;

    private const int FewestThings = 3, MostThings = 6;
    private const int Overhang = 4;
    private const int Fine = 3, Coarse = 11;

    /// <summary>
    /// Makes scenes for training from the training images, for validation from the validation images and for testing from the test images. The classes are <c>background</c> (0) and
    /// those of the things, each one higher than among the images; a pixel that is covered by several things belongs to the one in front.
    /// </summary>
    /// <param name="things">Grey images on black, labelled by class.</param>
    /// <param name="training">Number of training scenes, 1 or more.</param>
    /// <param name="validation">Number of validation scenes, 1 or more.</param>
    /// <param name="test">Number of test scenes, 1 or more.</param>
    /// <param name="side">Height and width of a scene in pixels, at least half those of the images.</param>
    /// <param name="seed">Decides, with the name of the data, which things, where, how bright, and the backgrounds.</param>
    /// <exception cref="ArgumentException">The images are not grey, are labelled by pixel, or are larger than a scene.</exception>
    public static DataSplit Of(DataSplit things, int training = 8_000, int validation = 500, int test = 1_000, int side = 32, long seed = 0)
    {
        DemandThings(things);
        if (side < Math.Max(things.Height, things.Width) / 2 || Math.Min(things.Height, things.Width) < 2)
            throw new ArgumentException($"A scene of {side} × {side} pixels has no room for images of {things.Height} × {things.Width} pixels at half their size.", nameof(side));
        var name = things.Name + "-scenes";
        using var scope = NewDisposeScope(); // frees what was made when a later part fails; the sets leave it by themselves
        var train = Draw(things.Train, $"{name} training", training, side, seed, null);
        return new DataSplit(
            name, train, Draw(things.Validation, $"{name} validation", validation, side, seed, train), Draw(things.Test, $"{name} test", test, side, seed, train));
    }

    /// <summary>
    /// The same images, each with its label, on textured backgrounds: a second, harder data set of the same things. Dark pixels become background.
    /// </summary>
    /// <param name="things">Grey images on black, labelled by class.</param>
    /// <param name="seed">Decides, with the name of the data, the backgrounds.</param>
    /// <exception cref="ArgumentException">The images are not grey, or are labelled by pixel.</exception>
    public static DataSplit OnTextures(DataSplit things, long seed = 0)
    {
        DemandThings(things);
        var name = things.Name + "-textured";
        using var scope = NewDisposeScope();
        var train = OnTextures(things.Train, $"{name} training", seed, null);
        return new DataSplit(name, train, OnTextures(things.Validation, $"{name} validation", seed, train), OnTextures(things.Test, $"{name} test", seed, train));
    }

    private static ImageSet OnTextures(ImageSet things, string name, long seed, ImageSet? statistics)
    {
        var images = things.Images.cpu().contiguous().clone();
        var (height, width) = (things.Height, things.Width);
        var side = Math.Max(height, width);
        var canvas = new byte[side * side];
        for (var number = 0; number < things.Labels.shape[0]; number++)
        {
            var pixels = images.bytes.Slice(number * height * width, height * width);
            DrawBackground(canvas, side, new SplitMix64(Seeds.Derive(seed, $"{name}, image {number}")));
            for (var i = 0; i < height * width; i++)
            {
                if (pixels[i] <= Threshold)
                    pixels[i] = canvas[(i / width * side) + (i % width)];
            }
        }

        return new ImageSet(name, images, things.Labels.cpu().clone(), things.Classes, statistics?.Mean, statistics?.Std);
    }

    private static void DemandThings(DataSplit things)
    {
        ArgumentNullException.ThrowIfNull(things);
        if (things.Channels != 1 || things.Train.HasPixelLabels)
            throw new ArgumentException($"Scenes need grey images of single things, [N, 1, H, W], with one label each; these images are {things}.", nameof(things));
    }

    private static ImageSet Draw(ImageSet things, string name, int count, int side, long seed, ImageSet? statistics)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var (images, labels) = (empty([count, 1, side, side], ScalarType.Byte), empty([count, side, side], ScalarType.Byte));
        var (height, width) = (things.Height / 2, things.Width / 2);
        var halves = Halves(things);
        var classes = things.Labels.cpu().data<long>().ToArray();
        var canvas = new byte[side * side];
        var truth = new byte[side * side];
        for (var scene = 0; scene < count; scene++)
        {
            var random = new SplitMix64(Seeds.Derive(seed, $"{name}, scene {scene}"));
            DrawBackground(canvas, side, random);
            Array.Clear(truth);
            for (var left = FewestThings + random.Below(MostThings - FewestThings + 1); left > 0; left--)
            {
                var chosen = random.Below(classes.Length);
                DrawThing(canvas, truth, side, halves.AsSpan(chosen * height * width, height * width), width, (byte)(classes[chosen] + 1), random);
            }

            canvas.CopyTo(images.bytes[(scene * canvas.Length)..]);
            truth.CopyTo(labels.bytes[(scene * truth.Length)..]);
        }

        return new ImageSet(name, images, labels, [.. things.Classes.Prepend("background")], statistics?.Mean, statistics?.Std);
    }

    /// <summary>The images at half their size: the mean of each 2×2 pixels, rounded down; of an odd size the last line is left out.</summary>
    private static byte[] Halves(ImageSet things)
    {
        using var scope = NewDisposeScope();
        var source = things.Images.cpu().contiguous().bytes;
        var (rows, columns) = (things.Height, things.Width);
        var (height, width) = (rows / 2, columns / 2);
        var halves = new byte[things.Count * height * width];
        for (var i = 0; i < halves.Length; i++)
        {
            var first = (((i / width / height * rows) + (i / width % height * 2)) * columns) + (i % width * 2);
            halves[i] = (byte)((source[first] + source[first + 1] + source[first + columns] + source[first + columns + 1]) / 4);
        }

        return halves;
    }

    /// <summary>Cloudy noise, coarse and fine (random levels on a grid, linear between them), and a grain.</summary>
    private static void DrawBackground(byte[] canvas, int side, SplitMix64 random)
    {
        var level = 40 + random.Below(80);
        var (coarse, fine) = (Clouds(side, Coarse, 20 + random.Below(41), random), Clouds(side, Fine, 10 + random.Below(31), random));
        for (var i = 0; i < canvas.Length; i++)
            canvas[i] = (byte)Math.Clamp(level + coarse[i] + fine[i] + random.Below(13) - 6, 0, 255);
    }

    private static int[] Clouds(int side, int cell, int amplitude, SplitMix64 random)
    {
        var grid = (side / cell) + 2;
        var levels = new int[grid * grid];
        for (var i = 0; i < levels.Length; i++)
            levels[i] = random.Below((2 * amplitude) + 1) - amplitude;
        var clouds = new int[side * side];
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var (row, column, down, right) = (y / cell, x / cell, y % cell, x % cell);
                var above = (levels[(row * grid) + column] * (cell - right)) + (levels[(row * grid) + column + 1] * right);
                var below = (levels[((row + 1) * grid) + column] * (cell - right)) + (levels[((row + 1) * grid) + column + 1] * right);
                clouds[(y * side) + x] = ((above * (cell - down)) + (below * down)) / (cell * cell);
            }
        }

        return clouds;
    }

    /// <summary>Puts a thing somewhere on the canvas, in part over its edge, at three fifths to the whole of its brightness.</summary>
    private static void DrawThing(byte[] canvas, byte[] truth, int side, ReadOnlySpan<byte> thing, int width, byte label, SplitMix64 random)
    {
        var height = thing.Length / width;
        var (top, left) = (random.Below(side - height + (2 * Overhang) + 1) - Overhang, random.Below(side - width + (2 * Overhang) + 1) - Overhang);
        var percent = 60 + random.Below(41);
        for (var y = Math.Max(0, -top); y < Math.Min(height, side - top); y++)
        {
            for (var x = Math.Max(0, -left); x < Math.Min(width, side - left); x++)
            {
                var value = thing[(y * width) + x];
                if (value <= Threshold)
                    continue;
                var place = ((top + y) * side) + left + x;
                canvas[place] = (byte)(value * percent / 100);
                truth[place] = label;
            }
        }
    }
}
