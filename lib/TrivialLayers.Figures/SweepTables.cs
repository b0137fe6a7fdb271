using System.Globalization;
using System.Text;
using MathNet.Numerics.Statistics;
using Microsoft.Data.Analysis;

namespace TrivialLayers;

/// <summary>Sweeps and layers as tables (one row per layer, units in the column names) and as CSV.</summary>
public static class SweepTables
{
    /// <summary>The first line of <see cref="ToCsv"/> without per-image outcomes.</summary>
    internal const string CsvHeader =
        "layer,role,in_channels,out_channels,kernel_height,kernel_width,stride,changes_channels,parameters,accuracy_percent,drop_points,drop_low,drop_high,interval_level,cross_entropy_change_nats,agreement_percent,lost,gained,verdict";

    /// <summary>
    /// A row a target. Of layers that were changed alone: what the layer is, the measure without it, its drop with the simultaneous interval, and the verdict. Of sets: how many layers, the one that came
    /// last or all, and the same of the set.
    /// </summary>
    public static DataFrame ToTable(this Sweep sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        if (sweep.Targets.Any(target => target.Layers.Count > 1))
        {
            return JointFigures.IsPath(sweep)
                ? new DataFrame(Columns(sweep, sweep.Targets, "added last", target => target.Layer.Name))
                : new DataFrame(Columns(sweep, sweep.Targets, "layers", target => string.Join(", ", target.Names)));
        }

        var columns = new List<DataFrameColumn>(Description([.. sweep.Targets.Select(target => target.Layer)]));
        columns.AddRange(Measured(sweep, sweep.Targets));
        if (!SweepFigures.IsAccuracy(sweep) && sweep.Chance is not null)
            columns.Add(Numbers("left above chance", sweep.LeftAboveChance, layer => layer.Share));
        columns.Add(Texts("verdict", sweep.Targets, target => target.Verdict.ToString()));
        return new DataFrame(columns);
    }

    /// <summary>Some targets of a sweep by accuracy, each a layer alone, as <see cref="ToTable(Sweep)"/> shows all of them.</summary>
    public static DataFrame ToTable(this IEnumerable<SweptTarget> targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        var some = targets.ToList();
        return new DataFrame([.. Description([.. some.Select(target => target.Layer)]), .. Measured(Measure.Accuracy.Name, some), Texts("verdict", some, target => target.Verdict.ToString())]);
    }

    /// <summary>The layers of a network, as <c>network.Layers</c> lists them.</summary>
    public static DataFrame ToTable(this IEnumerable<Layer> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        return new DataFrame(Description([.. layers]));
    }

    /// <summary>One row per sweep: baseline, how many layers have which verdict at one point, how many are Trivial at half a point and at two, and last the images.</summary>
    public static DataFrame ToSummaryTable(this IEnumerable<Sweep> sweeps)
    {
        ArgumentNullException.ThrowIfNull(sweeps);
        return Summary([.. sweeps.Select(sweep => (sweep, (TrainedRun?)null))]);
    }

    /// <summary>The same with what is known of the training runs: seed, parameters and accuracy on the training images.</summary>
    public static DataFrame ToSummaryTable(this IEnumerable<(Sweep Sweep, TrainedRun Run)> sweeps)
    {
        ArgumentNullException.ThrowIfNull(sweeps);
        return Summary([.. sweeps.Select(entry => (entry.Sweep, (TrainedRun?)entry.Run))]);
    }

    /// <summary>One row per way of changing the layers one at a time: verdicts, median drops by role, and how far it ranks the layers as zeroing does.</summary>
    /// <param name="zeroed">The sweep with zeros.</param>
    /// <param name="others">The same network and images changed otherwise, as sweeps by other interventions give them, each with its label.</param>
    public static DataFrame Against(this Sweep zeroed, params (string Label, Sweep Sweep)[] others)
    {
        ArgumentNullException.ThrowIfNull(zeroed);
        ArgumentNullException.ThrowIfNull(others);
        foreach (var sweep in others.Select(other => other.Sweep).Append(zeroed))
            sweep.DemandSingleLayers();
        (string Label, Sweep Sweep)[] rows = [("zeroed", zeroed), .. others];
        return new DataFrame(
        [
            Texts("change", rows, row => row.Label),
            Counts("layers", rows, row => row.Sweep.Targets.Count),
            .. Enum.GetValues<Verdict>().Select(verdict => Counts(verdict.ToString(), rows, row => row.Sweep.Count(verdict))),
            Numbers("residual, median (points)", rows, row => row.Sweep.MedianDrop(LayerRole.Residual)),
            Numbers("channel change, median (points)", rows, row => row.Sweep.MedianDrop(LayerRole.ChannelChange)),
            Numbers("tau with zeroed", rows, row => Agreement(zeroed, row.Sweep)),
        ]);
    }

