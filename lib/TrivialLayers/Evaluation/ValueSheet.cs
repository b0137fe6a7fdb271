using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>Collects a measure's values for each image.</summary>
internal sealed class ValueSheet(Measure measure) : ISheet
{
    private readonly List<Tensor> _values = [];
    private Tensor? _counts;

    public void Add(Tensor outputs, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var (values, counts) = measure.OfBatch(outputs, labels);
        Measure.CheckShape(values, labels);
        if (_values.Count == 0 && values.device_type == DeviceType.CPU && !values.isfinite().all().item<bool>())
            Measure.Finite([double.NaN]); // told now, not after a long sweep; a GPU is not waited for
        _values.Add(values.to(ScalarType.Float64).clone().DetachFromDisposeScope());
        if (counts is null)
            return;
        if (_counts is null)
            _counts = counts.clone().DetachFromDisposeScope();
        else
            _counts.add_(counts);
    }

    public Measurement ToMeasurement(ISheet? baseline)
    {
        using var scope = NewDisposeScope();
        var values = Measure.Finite(cat(_values).cpu().data<double>().ToArray());
        double? pooled = _counts is null ? null : measure.OfCounts!([.. _counts.cpu().data<double>()]);
        return measure.IsRightOrWrong
            ? Measurement.Of(Outcomes.From(Array.ConvertAll(values, value => value > 0)), null, null)
            : Measurement.Of(Array.ConvertAll(values, value => (float)value), pooled);
    }

    public void Dispose()
    {
        _values.ForEach(batch => batch.Dispose());
        _values.Clear();
        _counts?.Dispose();
        _counts = null;
    }
}
