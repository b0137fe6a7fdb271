using System.Globalization;
using Microsoft.Data.Analysis;

namespace TrivialLayers;

/// <summary>Figures of changing several layers at once, and of changing a layer bit by bit.</summary>
public static class JointFigures
{
    /// <summary>The measure, by default accuracy, against the number of layers changed. A path, in which every set is larger than the one before, is a line with intervals; other sets are marks without.</summary>
    /// <param name="ways">Each way of finding sets, with its label in the legend; all on the same images by one measure.</param>
    /// <exception cref="ArgumentException">Nothing was given, or images or measures differ.</exception>
    public static Figure ByCount(params (string Label, Sweep Sweep)[] ways)
    {
        var first = Checked(ways);
        var series = ways.Select((way, index) => SeriesOf(way.Label, way.Sweep, Palette.At(index))).ToList();
        var most = ways.Max(way => way.Sweep.Targets.Max(target => target.Layers.Count));
        var largest = ways.Select(way => $"{way.Label}: {(way.Sweep.LargestTrivial() is { } set ? Counted(set) : "none")}");
        var chart = new Chart(
            $"{first.Identity.Network}: {SweepFigures.NameOf(first)} with several layers {first.Intervention} at once",
            $"{Baseline(first)} The largest set with its whole interval within {SweepFigures.MarginOf(first)}: {string.Join("; ", largest)}. Bars are {Level(first)} intervals, simultaneous over the sets of a line, hidden where the mark is larger.",
            900,
            [new PointPanel("", new Axis($"convolution layers {first.Intervention} at once", 0, most + 1), Values(first, series), series, Rules(first))]);
        return Figure.Of(chart, Together("sets", [.. ways.Select(way => (way.Label, way.Sweep))]));
    }

    /// <summary>
    /// How sensitive each layer is: the measure against the share of the layer that was changed, one line per layer, as Li et al. (2017), <i>Pruning Filters for Efficient ConvNets</i>, fig. 2 (b), draw it.
    /// </summary>
    /// <param name="sweep">A sweep by an intervention with several shares, each layer alone.</param>
    /// <exception cref="ArgumentException">The sweep varies no share.</exception>
    public static Figure ByShare(Sweep sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        if (sweep.Targets.Select(target => target.Share).Distinct().Count() < 2)
            throw new ArgumentException($"This sweep ({sweep.Intervention}) has only one share of each layer; pass several shares to {nameof(Intervention)}.{nameof(Intervention.ZeroFilters)}.", nameof(sweep));
        var series = sweep.Targets.GroupBy(target => target.Layer.Name).Select(layer => new Series(
            layer.Key, Palette.Of(layer.First().Layer.Role),
            [
                .. layer.OrderBy(target => target.Share).Select(target => new ChartPoint(
                    100 * target.Share, target.Value, string.Create(CultureInfo.InvariantCulture, $"{100 * target.Share:0.#} % of {SweepFigures.Describe(target)}"), Fill: SweepFigures.FillOf(target))),
            ],
            "solid")).ToList();
        var chart = new Chart(
            $"{sweep.Identity.Network}: {SweepFigures.NameOf(sweep)} by share of a layer's filters",
            $"{Baseline(sweep)} Each line is one layer, the others untouched: {sweep.Intervention}. Intervals are in the table, simultaneous at {Level(sweep)} over all marks.",
            900,
            [new PointPanel("", new Axis("share of the layer's filters (%)", 0, 105), Values(sweep, series), series, Rules(sweep))]) { Key = [.. Roles(sweep), .. SweepFigures.VerdictKey], NamesSeries = false };
        return Figure.Of(chart, sweep.ToTable());
    }

