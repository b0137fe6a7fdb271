using System.Globalization;
using Microsoft.Data.Analysis;

namespace TrivialLayers;

/// <summary>Figures and tables of zeroing several layers at once.</summary>
public static class JointFigures
{
    private const string CountTitle = "convolution layers zeroed at once";

    /// <summary>Accuracy against the number of layers zeroed. A path, in which every set is larger than the one before, is a line with intervals; other sets are marks without.</summary>
    /// <param name="ways">Each way of finding sets, with its label in the legend; all on the same images.</param>
    /// <exception cref="ArgumentException">Nothing was given, or the images differ.</exception>
    public static Figure AccuracyByCount(params (string Label, JointZeroing Zeroed)[] ways)
    {
        ArgumentNullException.ThrowIfNull(ways);
        if (ways.Length == 0)
            throw new ArgumentException("No zeroing was given; give at least one, as (\"label\", zeroed).", nameof(ways));
        var first = ways[0].Zeroed;
        if (ways.Any(way => way.Zeroed.Identity.ImagesFingerprint != first.Identity.ImagesFingerprint))
            throw new ArgumentException($"The sets were tested on different images: {string.Join(", ", ways.Select(way => way.Zeroed.Identity.Images).Distinct())}.", nameof(ways));
        var series = ways.Select((way, index) => SeriesOf(way.Label, way.Zeroed, Palette.At(index))).ToList();
        var baseline = first.Baseline.Percent;
        var chance = 100.0 / first.Baseline.Confusion.Classes.Count;
        Rule[] rules =
        [
            new(baseline, string.Create(CultureInfo.InvariantCulture, $"baseline {baseline:F2} %")),
            new(chance, string.Create(CultureInfo.InvariantCulture, $"chance {chance:F0} %"), Dashed: true),
        ];
        var most = ways.Max(way => way.Zeroed.Steps.Max(step => step.Layers.Count));
        var y = Axis.Around("accuracy (% of images)", series.SelectMany(s => s.Points).SelectMany(p => new[] { p.Low ?? p.Y, p.High ?? p.Y }).Append(baseline).Append(chance), 0, 100);
        var chart = new Chart(
            $"{first.Identity.Network}: accuracy with several layers zeroed at once",
            Facts(ways, first),
            900,
            [new PointPanel("", new Axis(CountTitle, 0, most + 1), y, series, rules)]);
        return Figure.Of(chart, Together(ways));
    }

    /// <summary>A row a set: how many layers, the one that came last, accuracy, drop with its simultaneous interval, and the verdict on the set.</summary>
    public static DataFrame ToTable(this JointZeroing zeroed)
    {
        ArgumentNullException.ThrowIfNull(zeroed);
        return IsPath(zeroed)
            ? new DataFrame(Columns(zeroed.Steps, "added last", step => step.Layers[^1]))
            : new DataFrame(Columns(zeroed.Steps, "layers", step => string.Join(", ", step.Layers)));
    }

    private static DataFrameColumn[] Columns(IReadOnlyList<JointlyZeroed> steps, string layersTitle, Func<JointlyZeroed, string> layers) =>
    [
        new Int32DataFrameColumn("layers zeroed", steps.Select(step => step.Layers.Count)),
        new StringDataFrameColumn(layersTitle, steps.Select(layers)),
        new DoubleDataFrameColumn("accuracy (%)", steps.Select(step => step.Accuracy)),
        new DoubleDataFrameColumn("drop (points)", steps.Select(step => step.Drop)),
        new DoubleDataFrameColumn("low (points)", steps.Select(step => step.Interval.Low)),
        new DoubleDataFrameColumn("high (points)", steps.Select(step => step.Interval.High)),
        new DoubleDataFrameColumn("agreement (%)", steps.Select(step => step.Agreement)),
        new StringDataFrameColumn("verdict on the set", steps.Select(step => step.Verdict.ToString())),
    ];

    private static Series SeriesOf(string label, JointZeroing zeroed, Mark mark)
    {
        var path = IsPath(zeroed);
        return new Series(
            label,
            mark,
            [
                .. zeroed.Steps.Select(step => new ChartPoint(
                    step.Layers.Count,
                    step.Accuracy,
                    Describe(label, step, path),
                    path ? Math.Clamp(zeroed.Baseline.Percent - step.Interval.High, 0, 100) : null,
                    path ? Math.Clamp(zeroed.Baseline.Percent - step.Interval.Low, 0, 100) : null,
                    path ? Fill.Full : Fill.Pale)),
            ],
            path ? "solid" : null);
    }

    private static bool IsPath(JointZeroing zeroed) => zeroed.Steps.Zip(zeroed.Steps.Skip(1)).All(pair => pair.Second.Layers.Count > pair.First.Layers.Count);

    private static string Describe(string label, JointlyZeroed step, bool path) => string.Create(
        CultureInfo.InvariantCulture,
        $"{label}, {step.Layers.Count} layers{(path ? $", last {step.Layers[^1]}" : "")}: {step.Accuracy:F2} %, drop {step.Interval.Around(step.Drop, 2)} points, {step.Verdict}");

    private static string Facts((string Label, JointZeroing Zeroed)[] ways, JointZeroing first)
    {
        var largest = ways.Select(way => $"{way.Label}: {(way.Zeroed.LargestTrivial() is { } set ? $"{set.Layers.Count} layers" : "none")}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Baseline {first.Baseline.Percent:F2} % on {first.Baseline.Outcomes.Count:N0} images ({first.Identity.Images}). The largest set with its whole interval within {Margin.Default}: {string.Join("; ", largest)}. Bars are 95 % intervals, simultaneous over the sets of a line, hidden where the mark is larger.");
    }

    private static DataFrame Together((string Label, JointZeroing Zeroed)[] ways)
    {
        var labels = new StringDataFrameColumn("sets", ways.SelectMany(way => way.Zeroed.Steps.Select(_ => way.Label)));
        return new DataFrame([labels, .. Columns([.. ways.SelectMany(way => way.Zeroed.Steps)], "last layer", step => step.Layers[^1])]);
    }
}
