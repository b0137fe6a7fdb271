using System.Globalization;
using MathNet.Numerics.Statistics;
using Microsoft.Data.Analysis;
using Sized = (int Depth, int Width, TrivialLayers.TrainedRun Run, TrivialLayers.Sweep Sweep);

namespace TrivialLayers;

/// <summary>Figures in which each mark is a trained network.</summary>
public static class NetworkFigures
{
    private const string ShareTitle = "share of Trivial layers (%)";

    /// <summary>What is left of each network with one of its layers zeroed, on a scale that different tasks share: one column per network, one mark per layer.</summary>
    /// <param name="networks">What is left, as sweeps give it, with the network's label; several training runs of one network may go into one column.</param>
    /// <exception cref="ArgumentException">No network was given.</exception>
    public static Figure LeftAboveChance(params (string Label, IReadOnlyList<LeftAboveChance> Layers)[] networks)
    {
        ArgumentNullException.ThrowIfNull(networks);
        if (networks.Length == 0)
            throw new ArgumentException("No network was given; give at least one, as (\"label\", sweep.LeftAboveChance).", nameof(networks));
        var unknown = networks.SelectMany(network => network.Layers).Count(layer => !double.IsFinite(layer.Share));
        var marks = networks.Index().SelectMany(network => network.Item.Layers.Index().Select(layer => (
            network.Item.Label, layer.Item, X: network.Index + (network.Item.Layers.Count == 1 ? 0 : (0.7 * layer.Index / (network.Item.Layers.Count - 1)) - 0.35)))).Where(mark => double.IsFinite(mark.Item.Share)).ToList();
        var series = Series.ByRole(marks, mark => mark.Item.Layer.Role, mark => new ChartPoint(
            mark.X, mark.Item.Share, string.Create(CultureInfo.InvariantCulture, $"{mark.Label}, {mark.Item.Layer.Name}: {mark.Item.Share:F2} left, {mark.Item.Verdict}"), Fill: SweepFigures.FillOf(mark.Item.Verdict)));
        var medians = networks.Select(network => string.Create(CultureInfo.InvariantCulture, $"{network.Label}: median {network.Layers.Select(layer => layer.Share).Where(double.IsFinite).Median():F2}"));
        var chart = new Chart(
            "What is left with one layer zeroed",
            $"(zeroed − chance) / (baseline − chance). 1: nothing is lost; 0: no better than always predicting one class. Each mark is one layer of one training run. {string.Join("; ", medians)}.{(unknown > 0 ? $" Not drawn: {unknown} layers of networks that are no better than chance." : "")}",
            Math.Clamp(170 * networks.Length, 720, 1400),
            [
                new PointPanel(
                    "",
                    Axis.Of("network", [.. networks.Select(network => network.Label)]),
                    Axis.Around("left above chance (share of the baseline's)", marks.Select(mark => mark.Item.Share).Append(0).Append(1)),
                    series,
                    [new Rule(1, "nothing lost"), new Rule(0, "chance", Dashed: true)]) { PlotHeight = 360 },
            ]) { Key = SweepFigures.VerdictKey };
        return Figure.Of(chart, new DataFrame(
            new StringDataFrameColumn("network", marks.Select(mark => mark.Label)),
            new StringDataFrameColumn("layer", marks.Select(mark => mark.Item.Layer.Name)),
            new StringDataFrameColumn("role", marks.Select(mark => Palette.NameOf(mark.Item.Layer.Role))),
            new DoubleDataFrameColumn("left above chance", marks.Select(mark => mark.Item.Share)),
            new StringDataFrameColumn("verdict", marks.Select(mark => mark.Item.Verdict.ToString()))));
    }

    /// <summary>The share of Trivial layers against depth, width, parameters and training accuracy: four panels, one mark per network.</summary>
    /// <param name="networks">Each training run with the depth of its network, the channels of its first group, and its sweep.</param>
    /// <exception cref="ArgumentException">No network was given.</exception>
    public static Figure TrivialShareBySize(params IReadOnlyList<Sized> networks) => BySize(
        networks, "Trivial layers by size", ShareTitle, sized => 100.0 * sized.Sweep.Count(Verdict.Trivial) / sized.Sweep.Targets.Count, most: 100);

    /// <summary>The median drop of the residual layers against the same four.</summary>
    /// <param name="networks">Each training run with the depth of its network, the channels of its first group, and its sweep.</param>
    /// <exception cref="ArgumentException">No network was given.</exception>
    public static Figure MedianDropBySize(params IReadOnlyList<Sized> networks) => BySize(
        networks, "Median drop of a residual layer by size", "median drop of residual layers (points)", sized => sized.Sweep.MedianDrop(LayerRole.Residual), most: double.PositiveInfinity);

