using System.Globalization;
using Microsoft.Data.Analysis;

namespace TrivialLayers;

/// <summary>Figures of what zeroing did. Filled marks are NonTrivial layers, pale ones Undecided, hollow ones Trivial; the legend says so.</summary>
public static class SweepFigures
{
    internal const string DropTitle = "drop in accuracy (percentage points)";
    private const string OnePointBelow = "one point below";
    internal const string LayerTitle = "zeroed convolution layer, in the order of the network";

    private static readonly Mark s_anyRole = new(Palette.SoftInk, MarkShape.Circle);

    internal static readonly LegendEntry[] VerdictKey =
    [
        new("NonTrivial", s_anyRole), new("Undecided", s_anyRole, Fill.Pale), new("Trivial", s_anyRole, Fill.Hollow),
    ];

    /// <summary>The measure, by default accuracy, with each layer changed in turn, its simultaneous interval, and the untouched network as a line.</summary>
    public static Figure ByLayer(Sweep sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        return ByLayer(("", sweep));
    }

    /// <summary>The same for several networks, whose layers need not be the same: a panel each, on one axis.</summary>
    /// <param name="sweeps">Each sweep with its label, all by one measure; an empty label stands for the network's name.</param>
    /// <exception cref="ArgumentException">No sweep was given, or sweeps by different measures.</exception>
    public static Figure ByLayer(params (string Label, Sweep Sweep)[] sweeps)
    {
        CheckAny(sweeps);
        sweeps = [.. sweeps.Select(entry => (entry.Label.Length > 0 ? entry.Label : entry.Sweep.Identity.Network, entry.Sweep))];
        var (first, single) = (sweeps[0].Sweep, sweeps.Length == 1);
        var ends = sweeps.SelectMany(entry => entry.Sweep.Targets.SelectMany(target => new[] { Ends(entry.Sweep, target).Low, Ends(entry.Sweep, target).High }).Append(entry.Sweep.Baseline.Value));
        if (!IsAccuracy(first))
            ends = ends.Concat(sweeps.Select(entry => entry.Sweep.Chance ?? entry.Sweep.Baseline.Value));
        var y = IsPercent(first) ? Axis.Around(ValueTitle(first), ends, 0, 100) : Axis.Around(ValueTitle(first), ends);
        var done = $"{NameOf(first)} with one layer {DoneIn(sweeps)}";
        var chart = new Chart(
            single ? $"{sweeps[0].Label}: {done}" : char.ToUpperInvariant(done[0]) + done[1..],
            Facts(sweeps),
            Wide(sweeps.Max(entry => entry.Sweep.Targets.Count)),
            [.. sweeps.Select(entry => LayerPanel(entry.Sweep, single ? "" : entry.Label, y))],
            Stacked: true) { Key = VerdictKey };
        return Figure.Of(chart, single ? first.ToTable() : SweepTables.Together(sweeps.Select(entry => (entry.Label, entry.Sweep.ToTable()))));
    }

    /// <summary>The drop of each layer in several sweeps, old against new, side by side where the layers have the same name.</summary>
    /// <param name="sweeps">Each sweep with its label in the legend.</param>
    public static Figure Compare(params (string Label, Sweep Sweep)[] sweeps)
    {
        CheckAny(sweeps);
        var names = Merge(sweeps.Select(entry => entry.Sweep.Targets.Select(layer => layer.Layer.Name)));
        var places = names.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        var step = Math.Min(0.2, 0.7 / sweeps.Length);
        var series = sweeps.Select((entry, index) => new Series(entry.Label, Palette.At(index),
        [
            .. entry.Sweep.Targets.Select(layer => new ChartPoint(
                places[layer.Layer.Name] + ((index - ((sweeps.Length - 1) / 2.0)) * step), layer.Drop, $"{entry.Label}, {Describe(layer)}", layer.Interval.Low, layer.Interval.High, FillOf(layer))),
        ])).ToList();
        var ends = series.SelectMany(s => s.Points).SelectMany(p => new[] { p.Low!.Value, p.High!.Value }).Append(0).Append(sweeps[0].Sweep.Margin.Points);
        var panel = new PointPanel("", Axis.Of(LayerTitle, names), Axis.Around(DropTitleOf(sweeps[0].Sweep), ends), series, MarginRules(sweeps[0].Sweep));
        var chart = new Chart(
            $"Drop by layer: {Listed([.. sweeps.Select(entry => entry.Label)])}",
            Facts(sweeps),
            Wide(names.Count * (1 + (sweeps.Length / 4))),
            [panel]) { Key = VerdictKey };
        return Figure.Of(chart, SweepTables.Together(sweeps.Select(entry => (entry.Label, entry.Sweep.ToTable()))));
    }