    private static Sweep Checked((string Label, Sweep Sweep)[] ways)
    {
        ArgumentNullException.ThrowIfNull(ways);
        if (ways.Length == 0)
            throw new ArgumentException("No sweep was given; give at least one, as (\"label\", sweep).", nameof(ways));
        var first = ways[0].Sweep;
        if (ways.Any(way => way.Sweep.Identity.ImagesFingerprint != first.Identity.ImagesFingerprint || way.Sweep.Measure.Name != first.Measure.Name))
            throw new ArgumentException($"The sets must be tested on the same images with the same measure; given: {string.Join(", ", ways.Select(way => $"{way.Sweep.Measure.Name} on {way.Sweep.Identity.Images}").Distinct())}.", nameof(ways));
        return first;
    }

    private static IEnumerable<LegendEntry> Roles(Sweep sweep) =>
        sweep.Targets.Select(target => target.Layer.Role).Distinct().Order().Select(role => new LegendEntry(Palette.NameOf(role), Palette.Of(role)));

    private static Rule[] Rules(Sweep sweep)
    {
        var unit = SweepFigures.IsAccuracy(sweep) ? " %" : "";
        List<Rule> rules = [new(sweep.Baseline.Value, string.Create(CultureInfo.InvariantCulture, $"baseline {sweep.Baseline.Value:F2}{unit}"))];
        if (sweep.Chance is { } chance)
            rules.Add(new(chance, string.Create(CultureInfo.InvariantCulture, $"chance {chance:F0}{unit}"), Dashed: true));
        return [.. rules];
    }

    private static Axis Values(Sweep sweep, IEnumerable<Series> series)
    {
        var ends = series.SelectMany(s => s.Points).SelectMany(p => new[] { p.Low ?? p.Y, p.High ?? p.Y }).Append(sweep.Baseline.Value).Append(sweep.Chance ?? sweep.Baseline.Value);
        return SweepFigures.IsPercent(sweep) ? Axis.Around(SweepFigures.ValueTitle(sweep), ends, 0, 100) : Axis.Around(SweepFigures.ValueTitle(sweep), ends);
    }

    private static string Baseline(Sweep sweep) => string.Create(
        CultureInfo.InvariantCulture, $"Baseline {sweep.Baseline.Value:F2}{(SweepFigures.IsAccuracy(sweep) ? " %" : "")} on {SweepFigures.Images(sweep)}.");

    private static string Level(Sweep sweep) => string.Create(CultureInfo.InvariantCulture, $"{100 * sweep.Level:0.##} %");

    private static Series SeriesOf(string label, Sweep sweep, Mark mark)
    {
        var path = IsPath(sweep);
        return new Series(
            label,
            mark,
            [
                .. sweep.Targets.Select(target => new ChartPoint(
                    target.Layers.Count,
                    target.Value,
                    Describe(label, target, path),
                    path ? SweepFigures.Ends(sweep, target).Low : null,
                    path ? SweepFigures.Ends(sweep, target).High : null,
                    path ? Fill.Full : Fill.Pale)),
            ],
            path ? "solid" : null);
    }

    /// <summary>Whether every set is larger than the one before.</summary>
    internal static bool IsPath(Sweep sweep) => sweep.Targets.Zip(sweep.Targets.Skip(1)).All(pair => pair.Second.Layers.Count > pair.First.Layers.Count);

    private static string Describe(string label, SweptTarget target, bool path) => string.Create(
        CultureInfo.InvariantCulture,
        $"{label}, {Counted(target)}{(path ? $", last {target.Layer.Name}" : "")}: {target.Value:F2}{(target.Change is null ? "" : " %")}, drop {target.Interval.Around(target.Drop, 2)}{(target.Change is null ? "" : " points")}, {target.Verdict}");

    private static string Counted(SweptTarget target) => string.Create(CultureInfo.InvariantCulture, $"{target.Layers.Count} layer{(target.Layers.Count == 1 ? "" : "s")}");

    private static DataFrame Together(string title, IReadOnlyList<(string Label, Sweep Sweep)> ways)
    {
        var labels = new StringDataFrameColumn(title, ways.SelectMany(way => way.Sweep.Targets.Select(_ => way.Label)));
        return new DataFrame([labels, .. SweepTables.Columns(ways[0].Sweep, [.. ways.SelectMany(way => way.Sweep.Targets)], "last layer", target => target.Layer.Name)]);
    }
}