    /// <summary>A sweep as CSV with invariant numbers that round-trip exactly; what a measure does not have is empty. Layers changed together have spaces between their names. Where shares of layers were changed, a last column <c>share</c> says which.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="perImage">
    /// Adds the column <c>right</c>, a 1 (right) or 0 (wrong) for each image in the order of the image set, and a first row <c>baseline</c> for the untouched network.
    /// </param>
    /// <exception cref="ArgumentException">Single images were asked for, and the measure is not right or wrong.</exception>
    public static string ToCsv(this Sweep sweep, bool perImage = false)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        if (perImage && sweep.Baseline.Outcomes is null)
            throw new ArgumentException($"{sweep.Measure.Name} does not count images as right or wrong, so there are no results for single images.", nameof(perImage));
        var hasShares = sweep.Targets.Any(target => target.Share != 1);
        string Share(double share) => hasShares ? string.Create(CultureInfo.InvariantCulture, $",{share:R}") : "";
        var csv = new StringBuilder(CsvHeader).Append(perImage ? ",right" : "").Append(hasShares ? ",share\n" : "\n");
        if (perImage)
            csv.Append(CultureInfo.InvariantCulture, $"baseline,,,,,,,,,{sweep.Baseline.Value:R},0,,,,0,100,0,0,,{Bits(sweep.Baseline.Outcomes!)}{Share(0)}\n");
        foreach (var target in sweep.Targets)
        {
            var layer = target.Layer;
            csv.Append(CultureInfo.InvariantCulture, $"{Quoted(string.Join(' ', target.Names))},{layer.Role},{layer.InChannels},{layer.OutChannels},{layer.KernelHeight},{layer.KernelWidth},{layer.Stride},{(layer.ChangesChannels ? "true" : "false")},{layer.Parameters},")
                .Append(CultureInfo.InvariantCulture, $"{target.Value:R},{target.Drop:R},{target.Interval.Low:R},{target.Interval.High:R},{target.Interval.Level:R},{target.CrossEntropyChange:R},{target.Measured.Agreement:R},{target.Change?.Lost},{target.Change?.Gained},{target.Verdict}")
                .Append(perImage ? "," + Bits(target.Measured.Outcomes!) : "").Append(Share(target.Share)).Append('\n');
        }

