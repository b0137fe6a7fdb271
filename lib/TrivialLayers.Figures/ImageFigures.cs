using System.Globalization;
using Microsoft.Data.Analysis;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Figures made of pictures: images of a set, what a network gets wrong, feature maps. They have no Plotly form.</summary>
public static class ImageFigures
{
    private const double Side = 52;

    /// <summary>The first images of each class, one row per class.</summary>
    /// <param name="images">The set; its images have 1 or 3 channels.</param>
    /// <param name="perClass">Most images a row, 1 or more.</param>
    public static Figure Images(ImageSet images, int perClass = 10)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(perClass, 1);
        var labels = LabelsOf(images);
        var rows = images.Classes.Select((name, label) => new Row(name,
            [.. labels.Index().Where(entry => entry.Item == label).Take(perClass).Select(entry => Picture(images, entry.Index, $"image {entry.Index}: {name}"))])).ToList();
        var shown = rows.SelectMany(row => row.Tiles).ToList();
        var caption = string.Create(CultureInfo.InvariantCulture, $"The first {perClass} images of each of {images.Classes.Count} classes, of {images.Count:N0} images of {images.Width} × {images.Height} pixels.");
        return Draw($"{images.Name}: images by class", caption, rows, new DataFrame(
            new Int32DataFrameColumn("image", shown.Select(tile => tile.Number)),
            new StringDataFrameColumn("class", rows.SelectMany(row => row.Tiles.Select(_ => row.Name)))));
    }

    /// <summary>The first images that a network gets wrong, under each the true class and what the network took it for.</summary>
    /// <param name="network">Any module from images <c>[N, C, H, W]</c> to logits <c>[N, classes]</c>; unchanged afterwards.</param>
    /// <param name="images">The images, in whose order mistakes are looked for.</param>
    /// <param name="most">Most images shown, 1 or more.</param>
    public static Figure Mistakes(Module<Tensor, Tensor> network, ImageSet images, int most = 20)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        var (mistakes, seen) = FindMistakes(network, images, most);
        var tiles = mistakes.Select(mistake =>
        {
            var (truth, taken) = (images.Classes[mistake.Truth], images.Classes[mistake.Predicted]);
            return Picture(images, mistake.Image, $"image {mistake.Image}: {truth} taken for {taken}") with { Below = [truth, "→ " + taken] };
        }).ToList();
        const int columns = 10;
        var rows = tiles.Chunk(columns).Select(chunk => new Row("", chunk)).ToList();
        var caption = string.Create(CultureInfo.InvariantCulture, $"The first {tiles.Count} mistakes among the first {seen:N0} of {images.Count:N0} images. Below each image: its true class and, after the arrow, the network's prediction.");
        return Draw($"{images.Name}: mistakes", caption, rows, new DataFrame(
            new Int32DataFrameColumn("image", mistakes.Select(mistake => mistake.Image)),
            new StringDataFrameColumn("true class", mistakes.Select(mistake => images.Classes[mistake.Truth])),
            new StringDataFrameColumn("predicted class", mistakes.Select(mistake => images.Classes[mistake.Predicted]))));
    }

    /// <summary>Maps of one image under several conditions, a row each, all on one grey scale: black is the least value in the figure, white the greatest.</summary>
    /// <param name="title">What the maps are.</param>
    /// <param name="most">Most channels shown of each, 1 or more.</param>
    /// <param name="maps">Features <c>[1, C, H, W]</c>, each with its label, for example before and after.</param>
    /// <exception cref="ArgumentException">A tensor is not <c>[1, C, H, W]</c>, or has a value that is not a finite number.</exception>
    public static Figure FeatureMaps(string title, int most, params (string Label, Tensor Maps)[] maps)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(maps);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        var read = maps.Select(entry => (entry.Label, Channels: ChannelsOf(entry.Label, entry.Maps, most))).ToList();
        if (read.Count == 0)
            throw new ArgumentException("No feature maps were given; give at least one tensor [1, C, H, W].", nameof(maps));
        var all = read.SelectMany(entry => entry.Channels).SelectMany(channel => channel.Values).ToList();
        var (low, high) = (all.Min(), all.Max());
        const int columns = 16;
        var rows = read.SelectMany(entry => entry.Channels.Chunk(columns).Select((chunk, index) => new Row(index == 0 ? entry.Label : "",
            [.. chunk.Select(channel => Grey(channel, low, high, $"{(entry.Label.Length > 0 ? entry.Label + ", " : "")}channel {channel.Number}"))]))).ToList();
        var shown = read.SelectMany(entry => entry.Channels.Select(channel => (entry.Label, Channel: channel))).ToList();
        var caption = string.Create(CultureInfo.InvariantCulture, $"{(read.Count == 1 ? "" : "The same channels of one image under each condition. ")}All {shown.Count} maps are on one grey scale: black is {low:G4}, white {high:G4}.");
        return Draw(title, caption, rows, new DataFrame(
            new StringDataFrameColumn("condition", shown.Select(entry => entry.Label)),
            new Int32DataFrameColumn("channel", shown.Select(entry => entry.Channel.Number)),
            new DoubleDataFrameColumn("mean", shown.Select(entry => (double)entry.Channel.Values.Average())),
            new DoubleDataFrameColumn("least", shown.Select(entry => (double)entry.Channel.Values.Min())),
            new DoubleDataFrameColumn("greatest", shown.Select(entry => (double)entry.Channel.Values.Max()))));
    }

    internal static PictureFigure Draw(string title, string caption, IReadOnlyList<Row> rows, DataFrame table, double side = Side)
    {
        var left = 12 + rows.Select(row => Canvas.WidthOf(row.Name, 12)).DefaultIfEmpty(0).Max() + (rows.Any(row => row.Name.Length > 0) ? 10 : 0);
        var below = rows.SelectMany(row => row.Tiles).Select(tile => tile.Below.Count).DefaultIfEmpty(0).Max();
        var widest = rows.SelectMany(row => row.Tiles).SelectMany(tile => tile.Below).Select(text => Canvas.WidthOf(text, 10) + 8).DefaultIfEmpty(0).Max();
        var step = Math.Max(side + 4, widest);
        var height = side + 4 + (below * 13) + (below > 0 ? 6 : 0);
        var width = Math.Max(left + (rows.Select(row => row.Tiles.Count).DefaultIfEmpty(0).Max() * step) + 12, Canvas.WidthOf(title, 17) + 24);
        return new PictureFigure(new Drawing(title, caption, width, 40 + (rows.Count * height) + 8, canvas =>
        {
            canvas.Text(12, 24, title, 16, Palette.Ink, bold: true);
            foreach (var (line, row) in rows.Index())
                Draw(canvas, row, new(left, 40 + (line * height)), step, side);
        }), table);
    }

    private static void Draw(Canvas canvas, Row row, (double X, double Y) corner, double step, double side)
    {
        if (row.Name.Length > 0)
            canvas.Text(corner.X - 8, corner.Y + (side / 2) + 4, row.Name, 12, Palette.Ink, "end");
        foreach (var (column, tile) in row.Tiles.Index())
        {
            var x = corner.X + (column * step);
            canvas.Picture(x + ((step - 4 - side) / 2), corner.Y, side, tile.Png, tile.Label, Palette.Grid);
            foreach (var (index, text) in tile.Below.Index())
                canvas.Text(x + ((step - 4) / 2), corner.Y + side + 12 + (13 * index), text, 10, Palette.SoftInk, "middle");
        }
    }

    internal static Tile Picture(ImageSet images, int number, string label)
    {
        if (images.Channels is not (1 or 3))
            throw new ArgumentException($"\"{images.Name}\" has {images.Channels} channels; pictures have 1 (grey) or 3 (red, green, blue).", nameof(images));
        using var scope = NewDisposeScope();
        var pixels = images.Images[number].permute(1, 2, 0).cpu().contiguous();
        return new Tile(number, Png.Encode(pixels.bytes, images.Width, images.Height, images.Channels), label);
    }

    private static Tile Grey(Channel channel, float low, float high, string label)
    {
        var scale = high > low ? 255 / (high - low) : 0;
        var pixels = channel.Values.Select(value => (byte)Math.Round((value - low) * scale)).ToArray();
        return new Tile(channel.Number, Png.Encode(pixels, channel.Width, channel.Values.Length / channel.Width, 1), label);
    }

    private static List<Channel> ChannelsOf(string label, Tensor maps, int most)
    {
        ArgumentNullException.ThrowIfNull(maps);
        if (maps.dim() != 4 || maps.shape[0] != 1 || maps.NumberOfElements == 0)
            throw new ArgumentException($"Feature maps are a tensor [1, C, H, W]; \"{label}\" is [{string.Join(", ", maps.shape)}].", nameof(maps));
        using var scope = NewDisposeScope();
        var values = maps.detach().to(ScalarType.Float32).cpu().contiguous();
        if (!values.isfinite().all().item<bool>())
            throw new ArgumentException($"The feature maps \"{label}\" have values that are not finite numbers.", nameof(maps));
        return [.. Enumerable.Range(0, (int)Math.Min(most, values.shape[1])).Select(c => new Channel(c, (int)values.shape[3], values[0, c].contiguous().data<float>().ToArray()))];
    }

    private static (List<(int Image, int Truth, int Predicted)> Mistakes, int Seen) FindMistakes(Module<Tensor, Tensor> network, ImageSet images, int most)
    {
        var labels = LabelsOf(images);
        var mistakes = new List<(int, int, int)>();
        var device = NetworkProbe.DeviceOf(network);
        using var evaluation = new EvaluationMode(network);
        var seen = 0;
        while (seen < images.Count && mistakes.Count < most)
        {
            using var scope = NewDisposeScope();
            var (input, _) = images.Batch(seen, Math.Min(Evaluation.DefaultBatch, images.Count - seen), device);
            foreach (var predicted in network.call(input.ToChannelsLast()).argmax(1).cpu().data<long>())
            {
                if (mistakes.Count == most)
                    break;
                if (predicted != labels[seen])
                    mistakes.Add((seen, (int)labels[seen], (int)predicted));
                seen++;
            }
        }

        return (mistakes, seen);
    }

    private static long[] LabelsOf(ImageSet images)
    {
        if (images.HasPixelLabels)
            throw new ArgumentException($"\"{images.Name}\" has a label for each pixel; see {nameof(SegmentationFigures)}.", nameof(images));
        using var labels = images.Labels.cpu();
        return labels.data<long>().ToArray();
    }

    internal sealed record Row(string Name, IReadOnlyList<Tile> Tiles);

    internal sealed record Tile(int Number, byte[] Png, string Label)
    {
        public IReadOnlyList<string> Below { get; init; } = [];
    }

    private sealed record Channel(int Number, int Width, float[] Values);
}
