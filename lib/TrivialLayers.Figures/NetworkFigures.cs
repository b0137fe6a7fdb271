using System.Globalization;
using MathNet.Numerics.Statistics;
using Microsoft.Data.Analysis;

namespace TrivialLayers;

/// <summary>Figures in which each mark is a trained network.</summary>
public static class NetworkFigures
{
    private const string ShareTitle = "Trivial layers (% of convolutions)";
    private const string AccuracyTitle = "training accuracy (%)";
    private const string ParametersTitle = "parameters per training image (log10)";

    /// <summary>What is left of each network with one of its layers zeroed, on a scale that different tasks share: a column a network, a mark a layer.</summary>
    /// <param name="networks">What is left, as sweeps give it, with the network's label; several trainings of one network may go into one column.</param>
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
            $"(zeroed − chance) / (baseline − chance): 1 where nothing is lost, 0 where one class for everything would be as good. Each mark is one layer of one training. {string.Join("; ", medians)}.{(unknown > 0 ? $" Not drawn: {unknown} layers of networks that are no better than chance." : "")}",
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

    /// <summary>The share of Trivial layers against what over-parameterisation could mean: training accuracy, and parameters for each training image.</summary>
    /// <param name="trainingImages">Number of training images, the same for all.</param>
    /// <param name="networks">The trained networks with their sweeps; those of one architecture share a mark.</param>
    /// <exception cref="ArgumentException">No network was given.</exception>
    public static Figure TrivialShare(int trainingImages, params IReadOnlyList<(Sweep Sweep, TrainedRun Run)> networks)
    {
        ArgumentNullException.ThrowIfNull(networks);
        ArgumentOutOfRangeException.ThrowIfLessThan(trainingImages, 1);
        if (networks.Count == 0)
            throw new ArgumentException("No network was given; give at least one, as (sweep, run).", nameof(networks));
        double Share(Sweep sweep) => 100.0 * sweep.Count(Verdict.Trivial) / sweep.Targets.Count;
        (string Title, Func<TrainedRun, double> Of)[] measures = [(AccuracyTitle, run => run.TrainingAccuracy), (ParametersTitle, run => Math.Log10((double)run.Parameters / trainingImages))];
        var y = Axis.Around(ShareTitle, networks.Select(entry => Share(entry.Sweep)).Append(0), 0, 100);
        Panel Draw((string Title, Func<TrainedRun, double> Of) measure, Rule[] rules) => new PointPanel(
            "",
            Axis.Around(measure.Title, networks.Select(entry => measure.Of(entry.Run))),
            y,
            [
                .. networks.GroupBy(entry => entry.Run.Network).Select((group, index) => new Series(group.Key, Palette.At(index),
                [
                    .. group.Select(entry => new ChartPoint(
                        measure.Of(entry.Run), Share(entry.Sweep),
                        string.Create(CultureInfo.InvariantCulture, $"{entry.Run.Network}, seed {entry.Run.Seed}: {entry.Sweep.Count(Verdict.Trivial)} of {entry.Sweep.Targets.Count} layers Trivial, training accuracy {entry.Run.TrainingAccuracy:F2} %"),
                        Fill: entry.Run.IsOverParameterised ? Fill.Full : Fill.Hollow)),
                ])),
            ],
            rules);
        var over = networks.Count(entry => entry.Run.IsOverParameterised);
        var chart = new Chart(
            "Trivial layers against over-parameterisation",
            string.Create(CultureInfo.InvariantCulture, $"Each mark is one training. Full marks are over-parameterised, from {NetworkVerdicts.OverParameterisedFrom} % of the training images right: {over} of {networks.Count}. {trainingImages:N0} training images."),
            1000,
            [
                Draw(measures[0], [new Rule(NetworkVerdicts.OverParameterisedFrom, "over-parameterised from here", Dashed: true, Upright: true)]),
                Draw(measures[1], []) with { SharesY = true },
            ]);
        var rows = measures.SelectMany(measure => networks.Select(entry => (measure.Title, Value: measure.Of(entry.Run), Entry: entry))).ToList();
        return Figure.Of(chart, new DataFrame(
            new StringDataFrameColumn("network", rows.Select(row => row.Entry.Run.Network)),
            new Int64DataFrameColumn("seed", rows.Select(row => row.Entry.Run.Seed)),
            new StringDataFrameColumn("measure", rows.Select(row => row.Title)),
            new DoubleDataFrameColumn("value", rows.Select(row => row.Value)),
            new DoubleDataFrameColumn(ShareTitle, rows.Select(row => Share(row.Entry.Sweep)))));
    }
}