        return csv.ToString();
    }

    /// <summary>Tables with the same columns one under another, with a first column that says which network a row is of.</summary>
    internal static DataFrame Together(IEnumerable<(string Label, DataFrame Table)> networks)
    {
        var all = networks.ToList();
        var labels = new StringDataFrameColumn("network", all.SelectMany(network => Enumerable.Repeat(network.Label, (int)network.Table.Rows.Count)));
        var rows = all[0].Table;
        foreach (var (_, table) in all.Skip(1))
            rows.Append(table.Rows, inPlace: true, CultureInfo.InvariantCulture);
        return new DataFrame([labels, .. rows.Columns]);
    }

    private static DataFrame Summary(IReadOnlyList<(Sweep Sweep, TrainedRun? Run)> rows)
    {
        var columns = new List<DataFrameColumn> { Texts("network", rows, row => row.Sweep.Identity.Network) };
        var areTrained = rows.Any(row => row.Run is not null);
        if (areTrained)
        {
            columns.Add(new Int64DataFrameColumn("seed", rows.Select(row => row.Run?.Seed)));
            columns.Add(new DoubleDataFrameColumn("training accuracy (%)", rows.Select(row => row.Run?.TrainingAccuracy)));
        }

        var measure = string.Join(", ", rows.Select(row => row.Sweep.Measure.Name).Distinct());
        columns.Add(Numbers(rows.All(row => SweepFigures.IsAccuracy(row.Sweep)) ? "baseline (%)" : measure, rows, row => row.Sweep.Baseline.Value));
        columns.Add(Counts("layers", rows, row => row.Sweep.Targets.Count));
        columns.AddRange(Enum.GetValues<Verdict>().Select(verdict => Counts(verdict.ToString(), rows, row => row.Sweep.Count(verdict))));
        columns.AddRange(Margin.Reported.Where(margin => margin != Margin.Default).Select(
            margin => Counts($"Trivial at {margin}", rows, row => row.Sweep.Count(Verdict.Trivial, margin))));
        columns.Add(Numbers("smallest resolvable drop (points)", rows, row => row.Sweep.SmallestResolvableDrop));
        if (rows.Any(row => row.Sweep.Baseline.Pooled is not null))
            columns.Add(new DoubleDataFrameColumn($"pooled {measure}", rows.Select(row => row.Sweep.Baseline.Pooled)));
        if (rows.Any(row => !SweepFigures.IsAccuracy(row.Sweep) && row.Sweep.Chance is not null))
            columns.Add(new DoubleDataFrameColumn($"chance: {measure}", rows.Select(row => row.Sweep.Chance)));
        if (areTrained)
            columns.Add(new Int64DataFrameColumn("parameters", rows.Select(row => row.Run?.Parameters)));
        columns.Add(Texts("images", rows, row => row.Sweep.Identity.Images));
        columns.Add(Counts("image count", rows, row => row.Sweep.Baseline.Count));
        return new DataFrame(columns);
    }

    /// <summary>The columns of sets of layers.</summary>
    internal static DataFrameColumn[] Columns(Sweep sweep, IReadOnlyList<SweptTarget> targets, string layersTitle, Func<SweptTarget, string> layers) =>
    [
        Counts("layers " + sweep.Intervention, targets, target => target.Layers.Count),
        Texts(layersTitle, targets, layers),
        .. Measured(sweep, targets).Where(column => column.Name is not ("lost" or "gained" or "cross-entropy change (nats)")),
        Texts("verdict on the set", targets, target => target.Verdict.ToString()),
    ];

    private static IEnumerable<DataFrameColumn> Measured(Sweep sweep, IReadOnlyList<SweptTarget> targets) => Measured(sweep.Measure.Name, targets);

    /// <summary>What was measured: the share changed where it varies, the measure, drop and interval, and what accuracy has besides.</summary>
    private static IEnumerable<DataFrameColumn> Measured(string measure, IReadOnlyList<SweptTarget> targets)
    {
        var unit = measure.EndsWith("(%)", StringComparison.Ordinal) ? " (points)" : SweepFigures.UnitOf(measure) is { Length: > 0 } own ? $" ({own.Trim()})" : "";
        if (targets.Any(target => target.Share != 1))
            yield return Numbers("share changed (%)", targets, target => 100 * target.Share);
        yield return Numbers(measure, targets, target => target.Value);
        yield return Numbers("drop" + unit, targets, target => target.Drop);
        yield return Numbers("low" + unit, targets, target => target.Interval.Low);
        yield return Numbers("high" + unit, targets, target => target.Interval.High);
        if (targets.Any(target => target.Measured.Pooled is not null))
            yield return new DoubleDataFrameColumn($"pooled {measure}", targets.Select(target => target.Measured.Pooled));
        if (targets.Any(target => target.CrossEntropyChange is not null))
        {
            yield return new DoubleDataFrameColumn("cross-entropy change (nats)", targets.Select(target => target.CrossEntropyChange));
            yield return new DoubleDataFrameColumn("agreement (%)", targets.Select(target => target.Measured.Agreement));
        }

        if (targets.Any(target => target.Change is not null))
        {
            yield return new Int64DataFrameColumn("lost", targets.Select(target => (long?)target.Change?.Lost));
            yield return new Int64DataFrameColumn("gained", targets.Select(target => (long?)target.Change?.Gained));
        }
    }

    private static double Agreement(Sweep zeroed, Sweep other)
    {
        var drops = zeroed.Targets.ToDictionary(layer => layer.Layer.Name, layer => layer.Drop);
        var shared = other.Targets.Where(layer => drops.ContainsKey(layer.Layer.Name)).ToList();
        return shared.Count < 2 ? double.NaN : RankAgreement.KendallTau(shared.ConvertAll(layer => drops[layer.Layer.Name]), shared.ConvertAll(layer => layer.Drop));
    }

    private static DataFrameColumn[] Description(IReadOnlyList<Layer> layers) =>
    [
        Texts("layer", layers, layer => layer.Name),
        Texts("role", layers, layer => Palette.NameOf(layer.Role)),
        Counts("in", layers, layer => layer.InChannels),
        Counts("out", layers, layer => layer.OutChannels),
        Texts("kernel", layers, layer => string.Create(CultureInfo.InvariantCulture, $"{layer.KernelHeight}×{layer.KernelWidth}")),
        Counts("stride", layers, layer => layer.Stride),
        Texts("changes channels", layers, layer => layer.ChangesChannels ? "yes" : "no"),
        Counts("parameters", layers, layer => layer.Parameters),
    ];

    private static StringDataFrameColumn Texts<T>(string name, IReadOnlyList<T> rows, Func<T, string> text) => new(name, rows.Select(text));

    private static DoubleDataFrameColumn Numbers<T>(string name, IReadOnlyList<T> rows, Func<T, double> number) => new(name, rows.Select(number));

    private static Int64DataFrameColumn Counts<T>(string name, IReadOnlyList<T> rows, Func<T, long> count) => new(name, rows.Select(count));

    private static string Bits(Outcomes outcomes) => string.Create(outcomes.Count, outcomes, (bits, source) =>
    {
        for (var i = 0; i < bits.Length; i++)
            bits[i] = source[i] ? '1' : '0';
    });

    private static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(",\"\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
