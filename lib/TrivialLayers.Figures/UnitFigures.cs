using System.Globalization;
using Microsoft.Data.Analysis;

namespace TrivialLayers;

/// <summary>Figures of how near residual units come to the identity when a kernel in them is zeroed: claim C6.</summary>
public static class UnitFigures
{
    private const string DistanceTitle = "distance to the identity";

    private static readonly string s_nearly = string.Create(CultureInfo.InvariantCulture, $"nearly the identity: {UnitIdentity.Near} or less");

    /// <summary>What zeroing a kernel costs against how near it brings its unit to the identity: a mark for each zeroed kernel.</summary>
    /// <param name="networks">The zeroed units of each trained network, as <see cref="UnitDistances.WithDropsOf"/> gives them, with its label in the legend.</param>
    /// <exception cref="ArgumentException">No unit was given, or one with a distance or drop that is not a finite number.</exception>
    public static Figure DropAgainstDistance(params (string Label, IReadOnlyList<UnitIdentity> Units)[] networks)
    {
        ArgumentNullException.ThrowIfNull(networks);
        var units = networks.SelectMany(network => network.Units.Select(unit => (network.Label, Unit: unit))).ToList();
        CheckFinite(units.SelectMany(entry => new[] { entry.Unit.Distance, entry.Unit.Drop }), nameof(networks));
        var series = networks.Select((network, index) => new Series(network.Label, Palette.At(index),
            [.. network.Units.Select(unit => new ChartPoint(unit.Distance, unit.Drop, Describe(network.Label, unit)))])).ToList();
        var near = units.Count(entry => entry.Unit.Distance <= UnitIdentity.Near);
        var chart = new Chart(
            "Drop in accuracy against distance to the identity",
            $"Each mark is one zeroed kernel of a residual unit. {near} of {units.Count} leave the unit nearly the identity: left of the dashed line. The distance is {UnitIdentity.Formula} over all images.",
            760,
            [
                new PointPanel(
                    "",
                    Axis.Around(DistanceTitle, units.Select(entry => entry.Unit.Distance).Append(0).Append(UnitIdentity.Near)),
                    Axis.Around(SweepFigures.DropTitle, units.Select(entry => entry.Unit.Drop).Append(0)),
                    series,
                    [new(0, ""), new(UnitIdentity.Near, s_nearly, Dashed: true, Upright: true)]),
            ]);
        return Figure.Of(chart, new DataFrame(
            [new StringDataFrameColumn("network", units.Select(entry => entry.Label)), .. units.Select(entry => entry.Unit).ToTable().Columns]));
    }

    /// <summary>The distance of each unit to the identity, untouched and with each kernel of its branch zeroed.</summary>
    public static Figure DistanceByUnit(UnitDistances distances)
    {
        ArgumentNullException.ThrowIfNull(distances);
        return DistanceByUnit(("", distances));
    }

    /// <summary>The same for several networks: a panel for each, on one scale.</summary>
    /// <param name="networks">The distances of each trained network with its label; an empty label stands for the network's name.</param>
    /// <exception cref="ArgumentException">No network was given, or one with a distance that is not a finite number.</exception>
    internal static Figure DistanceByUnit(params (string Label, UnitDistances Distances)[] networks)
    {
        ArgumentNullException.ThrowIfNull(networks);
        networks = [.. networks.Select(network => (network.Label.Length > 0 ? network.Label : network.Distances.Network, network.Distances))];
        var all = networks.SelectMany(network => network.Distances.All).ToList();
        CheckFinite(all.Select(entry => entry.Distance), nameof(networks));
        var y = Axis.Around(DistanceTitle, all.Select(entry => entry.Distance).Append(0).Append(UnitIdentity.Near));
        var panels = networks.Select(network => PanelOf(networks.Length == 1 ? "" : network.Label, network.Distances, y)).ToList<Panel>();
        var chart = new Chart(
            networks.Length == 1 ? $"{networks[0].Label}: distance of residual units to the identity" : "Distance of residual units to the identity",
            $"How far each residual unit is from its shortcut, untouched and with one kernel of its branch zeroed: {UnitIdentity.Formula} over all images. At 0 the unit is the identity.",
            760,
            panels,
            Stacked: true);
        return Figure.Of(chart, Table(networks));
    }

    /// <summary>The distances of a network as a table: a row for each unit, untouched and with each kernel zeroed.</summary>
    public static DataFrame ToTable(this UnitDistances distances)
    {
        ArgumentNullException.ThrowIfNull(distances);
        return Table([(distances.Network, distances)]);
    }

    /// <summary>Zeroed units as a table: a row for each zeroed kernel.</summary>
    public static DataFrame ToTable(this IEnumerable<UnitIdentity> units)
    {
        ArgumentNullException.ThrowIfNull(units);
        var rows = units.ToList();
        return new DataFrame(
            new StringDataFrameColumn("zeroed layer", rows.Select(unit => unit.Unit)),
            new DoubleDataFrameColumn(DistanceTitle, rows.Select(unit => unit.Distance)),
            new DoubleDataFrameColumn("drop (points)", rows.Select(unit => unit.Drop)));
    }

    private static PointPanel PanelOf(string title, UnitDistances distances, Axis y)
    {
        var units = distances.All.Select(entry => entry.Unit).Distinct().ToList();
        var states = distances.All.GroupBy(StateOf).ToList();
        var step = 0.6 / states.Count;
        var series = states.Select((state, index) => new Series(state.Key, Palette.At(index),
        [
            .. state.Select(entry => new ChartPoint(
                units.IndexOf(entry.Unit) + ((index - ((states.Count - 1) / 2.0)) * step),
                entry.Distance,
                string.Create(CultureInfo.InvariantCulture, $"{entry.Unit}, {state.Key}: distance {entry.Distance:F3}"),
                Fill: entry.Zeroed is null ? Fill.Hollow : Fill.Full)),
        ]));
        return new PointPanel(title, Axis.Of("residual unit, in the order of the network", units), y, [.. series], [new(UnitIdentity.Near, s_nearly, Dashed: true)]);
    }

    private static DataFrame Table((string Label, UnitDistances Distances)[] networks)
    {
        var rows = networks.SelectMany(network => network.Distances.All.Select(entry => (network.Label, Entry: entry))).ToList();
        return new DataFrame(
            new StringDataFrameColumn("network", rows.Select(row => row.Label)),
            new StringDataFrameColumn("unit", rows.Select(row => row.Entry.Unit)),
            new StringDataFrameColumn("state", rows.Select(row => StateOf(row.Entry))),
            new DoubleDataFrameColumn(DistanceTitle, rows.Select(row => row.Entry.Distance)));
    }

    private static string StateOf(UnitDistance entry) => entry.Zeroed is null ? "untouched" : $"{entry.Zeroed[(entry.Unit.Length + 1)..]} zeroed";

    private static string Describe(string label, UnitIdentity unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{label}, {unit.Unit} zeroed: distance {unit.Distance:F3}, drop {unit.Drop:F2} points");

    private static void CheckFinite(IEnumerable<double> values, string parameter)
    {
        var given = values.ToList();
        if (given.Count == 0)
            throw new ArgumentException("No unit was given; give at least one network, as (\"label\", units).", parameter);
        if (!given.TrueForAll(double.IsFinite))
            throw new ArgumentException("A unit has a distance or drop that is not a finite number; its output may be zero everywhere.", parameter);
    }
}
