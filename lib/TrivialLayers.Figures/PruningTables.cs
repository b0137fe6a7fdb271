using Microsoft.Data.Analysis;

namespace TrivialLayers;

/// <summary>What a network costs and answers before and after layers were taken out, as a table.</summary>
public static class PruningTables
{
    /// <summary>A row a state of the network: accuracy, the drop against the first row with its 95 % interval, parameters, multiply-accumulates for an image, and the median time of a batch.</summary>
    /// <param name="states">Each state with its label, the untouched network first, all on the same images.</param>
    public static DataFrame Of(params (string State, NetworkCost Cost, Evaluation Evaluation)[] states)
    {
        ArgumentNullException.ThrowIfNull(states);
        if (states.Length == 0)
            throw new ArgumentException("No state was given; give the untouched network first.", nameof(states));
        var changes = states.Select(state => states[0].Evaluation.Outcomes.Against(state.Evaluation.Outcomes)).ToList();
        return new DataFrame(
            new StringDataFrameColumn("network", states.Select(state => state.State)),
            new DoubleDataFrameColumn("accuracy (%)", states.Select(state => state.Evaluation.Percent)),
            new DoubleDataFrameColumn("drop (points)", changes.Select(change => change.Drop)),
            new StringDataFrameColumn("95 % interval", changes.Select((change, index) => index == 0 ? "" : PairedInterval.Corrected(change).ToString(2))),
            new Int64DataFrameColumn("convolutions", states.Select(state => (long)state.Cost.Convolutions)),
            new Int64DataFrameColumn("parameters", states.Select(state => state.Cost.Parameters)),
            new DoubleDataFrameColumn("multiply-accumulates (million)", states.Select(state => state.Cost.MultiplyAccumulates / 1e6)),
            new DoubleDataFrameColumn($"{states[0].Cost.Batch} images (ms)", states.Select(state => state.Cost.Latency)));
    }
}