    /// <summary>The drop of each layer in one sweep against its drop in others: where marks lie on the line, both cost the same.</summary>
    /// <param name="first">The sweep on the horizontal axis, with what was done there.</param>
    /// <param name="others">The others, each with its label; layers that the first does not have are left out.</param>
    public static Figure DropAgainstDrop((string Label, Sweep Sweep) first, params (string Label, Sweep Sweep)[] others)
    {
        CheckAny([first, .. others]);
        var drops = first.Sweep.Targets.ToDictionary(layer => layer.Layer.Name);
        var pairs = others.Select(other => (other.Label, Layers: other.Sweep.Targets.Where(layer => drops.ContainsKey(layer.Layer.Name)).Select(layer => (First: drops[layer.Layer.Name], Other: layer)).ToList())).ToList();
        var all = pairs.SelectMany(pair => pair.Layers).ToList();
        var ends = all.SelectMany(pair => new[] { pair.First.Drop, pair.Other.Drop }).Append(0).ToList();
        string Text(string label, SweptTarget x, SweptTarget y) => string.Create(CultureInfo.InvariantCulture, $"{y.Layer.Name} ({Palette.NameOf(y.Layer.Role)}): {first.Label} {x.Drop:F2}, {label} {y.Drop:F2} points");
        var series = pairs.Select((pair, index) => new Series(pair.Label, Palette.At(index), [.. pair.Layers.Select(layer => new ChartPoint(layer.First.Drop, layer.Other.Drop, Text(pair.Label, layer.First, layer.Other)))])).ToList();
        var chart = new Chart(
            $"{first.Sweep.Identity.Network}: drop by layer, {first.Label} against {Listed([.. others.Select(other => other.Label)])}",
            $"Each mark is one convolution layer on {Images(first.Sweep)}. On the dashed line both drops are equal. {Listed([.. pairs.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Label} costs more in {pair.Layers.Count(layer => layer.Other.Drop > layer.First.Drop)} of {pair.Layers.Count} layers"))])}.",
            760,
            [new PointPanel("", Axis.Around($"{first.Label}: {DropTitleOf(first.Sweep)}", ends), Axis.Around(DropTitleOf(first.Sweep), ends), series, [new Rule(0, "the same drop", Dashed: true, Diagonal: true)]) { PlotHeight = 420 }]);
        return Figure.Of(chart, new DataFrame(
            new StringDataFrameColumn("against", pairs.SelectMany(pair => pair.Layers.Select(_ => pair.Label))),
            new StringDataFrameColumn("layer", all.Select(pair => pair.Other.Layer.Name)),
            new StringDataFrameColumn("role", all.Select(pair => Palette.NameOf(pair.Other.Layer.Role))),
            new DoubleDataFrameColumn($"{first.Label}: drop (points)", all.Select(pair => pair.First.Drop)),
            new DoubleDataFrameColumn("drop (points)", all.Select(pair => pair.Other.Drop))));
    }

    /// <summary>The drop of each layer seen close, where Trivial is told from NonTrivial; layers that drop further stand above the scale as triangles.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="upTo">The greatest drop shown to scale, in percentage points, above the margin of one point.</param>
    public static Figure DropsCloseUp(Sweep sweep, double upTo = 4)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(upTo, Margin.Default.Points);
        var near = Series.ByRole(
            sweep.Targets.Index().Where(entry => entry.Item.Drop <= upTo), entry => entry.Item.Layer.Role,
            entry => new ChartPoint(entry.Index, entry.Item.Drop, Describe(entry.Item), entry.Item.Interval.Low, entry.Item.Interval.High, FillOf(entry.Item)));
        var further = new Series(
            string.Create(CultureInfo.InvariantCulture, $"more than {upTo} points"), new Mark(Palette.SoftInk, MarkShape.TriangleUp),
            [.. sweep.Targets.Index().Where(entry => entry.Item.Drop > upTo).Select(entry => new ChartPoint(entry.Index, 1.07 * upTo, Describe(entry.Item)))]);
        var low = sweep.Targets.Select(layer => layer.Interval.Low).Where(end => end < upTo).DefaultIfEmpty(0).Min();
        var y = new Axis(DropTitleOf(sweep), Math.Min(low, 0) - (0.05 * upTo), 1.13 * upTo);
        var chart = new Chart(
            $"{sweep.Identity.Network}: drop by layer, close up",
            Facts(("", sweep)),
            Wide(sweep.Targets.Count),
            [
                new PointPanel(
                    "",
                    Axis.Of(LayerTitle, [.. sweep.Targets.Select(layer => layer.Layer.Name)]),
                    y,
                    further.Points.Count > 0 ? [.. near, further] : [.. near],
                    MarginRules(sweep)),
            ]) { Key = VerdictKey };
        return Figure.Of(chart, sweep.ToTable());
    }

    /// <summary>The drops of a sweep grouped by the role of the layer; within a role they stand in the order of the network.</summary>
    public static Figure DropsByRole(Sweep sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        return DropsByRole(("", sweep));
    }

    /// <summary>The same for several networks: a panel each, on one scale.</summary>
    /// <param name="sweeps">Each sweep with its label; an empty label stands for the network's name.</param>
    public static Figure DropsByRole(params (string Label, Sweep Sweep)[] sweeps)
    {
        CheckAny(sweeps);
        string Label((string Label, Sweep Sweep) entry) => entry.Label.Length > 0 ? entry.Label : entry.Sweep.Identity.Network;
        var ends = sweeps.SelectMany(entry => entry.Sweep.Targets).SelectMany(layer => new[] { layer.Interval.Low, layer.Interval.High }).Append(0).Append(sweeps[0].Sweep.Margin.Points);
        var y = Axis.Around(DropTitleOf(sweeps[0].Sweep), ends);
        var single = sweeps.Length == 1;
        var chart = new Chart(
            single ? $"{Label(sweeps[0])}: drop by role" : "Drop by role",
            Facts([.. sweeps.Select(entry => (Label(entry), entry.Sweep))]),
            720,
            [.. sweeps.Select(entry => RolePanel(entry.Sweep, single ? "" : Label(entry), y))],
            Stacked: true) { Key = VerdictKey, NamesSeries = false };
        return Figure.Of(chart, single ? sweeps[0].Sweep.ToTable() : SweepTables.Together(sweeps.Select(entry => (Label(entry), entry.Sweep.ToTable()))));
    }

    /// <summary>What is taken for what in the baseline of a sweep and with one of its layers zeroed.</summary>
    /// <exception cref="ArgumentException">The sweep has no such layer, or is not by accuracy.</exception>
    public static Figure Confusion(Sweep sweep, string layer)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        var zeroed = sweep.Targets.FirstOrDefault(candidate => candidate.Layer.Name == layer)
            ?? throw new ArgumentException($"The sweep has no layer '{layer}'; it has {string.Join(", ", sweep.Targets.Select(candidate => candidate.Layer.Name))}.", nameof(layer));
        return sweep.Baseline.Confusion is { } before && zeroed.Measured.Confusion is { } after
            ? Confusion(before, after, $"{layer} {sweep.Intervention}")
            : throw new ArgumentException($"A confusion matrix needs a sweep measured by accuracy; this one is measured by {sweep.Measure.Name}.", nameof(sweep));
    }

    /// <summary>What is taken for what, before and after a change, as shares of each true class in percent.</summary>
    /// <param name="before">The untouched network.</param>
    /// <param name="after">The changed one, on the same images.</param>
    /// <param name="change">What was done, for the title of the second matrix.</param>
    private static Figure Confusion(ConfusionMatrix before, ConfusionMatrix after, string change)
    {
        var classes = before.Classes;
        HeatPanel Draw(string title, ConfusionMatrix matrix) => new(
            title,
            new Axis("predicted class", -0.5, classes.Count - 0.5, classes),
            new Axis("true class", -0.5, classes.Count - 0.5, classes),
            [.. Enumerable.Range(0, classes.Count).Select(row => Shares(matrix, row))]) { PlotHeight = Math.Clamp(24 * classes.Count, 200, 480) };
        var chart = new Chart(
            $"Confusion before and after: {change}",
            string.Create(CultureInfo.InvariantCulture, $"Each row shows how the images of one true class were classified, in percent. Of {before.Counts.Sum():N0} images, {before.Right:N0} are classified correctly before and {after.Right:N0} after."),
            Math.Clamp(240 + (52 * classes.Count), 640, 1200),
            [Draw("before", before), Draw(change, after) with { SharesY = true }]);
        var rows = from matrix in new[] { (Name: "before", Matrix: before), (Name: change, Matrix: after) }
                   from truth in Enumerable.Range(0, classes.Count)
                   from predicted in Enumerable.Range(0, classes.Count)
                   select (matrix.Name, matrix.Matrix, Truth: truth, Predicted: predicted);
        var cells = rows.ToList();
        return Figure.Of(chart, new DataFrame(
            new StringDataFrameColumn("network", cells.Select(cell => cell.Name)),
            new StringDataFrameColumn("true class", cells.Select(cell => classes[cell.Truth])),
            new StringDataFrameColumn("predicted class", cells.Select(cell => classes[cell.Predicted])),
            new Int32DataFrameColumn("images", cells.Select(cell => cell.Matrix[cell.Truth, cell.Predicted])),
            new DoubleDataFrameColumn("share of true class (%)", cells.Select(cell => Shares(cell.Matrix, cell.Truth)[cell.Predicted]))));
    }

    private static PointPanel RolePanel(Sweep sweep, string title, Axis y)
    {
        var groups = sweep.Targets.GroupBy(layer => layer.Layer.Role).OrderBy(group => group.Key).ToList();
        var series = groups.Select((group, place) => new Series(Palette.NameOf(group.Key), Palette.Of(group.Key),
        [
            .. group.Select((layer, index) => new ChartPoint(
                place + (group.Count() == 1 ? 0 : (0.7 * index / (group.Count() - 1)) - 0.35), layer.Drop, Describe(layer), layer.Interval.Low, layer.Interval.High, FillOf(layer))),
        ])).ToList();
        var x = Axis.Of("role of the zeroed layer (number of layers)", [.. groups.Select(group => $"{Palette.NameOf(group.Key)} ({group.Count()})")]);
        return new PointPanel(title, x, y, series, MarginRules(sweep));
    }

    private static PointPanel LayerPanel(Sweep sweep, string title, Axis y)
    {
        var (baseline, unit) = (sweep.Baseline.Value, IsAccuracy(sweep) ? " %" : "");
        var series = Series.ByRole(sweep.Targets.Index(), entry => entry.Item.Layer.Role, entry => new ChartPoint(
            entry.Index, entry.Item.Value, Describe(entry.Item), Ends(sweep, entry.Item).Low, Ends(sweep, entry.Item).High, FillOf(entry.Item)));
        var rules = new List<Rule> { new(baseline, string.Create(CultureInfo.InvariantCulture, $"baseline {baseline:F2}{unit}")) };
        if (IsAccuracy(sweep))
            rules.Add(new(baseline - sweep.Margin.Points, sweep.Margin == Margin.Default ? OnePointBelow : $"{MarginOf(sweep)} below", Dashed: true));
        else if (sweep.Chance is { } chance)
            rules.Add(new(chance, string.Create(CultureInfo.InvariantCulture, $"chance {chance:F2}"), Dashed: true));
        var x = Axis.Of(LayerTitle, [.. sweep.Targets.Select(target => target.Layer.Name)]);
        return new PointPanel(title, x, y, series, rules);
    }

    /// <summary>Where a target's value lies for all drops in its interval.</summary>
    internal static (double Low, double High) Ends(Sweep sweep, SweptTarget target)
    {
        var baseline = sweep.Baseline.Value;
        var (low, high) = sweep.Measure.HigherIsBetter ? (baseline - target.Interval.High, baseline - target.Interval.Low) : (baseline + target.Interval.Low, baseline + target.Interval.High);
        return IsPercent(sweep) ? (Math.Clamp(low, 0, 100), Math.Clamp(high, 0, 100)) : (low, high);
    }

    internal static bool IsAccuracy(Sweep sweep) => sweep.Measure == Measure.Accuracy;

    internal static bool IsPercent(Sweep sweep) => sweep.Measure.Name.EndsWith("(%)", StringComparison.Ordinal);

    /// <summary>The margin in the measure's unit.</summary>
    internal static string MarginOf(Sweep sweep) => IsPercent(sweep) ? sweep.Margin.ToString() : string.Create(CultureInfo.InvariantCulture, $"{sweep.Margin.Points:0.###}{UnitOf(sweep.Measure.Name)}");

    /// <summary>The unit that stands in brackets at the end of a measure's name, with a space before it; nothing where there is none.</summary>
    internal static string UnitOf(string measure) => measure.EndsWith(')') && measure.LastIndexOf('(') is >= 0 and var at ? " " + measure[(at + 1)..^1] : "";

    internal static string ValueTitle(Sweep sweep) => IsAccuracy(sweep) ? "accuracy (% of images)" : sweep.Measure.Name;

    internal static string NameOf(Sweep sweep) => IsAccuracy(sweep) ? "accuracy" : sweep.Measure.Name;

    private static string DoneIn(IEnumerable<(string Label, Sweep Sweep)> sweeps) => string.Join(" or ", sweeps.Select(entry => entry.Sweep.Intervention).Distinct());

    /// <summary>What a reader must know of the sweeps, in a sentence or two and one for each of several networks.</summary>
    private static string Facts(params (string Label, Sweep Sweep)[] sweeps)
    {
        var first = sweeps[0].Sweep;
        if (sweeps.Length == 1)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"Baseline {Baseline(first)} on {Images(first)}. At a margin of {MarginOf(first)}: {Verdicts(first)}. Bars are simultaneous {100 * first.Level:0.##} % intervals, hidden where the mark is larger; the smallest resolvable drop is {first.SmallestResolvableDrop:F2}{(IsPercent(first) ? " points" : "")}.");
        }

        var shared = sweeps.All(entry => Images(entry.Sweep) == Images(first));
        var each = sweeps.Select(entry => string.Create(
            CultureInfo.InvariantCulture,
            $"{entry.Label}: baseline {Baseline(entry.Sweep)}{(shared ? "" : " on " + Images(entry.Sweep))}, {Verdicts(entry.Sweep)}, smallest resolvable drop {entry.Sweep.SmallestResolvableDrop:F2}{(IsPercent(entry.Sweep) ? " points" : "")}"));
        return $"Verdicts are {(shared ? $"on {Images(first)} " : "")}at a margin of {MarginOf(first)}; bars are {(100 * first.Level).ToString("0.##", CultureInfo.InvariantCulture)} % intervals, simultaneous over the layers of a network. {string.Join("; ", each)}.";
    }

    private static string Baseline(Sweep sweep) => string.Create(
        CultureInfo.InvariantCulture,
        $"{sweep.Baseline.Value:F2}{(IsAccuracy(sweep) ? " %" : "")}{(sweep.Baseline.Pooled is { } pooled ? string.Create(CultureInfo.InvariantCulture, $" (pooled {pooled:F2})") : "")}");

    internal static string Images(Sweep sweep) => string.Create(CultureInfo.InvariantCulture, $"{sweep.Baseline.Count:N0} images ({sweep.Identity.Images})");

    private static string Verdicts(Sweep sweep) =>
        $"{sweep.Count(Verdict.Trivial)} of {sweep.Targets.Count} layers Trivial, {sweep.Count(Verdict.NonTrivial)} NonTrivial, {sweep.Count(Verdict.Undecided)} Undecided";

    private static string Listed(IReadOnlyList<string> parts) =>
        parts.Count < 2 ? string.Concat(parts) : $"{string.Join(", ", parts.SkipLast(1))} and {parts[^1]}";

    internal static string Describe(SweptTarget target) => string.Create(
        CultureInfo.InvariantCulture,
        $"{target.Layer.Name} ({Palette.NameOf(target.Layer.Role)}, {target.Layer.InChannels}→{target.Layer.OutChannels}): {target.Value:F2}{(target.Change is null ? "" : " %")}, drop {target.Interval.Around(target.Drop, 2)}{(target.Change is null ? "" : " points")}, {target.Verdict}");

    internal static Fill FillOf(SweptTarget layer) => FillOf(layer.Verdict);

    internal static Fill FillOf(Verdict verdict) => verdict switch
    {
        Verdict.Trivial => Fill.Hollow,
        Verdict.NonTrivial => Fill.Full,
        _ => Fill.Pale,
    };

    private static string DropTitleOf(Sweep sweep) => IsAccuracy(sweep) ? DropTitle : IsPercent(sweep) ? $"drop in {sweep.Measure.Name} (points)" : $"{(sweep.Measure.HigherIsBetter ? "drop in" : "rise of")} {sweep.Measure.Name}";

    private static Rule[] MarginRules(Sweep sweep) => [new(0, "no drop"), new(sweep.Margin.Points, "margin of " + MarginOf(sweep), Dashed: true)];

    internal static int Wide(int marks) => Math.Clamp(100 + (17 * marks), 720, 2000);

    private static double[] Shares(ConfusionMatrix matrix, int row)
    {
        var counts = Enumerable.Range(0, matrix.Classes.Count).Select(column => matrix[row, column]).ToList();
        return [.. counts.Select(count => counts.Sum() == 0 ? 0 : 100.0 * count / counts.Sum())];
    }

    /// <summary>All names in one order: a list's new names stand behind the shared name before them, else before the shared name after them, else at the end.</summary>
    private static List<string> Merge(IEnumerable<IEnumerable<string>> lists)
    {
        var merged = new List<string>();
        foreach (var names in lists.Select(list => list.ToList()))
        {
            var shared = names.Select(name => merged.IndexOf(name)).FirstOrDefault(found => found >= 0, merged.Count);
            foreach (var name in names)
            {
                var found = merged.IndexOf(name);
                if (found < 0)
                    merged.Insert(found = shared, name);
                shared = found + 1;
            }
        }

        return merged;
    }

    private static void CheckAny((string Label, Sweep Sweep)[] sweeps)
    {
        ArgumentNullException.ThrowIfNull(sweeps);
        if (sweeps.Length == 0)
            throw new ArgumentException("No sweep was given; give at least one, as (\"label\", sweep).", nameof(sweeps));
        if (sweeps.Select(entry => entry.Sweep.Measure.Name).Distinct().Count() > 1)
            throw new ArgumentException($"The sweeps have different measures ({string.Join(", ", sweeps.Select(entry => entry.Sweep.Measure.Name).Distinct())}); give sweeps with the same one.", nameof(sweeps));
        foreach (var (_, sweep) in sweeps)
            sweep.DemandSingleLayers();
    }
}