    /// <summary>
    /// What zeroing does, in two parts: the missing function, which is what giving each channel its recorded mean costs, and the shifted constant, which is what zeroing costs beyond that. A column a
    /// network, medians over its residual layers.
    /// </summary>
    /// <param name="networks">Of each training run the sweep that zeroes each layer and the one that gives its mean output; those of one network share a column.</param>
    /// <exception cref="ArgumentException">No network was given, or the two sweeps of one are of different layers.</exception>
    public static Figure WhatZeroDoes(params IReadOnlyList<(Sweep Zeroed, Sweep MeanOutput)> networks)
    {
        ArgumentNullException.ThrowIfNull(networks);
        if (networks.Count == 0)
            throw new ArgumentException("No network was given; give at least one, as (zeroed, mean output).", nameof(networks));
        var trainings = networks.Select(entry => (entry.Zeroed.Identity.Network, Split: DropSplit.Of(entry.Zeroed, entry.MeanOutput))).ToList();
        var names = trainings.Select(training => training.Network).Distinct().ToList();
        (string Name, Func<DropSplit, double> Of)[] parts = [("zeroed, both parts", split => split.Zeroed), ("the missing function", split => split.MissingFunction), ("the shifted constant", split => split.ShiftedConstant)];
        var series = parts.Select((part, index) => new Series(part.Name, Palette.At(index),
        [
            .. names.Select((name, column) => Spread.Of(trainings.Where(training => training.Network == name).Select(training => part.Of(training.Split))).At(
                column + (0.2 * (index - 1)), spread => $"{name}, {part.Name}: {spread} points")),
        ])).ToList();
        var chart = new Chart(
            "What zeroing a residual layer does",
            "Medians over the residual layers of a training run, then the mean over runs with their range. Missing function: the drop when each channel outputs its recorded mean. Shifted constant: the additional drop when the kernel is zeroed.",
            Math.Clamp(150 * names.Count, 720, 1400),
            [
                new PointPanel("", Axis.Of("network", names), Axis.Around("drop (points)", series.SelectMany(each => each.Points).SelectMany(point => new[] { point.Low!.Value, point.High!.Value }).Append(0)), series,
                    [new Rule(0, "no drop", Dashed: true)]),
            ]);
        var rows = parts.Zip(series).SelectMany(part => names.Zip(part.Second.Points, (network, point) => (Network: network, Part: part.First.Name, Point: point))).ToList();
        return Figure.Of(chart, new DataFrame(
            new StringDataFrameColumn("network", rows.Select(row => row.Network)),
            new StringDataFrameColumn("part", rows.Select(row => row.Part)),
            new DoubleDataFrameColumn("median drop (points)", rows.Select(row => row.Point.Y)),
            new DoubleDataFrameColumn("lowest", rows.Select(row => row.Point.Low)),
            new DoubleDataFrameColumn("highest", rows.Select(row => row.Point.High))));
    }

    private static Figure BySize(IReadOnlyList<Sized> networks, string title, string valueTitle, Func<Sized, double> valueOf, double most)
    {
        ArgumentNullException.ThrowIfNull(networks);
        if (networks.Count == 0)
            throw new ArgumentException("No network was given; give at least one, with its depth and width.", nameof(networks));
        (string Title, Func<Sized, double> Of)[] sizes =
        [
            ("depth (layers)", sized => sized.Depth), ("width (channels)", sized => sized.Width),
            ("parameters (log10)", sized => Math.Log10(sized.Run.Parameters)), ("training accuracy (%)", sized => sized.Run.TrainingAccuracy),
        ];
        var y = Axis.Around(valueTitle, networks.Select(valueOf).Append(0), 0, most);
        var marks = (from size in sizes
                     from seeds in networks.GroupBy(sized => (sized.Width, sized.Run.Network))
                     let spread = Spread.Of(seeds.Select(valueOf))
                     select (Size: size.Title, seeds.Key.Width, seeds.Key.Network, Point: spread.At(
                         seeds.Average(size.Of), of => $"{seeds.Key.Network}: {of}", seeds.All(sized => sized.Run.IsOverParameterised) ? Fill.Full : Fill.Hollow))).ToList();
        var chart = new Chart(
            title,
            string.Create(CultureInfo.InvariantCulture, $"Each mark is a network: the mean over its training runs, with their range. Filled marks are over-parameterised: at least {NetworkVerdicts.OverParameterisedFrom} % training accuracy in every run."),
            1200,
            [.. sizes.Select((size, index) => Draw(size.Title, size.Of) with { SharesY = index > 0 })]);
        return Figure.Of(chart, new DataFrame(
            new StringDataFrameColumn("network", marks.Select(mark => mark.Network)),
            new StringDataFrameColumn("against", marks.Select(mark => mark.Size)),
            new DoubleDataFrameColumn("value", marks.Select(mark => mark.Point.X)),
            new DoubleDataFrameColumn(valueTitle, marks.Select(mark => mark.Point.Y)),
            new DoubleDataFrameColumn("lowest", marks.Select(mark => mark.Point.Low)),
            new DoubleDataFrameColumn("highest", marks.Select(mark => mark.Point.High))));

        PointPanel Draw(string axis, Func<Sized, double> of) => new(
            "",
            Axis.Around(axis, networks.Select(of)),
            y,
            [
                .. marks.Where(mark => mark.Size == axis).GroupBy(mark => mark.Width).OrderBy(width => width.Key)
                    .Select((width, index) => new Series(string.Create(CultureInfo.InvariantCulture, $"width {width.Key}"), Palette.At(index), [.. width.Select(mark => mark.Point)])),
            ],
            []);
    }
}
