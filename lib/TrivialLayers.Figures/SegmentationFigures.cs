using System.Globalization;
using Microsoft.Data.Analysis;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Pictures of images whose pixels have labels, and of what networks make of them.</summary>
public static class SegmentationFigures
{
    /// <summary>Colours of the classes: the background pale, then those of M. Okabe and K. Ito (2008) and darker and lighter ones between them.</summary>
    private static readonly string[] s_colours = ["#eeeeee", .. Enumerable.Range(0, 6).Select(index => Palette.At(index).Colour), "#f0e442", Palette.Ink, "#7f3b08", "#8c8c8c"];

    private const double Side = 72;

    /// <summary>Some images, under each its labels and then each network's answer, one colour a class.</summary>
    /// <param name="images">Grey or colour images whose pixels have labels.</param>
    /// <param name="count">Images shown, 1 or more: the first ones.</param>
    /// <param name="networks">Modules from images <c>[N, C, H, W]</c> to logits <c>[N, classes, H, W]</c>, each with its label; unchanged afterwards.</param>
    /// <exception cref="ArgumentException">The pixels have no labels, there are more than eleven classes, or two networks have one label.</exception>
    public static Figure Answers(ImageSet images, int count, params (string Label, Module<Tensor, Tensor> Network)[] networks)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentNullException.ThrowIfNull(networks);
        if (!images.HasPixelLabels)
            throw new ArgumentException($"\"{images.Name}\" has a label for each image; expected one for each pixel.", nameof(images));
        if (images.Classes.Count > s_colours.Length)
            throw new ArgumentException($"\"{images.Name}\" has {images.Classes.Count} classes; only {s_colours.Length} distinguishable colours are available.", nameof(images));
        if (networks.Select(network => network.Label).Distinct().Count() != networks.Length)
            throw new ArgumentException($"Each network needs its own label; given: {string.Join(", ", networks.Select(network => network.Label))}.", nameof(networks));
        count = Math.Min(count, images.Count);
        using var scope = NewDisposeScope();
        var truth = Enumerable.Range(0, count).Select(number => images.Labels[number].cpu().contiguous().bytes.ToArray()).ToList();
        var rows = new List<ImageFigures.Row>
        {
            new("image", [.. Enumerable.Range(0, count).Select(number => ImageFigures.Picture(images, number, $"image {number}"))]),
            new("labels", [.. truth.Select((labels, number) => Map(images, labels, number, $"labels of image {number}"))]),
        };
        var scored = new Dictionary<string, double[]>();
        var metric = Measure.MeanIoU(images.Classes.Count);
        foreach (var (label, network) in networks)
        {
            using var evaluation = new EvaluationMode(network);
            var (input, labels) = images.Batch(0, count, NetworkProbe.DeviceOf(network));
            var logits = network.call(input);
            var answers = logits.argmax(1).to(ScalarType.Byte).cpu().contiguous();
            var scores = metric.OfImages(logits, labels);
            rows.Add(new(label, [.. scores.Select((score, number) => Map(images, answers[number].contiguous().bytes.ToArray(), number, $"{label}: image {number}")
                with { Below = [score.ToString("F0", CultureInfo.InvariantCulture) + " %"] })]));
            scored[label] = scores;
        }

        var size = images.Height * images.Width;
        rows.Add(new("colours", [.. images.Classes.Select((name, number) => Map(images, [.. Enumerable.Repeat((byte)number, size)], number, name) with { Below = [name] })]));
        var caption = FormattableString.Invariant($"The first {count} of {images.Count:N0} images.") + $"{(networks.Length > 0 ? " Below each prediction: its mean intersection over union." : "")} The last row shows the colour of each class.";
        var pictures = rows.SelectMany(row => row.Tiles.Select(tile => (Row: row.Name, tile.Number))).ToList();
        return ImageFigures.Draw($"{images.Name}: labels{(networks.Length > 0 ? " and predictions" : "")}", caption, rows, new DataFrame(
            new StringDataFrameColumn("row", pictures.Select(picture => picture.Row)),
            new Int32DataFrameColumn("image or class", pictures.Select(picture => picture.Number)),
            new DoubleDataFrameColumn(metric.Name, pictures.Select(picture => scored.TryGetValue(picture.Row, out var scores) ? scores[picture.Number] : (double?)null))), Side);
    }

    private static ImageFigures.Tile Map(ImageSet images, byte[] classes, int number, string label)
    {
        var colours = s_colours.Select(colour => Convert.FromHexString(colour.AsSpan(1))).ToArray();
        return new ImageFigures.Tile(number, Png.Encode([.. classes.SelectMany(place => colours[place])], images.Width, images.Height, 3), label);
    }
}
