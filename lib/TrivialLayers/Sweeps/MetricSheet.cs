using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>Collects a metric's values batch by batch, in the order of the images.</summary>
internal sealed class MetricSheet(Metric metric)
{
    private readonly List<float> _values = [];
    private double[]? _sums;

    /// <summary>Takes the outputs and labels of the next images.</summary>
    public void Add(Tensor outputs, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var (values, counted) = metric.Measure(outputs, labels);
        _values.AddRange(Metric.ForEachImage(values, labels).Select(value => (float)value));
        if (counted is null)
            return;
        double[] counts = [.. counted.cpu().contiguous().data<double>()];
        _sums = _sums is null ? counts : [.. _sums.Zip(counts, (sum, count) => sum + count)];
    }

    public MetricAnswers ToAnswers() => new([.. _values], _sums is null ? null : metric.OfCounts!(_sums));
}
