using System.Globalization;

namespace TrivialLayers;

/// <summary>Figures of sweeps judged by a metric with a value for each image.</summary>
public static class MetricFigures
{
    /// <summary>The metric with each layer zeroed in turn, its simultaneous interval, the untouched network and, where it is known, chance as lines: a panel for each network.</summary>
    /// <param name="sweeps">Sweeps by one metric; an empty label stands for the network's name.</param>
    /// <exception cref="ArgumentException">No sweep was given, or sweeps by different metrics.</exception>
    public static Figure ByLayer(params (string Label, MetricSweep Sweep)[] sweeps)
    {
        ArgumentNullException.ThrowIfNull(sweeps);
        if (sweeps.Select(entry => entry.Sweep.Metric).Distinct().Count() != 1)
            throw new ArgumentException($"Give at least one sweep, all by one metric; these are by {string.Join(", ", sweeps.Select(entry => entry.Sweep.Metric).Distinct())}.", nameof(sweeps));
        sweeps = [.. sweeps.Select(entry => (entry.Label.Length > 0 ? entry.Label : entry.Sweep.Identity.Network, entry.Sweep))];
        var (first, single) = (sweeps[0].Sweep, sweeps.Length == 1);
        var values = sweeps.SelectMany(entry => entry.Sweep.Layers.SelectMany(layer => new[] { entry.Sweep.Baseline - layer.Interval.Low, entry.Sweep.Baseline - layer.Interval.High })
            .Append(entry.Sweep.Baseline).Append(entry.Sweep.Chance ?? entry.Sweep.Baseline));
        var y = Axis.Around(first.Metric, values);
        string Images(MetricSweep sweep) => string.Create(CultureInfo.InvariantCulture, $"{sweep.BaselineAnswers.Values.Length:N0} images ({sweep.Identity.Images})");
        var shared = sweeps.All(entry => Images(entry.Sweep) == Images(first));
        var each = sweeps.Select(entry => string.Create(
            CultureInfo.InvariantCulture,
            $"{entry.Label}: baseline {entry.Sweep.Baseline:F2}{(entry.Sweep.PooledBaseline is { } pooled ? FormattableString.Invariant($" (pooled {pooled:F2})") : "")}{(shared ? "" : " on " + Images(entry.Sweep))}, {string.Join(", ", Enum.GetValues<Verdict>().Select(verdict => $"{entry.Sweep.Count(verdict)} {verdict}"))}, smallest resolvable drop {entry.Sweep.SmallestResolvableDrop:F2}"));
        var chart = new Chart(
            single ? $"{sweeps[0].Label}: {first.Metric} with one layer zeroed" : $"{first.Metric} with one layer zeroed",
            $"{(shared ? $"On {Images(first)}. " : "")}Bars are 95 % intervals, simultaneous over the layers of a network; verdicts are at a margin of {Margin.Default}. {string.Join("; ", each)}.",
            SweepFigures.Wide(sweeps.Max(entry => entry.Sweep.Layers.Count)),
            [.. sweeps.Select(entry => PanelOf(entry.Sweep, single ? "" : entry.Label, y))],
            Stacked: true) { Key = SweepFigures.VerdictKey };
        return Figure.Of(chart, SweepTables.Together(sweeps.Select(entry => (entry.Label, entry.Sweep.ToTable()))));
    }

    private static PointPanel PanelOf(MetricSweep sweep, string title, Axis y)
    {
        var series = Series.ByRole(sweep.Layers.Index(), entry => entry.Item.Layer.Role, entry => new ChartPoint(
            entry.Index, entry.Item.Value, Describe(entry.Item), sweep.Baseline - entry.Item.Interval.High, sweep.Baseline - entry.Item.Interval.Low, SweepFigures.FillOf(entry.Item.Verdict)));
        var rules = new List<Rule> { new(sweep.Baseline, string.Create(CultureInfo.InvariantCulture, $"baseline {sweep.Baseline:F2}")) };
        if (sweep.Chance is { } chance)
            rules.Add(new(chance, string.Create(CultureInfo.InvariantCulture, $"chance {chance:F2}"), Dashed: true));
        return new PointPanel(title, Axis.Of(SweepFigures.LayerTitle, [.. sweep.Layers.Select(layer => layer.Layer.Name)]), y, series, rules);
    }

    private static string Describe(MetricDrop layer) => string.Create(
        CultureInfo.InvariantCulture, $"{layer.Layer.Name} ({Palette.NameOf(layer.Layer.Role)}): {layer.Value:F2}, drop {layer.Interval.Around(layer.Drop, 2)}, {layer.Verdict}");
}
