using System.Globalization;
using System.Text;
using MathNet.Numerics.Statistics;
using Microsoft.Data.Analysis;

namespace TrivialLayers;

/// <summary>Sweeps and layers as tables (a row a layer, units in the column names) and as CSV.</summary>
public static class SweepTables
{
    /// <summary>The first line of <see cref="ToCsv"/> without per-image outcomes.</summary>
    public const string CsvHeader =
        "layer,role,in_channels,out_channels,kernel_height,kernel_width,stride,changes_channels,parameters,accuracy_percent,drop_points,drop_low,drop_high,interval_level,cross_entropy_change_nats,agreement_percent,lost,gained,verdict";

    /// <summary>Each layer of a sweep: what it is, accuracy without it, its drop with the simultaneous interval, and the verdict at one point.</summary>
    public static DataFrame ToTable(this ZeroSweep sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        return sweep.Layers.ToTable();
    }

    /// <summary>Some layers of a sweep, as <see cref="ToTable(ZeroSweep)"/> shows all of them.</summary>
    public static DataFrame ToTable(this IEnumerable<ZeroedLayer> zeroed)
    {
        ArgumentNullException.ThrowIfNull(zeroed);
        var layers = zeroed.ToList();
        return new DataFrame(
        [
            .. Description([.. layers.Select(layer => layer.Layer)]),
            Numbers("accuracy (%)", layers, layer => layer.Accuracy),
            Numbers("drop (points)", layers, layer => layer.Drop),
            Numbers("low (points)", layers, layer => layer.Interval.Low),
            Numbers("high (points)", layers, layer => layer.Interval.High),
            Numbers("cross-entropy change (nats)", layers, layer => layer.CrossEntropyChange),
            Numbers("agreement (%)", layers, layer => layer.Agreement),
            Counts("lost", layers, layer => layer.Change.Lost),
            Counts("gained", layers, layer => layer.Change.Gained),
            Texts("verdict", layers, layer => layer.Verdict.ToString()),
        ]);
    }

    /// <summary>The layers of a network, as <c>network.Layers</c> lists them.</summary>
    public static DataFrame ToTable(this IEnumerable<ConvolutionLayer> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        return new DataFrame(Description([.. layers]));
    }

    /// <summary>Each layer of a sweep by a metric: its role, the metric without it (pooled too, where it has that), the drop with its simultaneous interval, what is left above chance, the verdict.</summary>
    public static DataFrame ToTable(this MetricSweep sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        var columns = new List<DataFrameColumn>
        {
            Texts("layer", sweep.Layers, layer => layer.Layer.Name),
            Texts("role", sweep.Layers, layer => Palette.NameOf(layer.Layer.Role)),
            Numbers(sweep.Metric, sweep.Layers, layer => layer.Value),
            Numbers("drop", sweep.Layers, layer => layer.Drop),
            Numbers("low", sweep.Layers, layer => layer.Interval.Low),
            Numbers("high", sweep.Layers, layer => layer.Interval.High),
        };
        if (sweep.PooledBaseline is not null)
            columns.Add(new DoubleDataFrameColumn($"pooled {sweep.Metric}", sweep.Layers.Select(layer => layer.Pooled)));
        if (sweep.Chance is not null)
            columns.Add(Numbers("left above chance", sweep.LeftAboveChance, layer => layer.Share));
        columns.Add(Texts("verdict", sweep.Layers, layer => layer.Verdict.ToString()));
        return new DataFrame(columns);
    }

    /// <summary>One row a sweep: baseline, how many layers have which verdict at one point, and how many are Trivial at half a point and at two.</summary>
    public static DataFrame ToSummaryTable(this IEnumerable<ZeroSweep> sweeps)
    {
        ArgumentNullException.ThrowIfNull(sweeps);
        return Summary([.. sweeps.Select(sweep => (sweep, (TrainedRun?)null))]);
    }

    /// <summary>One row a training of a network for segmentation: accuracy of the pixels, the metric and its value pooled, what chance is worth, how many layers have which verdict.</summary>
    public static DataFrame ToSummaryTable(this IEnumerable<(MetricSweep Sweep, TrainedRun Run)> trained)
    {
        ArgumentNullException.ThrowIfNull(trained);
        var rows = trained.ToList();
        var metric = string.Join(", ", rows.Select(row => row.Sweep.Metric).Distinct());
        return new DataFrame(
        [
            Texts("network", rows, row => row.Sweep.Identity.Network),
            Counts("seed", rows, row => row.Run.Seed),
            Counts("parameters", rows, row => row.Run.Parameters),
            Numbers("training accuracy (%)", rows, row => row.Run.TrainingAccuracy),
            Texts("images", rows, row => row.Sweep.Identity.Images),
            Counts("image count", rows, row => row.Sweep.BaselineAnswers.Values.Length),
            Numbers(metric, rows, row => row.Sweep.Baseline),
            new DoubleDataFrameColumn($"pooled {metric}", rows.Select(row => row.Sweep.PooledBaseline)),
            new DoubleDataFrameColumn($"chance: {metric}", rows.Select(row => row.Sweep.Chance)),
            Counts("layers", rows, row => row.Sweep.Layers.Count),
            .. Enum.GetValues<Verdict>().Select(verdict => Counts(verdict.ToString(), rows, row => row.Sweep.Count(verdict))),
            .. Margin.Reported.Where(margin => margin != Margin.Default).Select(margin => Counts($"Trivial at {margin}", rows, row => row.Sweep.Count(Verdict.Trivial, margin))),
            Numbers("smallest resolvable drop (points)", rows, row => row.Sweep.SmallestResolvableDrop),
        ]);
    }

    /// <summary>The same with what is known of the trainings: seed, parameters and accuracy on the training images.</summary>
    public static DataFrame ToSummaryTable(this IEnumerable<(ZeroSweep Sweep, TrainedRun Run)> sweeps)
    {
        ArgumentNullException.ThrowIfNull(sweeps);
        return Summary([.. sweeps.Select(entry => (entry.Sweep, (TrainedRun?)entry.Run))]);
    }

    /// <summary>One row a way of changing the layers one at a time: verdicts, median drops by role, and how far it ranks the layers as zeroing does.</summary>
    /// <param name="zeroed">The sweep with zeros.</param>
    /// <param name="others">The same network and images changed otherwise, as <see cref="ControlSweep"/> gives them, each with its label.</param>
    public static DataFrame Against(this ZeroSweep zeroed, params (string Label, ZeroSweep Sweep)[] others)
    {
        ArgumentNullException.ThrowIfNull(zeroed);
        ArgumentNullException.ThrowIfNull(others);
        (string Label, ZeroSweep Sweep)[] rows = [("zeroed", zeroed), .. others];
        return new DataFrame(
        [
            Texts("change", rows, row => row.Label),
            Counts("layers", rows, row => row.Sweep.Layers.Count),
            .. Enum.GetValues<Verdict>().Select(verdict => Counts(verdict.ToString(), rows, row => row.Sweep.Count(verdict))),
            Numbers("residual, median (points)", rows, row => MedianDrop(row.Sweep, LayerRole.Residual)),
            Numbers("channel change, median (points)", rows, row => MedianDrop(row.Sweep, LayerRole.ChannelChange)),
            Numbers("tau with zeroed", rows, row => Agreement(zeroed, row.Sweep)),
        ]);
    }

    /// <summary>One row a group of networks: whether the same layers matter in them beyond role and position, as <see cref="SweepAgreement.Test"/> finds it.</summary>
    /// <param name="groups">Sweeps of two networks or more, each group with its label.</param>
    public static DataFrame ToAgreementTable(params (string Label, IReadOnlyList<ZeroSweep> Sweeps)[] groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var rows = groups.Select(group => (group.Label, Test: SweepAgreement.Test(group.Sweeps))).ToList();
        return new DataFrame(
        [
            Texts("networks", rows, row => row.Label),
            Counts("number", rows, row => row.Test.Networks),
            Numbers("mean tau within role and position", rows, row => row.Test.Agreement),
            Numbers("low", rows, row => row.Test.Interval.Low),
            Numbers("high", rows, row => row.Test.Interval.High),
            Numbers("permutation p", rows, row => row.Test.PValue),
        ]);
    }

    /// <summary>A sweep as CSV with invariant numbers that round-trip exactly.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="perImage">
    /// Adds the column <c>right</c>, a 1 (right) or 0 (wrong) for each image in the order of the image set, and a first row <c>baseline</c> for the untouched network.
    /// </param>
    public static string ToCsv(this ZeroSweep sweep, bool perImage = false)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        var csv = new StringBuilder(CsvHeader).Append(perImage ? ",right\n" : "\n");
        if (perImage)
            csv.Append(CultureInfo.InvariantCulture, $"baseline,,,,,,,,,{sweep.Baseline.Percent:R},0,,,,0,100,0,0,,{Bits(sweep.Baseline.Outcomes)}\n");
        foreach (var entry in sweep.Layers)
        {
            var layer = entry.Layer;
            csv.Append(CultureInfo.InvariantCulture, $"{Quoted(layer.Name)},{layer.Role},{layer.InChannels},{layer.OutChannels},{layer.KernelHeight},{layer.KernelWidth},{layer.Stride},{(layer.ChangesChannels ? "true" : "false")},{layer.Parameters},")
                .Append(CultureInfo.InvariantCulture, $"{entry.Accuracy:R},{entry.Drop:R},{entry.Interval.Low:R},{entry.Interval.High:R},{entry.Interval.Level:R},{entry.CrossEntropyChange:R},{entry.Agreement:R},{entry.Change.Lost},{entry.Change.Gained},{entry.Verdict}")
                .Append(perImage ? "," + Bits(entry.Outcomes) : "").Append('\n');
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

    private static DataFrame Summary(IReadOnlyList<(ZeroSweep Sweep, TrainedRun? Run)> rows)
    {
        var columns = new List<DataFrameColumn> { Texts("network", rows, row => row.Sweep.Identity.Network) };
        if (rows.Any(row => row.Run is not null))
        {
            columns.Add(new Int64DataFrameColumn("seed", rows.Select(row => row.Run?.Seed)));
            columns.Add(new Int64DataFrameColumn("parameters", rows.Select(row => row.Run?.Parameters)));
            columns.Add(new DoubleDataFrameColumn("training accuracy (%)", rows.Select(row => row.Run?.TrainingAccuracy)));
        }

        columns.Add(Texts("images", rows, row => row.Sweep.Identity.Images));
        columns.Add(Counts("image count", rows, row => row.Sweep.Baseline.Outcomes.Count));
        columns.Add(Numbers("baseline (%)", rows, row => row.Sweep.Baseline.Percent));
        columns.Add(Counts("layers", rows, row => row.Sweep.Layers.Count));
        columns.AddRange(Enum.GetValues<Verdict>().Select(verdict => Counts(verdict.ToString(), rows, row => row.Sweep.Count(verdict))));
        columns.AddRange(Margin.Reported.Where(margin => margin != Margin.Default).Select(
            margin => Counts($"Trivial at {margin}", rows, row => row.Sweep.Count(Verdict.Trivial, margin))));
        columns.Add(Numbers("smallest resolvable drop (points)", rows, row => row.Sweep.SmallestResolvableDrop));
        return new DataFrame(columns);
    }

    private static double MedianDrop(ZeroSweep sweep, LayerRole role) =>
        sweep.Layers.Where(layer => layer.Layer.Role == role).Select(layer => layer.Drop).Median();

    private static double Agreement(ZeroSweep zeroed, ZeroSweep other)
    {
        var drops = zeroed.Layers.ToDictionary(layer => layer.Layer.Name, layer => layer.Drop);
        var shared = other.Layers.Where(layer => drops.ContainsKey(layer.Layer.Name)).ToList();
        return shared.Count < 2 ? double.NaN : RankAgreement.KendallTau(shared.ConvertAll(layer => drops[layer.Layer.Name]), shared.ConvertAll(layer => layer.Drop));
    }

    private static DataFrameColumn[] Description(IReadOnlyList<ConvolutionLayer> layers) =>
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
