using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Passes a set of images through a network with different targets changed, batch by batch, reusing what the changes do not touch. The network is in evaluation mode until the end.</summary>
internal sealed class SweepPass : IDisposable
{
    /// <summary>Bytes of changed weights from which on a pass over the images takes no further target; the others take passes of their own.</summary>
    private const long ChangesAtATime = 256 << 20;

    private readonly SweepPlan _plan;
    private readonly HashSet<(string Layer, double Share)> _changed = [];
    private readonly IProgress<ProgressReport>? _progress;
    private readonly CancellationToken _cancellationToken;
    private readonly Device _device;
    private readonly EvaluationMode _evaluation;
    private readonly PrecisionScope _precision;
    private readonly PrefixReuse _engine;
    private readonly string _task;
    private readonly ImageSet _images;
    private readonly int _batch;
    private NetworkState? _state;
    private ISheet? _untouched;
    private Measurement? _baseline;
    private long _done;
    private long _total;

    /// <param name="plan">What is to be computed.</param>
    /// <param name="progress">Told about images done.</param>
    /// <param name="cancellationToken">Ends a pass after the current target of the current batch.</param>
    public SweepPass(SweepPlan plan, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        (_plan, _progress, _cancellationToken) = (plan, progress, cancellationToken);
        _device = NetworkProbe.DeviceOf(plan.Network);
        (_images, _batch) = (plan.Images.On(_device), plan.Options.Batch ?? DeviceBatch.For(plan.Network, plan.Images));
        _task = plan.Options.Targets.IsGreedy ? $"choose layers ({plan.Options.Intervention.Name})" : string.Create(CultureInfo.InvariantCulture, $"{plan.Targets.Count()} targets ({plan.Options.Intervention.Name})");
        _evaluation = new EvaluationMode(plan.Network);
        try
        {
            _precision = new PrecisionScope(plan.Network, plan.Options.Precision);
            using var scope = NewDisposeScope();
            _engine = PrefixReuse.For(plan.Network, Few(), folds: plan.Options.Precision != Precision.BFloat16); // batch norm stays in single precision
        }
        catch
        {
            _precision?.Dispose();
            _evaluation.Dispose();
            throw;
        }
    }

    private bool IsZero => _plan.Options.Intervention == Intervention.Zero;

    /// <summary>The untouched network, and the network with each target changed.</summary>
    /// <exception cref="InvalidOperationException">A target was not really changed, or cannot be.</exception>
    public (Measurement Baseline, IReadOnlyList<(IReadOnlyList<Layer> Layers, double Share, Measurement Measured)> Targets) Measure()
    {
        var targets = _plan.Targets.ToList();
        _total = (long)targets.Count * _plan.Images.Count;
        var measured = Measure([], targets);
        return (_baseline!, [.. targets.Zip(measured, (target, measurement) => (target.Layers, target.Share, measurement))]);
    }

    /// <summary>Changes in each step, of the layers that are left, the one that leaves the best value; among equals the one with the lower cross-entropy.</summary>
    public (Measurement Baseline, IReadOnlyList<(IReadOnlyList<Layer> Layers, double Share, Measurement Measured)> Targets) ChooseGreedily()
    {
        if (_plan.Options.Intervention.Shares is not [var share])
            throw new InvalidOperationException("A greedy choice needs one share of a layer, not several.");
        List<Layer> left = [.. _plan.Layers];
        var last = Math.Min(_plan.Options.Targets.Steps ?? left.Count, left.Count);
        _total = Enumerable.Range(0, last).Sum(step => (long)(left.Count - step)) * _plan.Images.Count;
        var sign = _plan.Options.Measure.HigherIsBetter ? 1 : -1;
        var steps = new List<(IReadOnlyList<Layer> Layers, double Share, Measurement Measured)>();
        while (steps.Count < last)
        {
            IReadOnlyList<Layer> chosen = steps.Count > 0 ? steps[^1].Layers : [];
            var measured = Measure(chosen, left.ConvertAll(layer => ((IReadOnlyList<Layer>)[layer], share)));
            var (best, its) = left.Zip(measured).OrderByDescending(candidate => sign * candidate.Second.Value).ThenBy(candidate => candidate.Second.Outcomes?.MeanCrossEntropy ?? 0).First();
            steps.Add(([.. chosen, best], share, its));
            left.Remove(best);
        }

        return (_baseline!, steps);
    }

    public void Dispose()
    {
        _untouched?.Dispose();
        _state?.Dispose();
        _engine.Dispose();
        _precision.Dispose();
        _evaluation.Dispose();
    }

    /// <summary>Measures the network with some layers changed, and with those of each target changed as well.</summary>
    private List<Measurement> Measure(IReadOnlyList<Layer> always, IReadOnlyList<(IReadOnlyList<Layer> Layers, double Share)> targets)
    {
        var measured = new List<Measurement>();
        while (measured.Count < targets.Count)
            measured.AddRange(MeasureSome(always, [.. targets.Skip(measured.Count)]));
        return measured;
    }

    /// <summary>The same for as many of the targets, from the first on, as fit into one pass.</summary>
    private List<Measurement> MeasureSome(IReadOnlyList<Layer> always, List<(IReadOnlyList<Layer> Layers, double Share)> targets)
    {
        var alternatives = new List<Alternative>();
        ISheet? before = null;
        var sheets = new List<ISheet>();
        try
        {
            var held = 0L;
            foreach (var (layers, share) in targets.TakeWhile(_ => held <= ChangesAtATime))
            {
                _cancellationToken.ThrowIfCancellationRequested();
                alternatives.Add(IsZero ? new([.. layers.Select(layer => layer.Name)], null) : new([], ChangeOf([.. always, .. layers], share)));
                held += alternatives[^1].Change?.Bytes ?? 0;
            }

            targets = targets[..alternatives.Count];
            var zeroed = IsZero ? always.Select(layer => layer.Name).ToHashSet() : [];
            Check(zeroed, targets, alternatives);
            before = _baseline is null ? NewSheet() : null;
            sheets.AddRange(targets.Select(_ => NewSheet()));
            Pass(zeroed, alternatives, before, sheets);
            if (before is not null)
            {
                (_untouched, before) = (before, null);
                _baseline = _untouched.ToMeasurement(null);
            }

            return sheets.ConvertAll(sheet => sheet.ToMeasurement(_untouched));
        }
        finally
        {
            alternatives.ForEach(alternative => alternative.Change?.Dispose());
            sheets.ForEach(sheet => sheet.Dispose());
            before?.Dispose();
        }
    }

    private void Pass(IReadOnlySet<string> zeroed, IReadOnlyList<Alternative> alternatives, ISheet? before, IReadOnlyList<ISheet> sheets)
    {
        for (var start = 0; start < _plan.Images.Count; start += _batch)
        {
            using var scope = NewDisposeScope();
            var size = Math.Min(_batch, _plan.Images.Count - start);
            var (input, labels) = _images.Batch(start, size, _device);
            var logits = _precision.Logits(() => _engine.Begin(input.ForEvaluation(), zeroed));
            before?.Add(logits, labels);
            foreach (var (alternative, sheet) in alternatives.Zip(sheets))
            {
                _cancellationToken.ThrowIfCancellationRequested();
                using var own = NewDisposeScope();
                sheet.Add(_precision.Logits(() => With(alternative)), labels);
                _progress?.Report(new ProgressReport(_task, _done += size, _total, "images"));
            }
        }
    }

    /// <summary>
    /// The engine must give, for each target on a few images, what the network gives when it is changed and passed as a whole. A target that is not really changed would show a drop of zero and pass for
    /// trivial, so it is an error.
    /// </summary>
    private void Check(IReadOnlySet<string> zeroed, IReadOnlyList<(IReadOnlyList<Layer> Layers, double Share)> targets, IReadOnlyList<Alternative> alternatives)
    {
        using var scope = NewDisposeScope();
        var few = Few();
        _engine.Begin(few.clone(), zeroed);
        foreach (var ((layers, _), alternative) in targets.Zip(alternatives))
        {
            _cancellationToken.ThrowIfCancellationRequested();
            using var own = NewDisposeScope();
            foreach (var layer in IsZero ? layers.Where(layer => Kernel(layer).count_nonzero().item<long>() == 0) : [])
                throw new InvalidOperationException($"The kernel of '{layer.Name}' is zero already; zeroing it would change nothing and prove nothing. End the zeroing scope first, or train the network.");
            var found = With(alternative);
            using var changed = alternative.Change?.Apply() ?? Zeroing.Of(_plan.Network, [.. zeroed, .. alternative.Zeroed]);
            foreach (var layer in IsZero ? layers.Where(layer => Kernel(layer).count_nonzero().item<long>() > 0) : [])
                throw new InvalidOperationException($"The kernel of '{layer.Name}' did not become zero. Is it computed from other weights?");
            var expected = _plan.Network.call(few.clone());
            if (!FoldedNetwork.AreSameLogits(found, expected) && expected.isfinite().all().item<bool>())
            {
                throw new InvalidOperationException(
                    $"With {string.Join(", ", layers.Select(layer => $"'{layer.Name}'"))} {_plan.Options.Intervention.Name}, the network's segments returned other logits than the network. Is a module shared between segments, or does its forward pass do something else than its segments?");
            }
        }
    }

    /// <summary>What the intervention does to some layers together.</summary>
    /// <exception cref="InvalidOperationException">It does nothing.</exception>
    private Change ChangeOf(IReadOnlyList<Layer> layers, double share)
    {
        _state ??= new NetworkState(_plan.Network);
        var sites = layers.Select(layer => _plan.Sites[layer.Name]).ToList();
        if (sites.Find(site => !_plan.Options.Intervention.AppliesTo(site)) is { } other)
            throw new InvalidOperationException($"\"{_plan.Options.Intervention.Name}\" is not applicable to '{other.Layer.Name}'.");
        var change = Change.Of(_state, () => _plan.Options.Intervention.Apply(sites, share));
        try
        {
            if (sites.Find(site => !Changes(site, share, sites.Count == 1 || _plan.Options.Intervention.ChangesKernel ? change : null)) is { } unchanged)
                throw new InvalidOperationException($"\"{_plan.Options.Intervention.Name}\" did not change '{unchanged.Layer.Name}'; has the network been trained?");
            return change;
        }
        catch
        {
            change.Dispose();
            throw;
        }
    }

    /// <summary>Whether the intervention changes a layer: found in a change that shows it, else by doing it to the layer alone, once.</summary>
    private bool Changes(InterventionSite site, double share, Change? shown)
    {
        if (_changed.Contains((site.Layer.Name, share)))
            return true;
        using var alone = shown is null ? Change.Of(_state!, () => _plan.Options.Intervention.Apply([site], share)) : null;
        var names = (shown ?? alone)!.Names;
        return (_plan.Options.Intervention.ChangesKernel ? names.Contains(site.Layer.Weight) : names.Any()) && _changed.Add((site.Layer.Name, share));
    }

    private Tensor With(Alternative alternative) => alternative.Change is { } change ? _engine.With(change) : _engine.With(alternative.Zeroed);

    private ISheet NewSheet() => _plan.Options.Measure == TrivialLayers.Measure.Accuracy ? new AnswerSheet(_plan.Images) : new ValueSheet(_plan.Options.Measure);

    private TorchSharp.Modules.Parameter Kernel(Layer layer) => _plan.Network.get_parameter(layer.Weight)!;

    private Tensor Few() => _plan.Images.Batch(0, Math.Min(FoldedNetwork.Compared, _plan.Images.Count), _device).Images.ForEvaluation();

    /// <summary>The network as a target wants it: layers whose kernels are zero, which the engine has a short way for, or any other change.</summary>
    private sealed record Alternative(IReadOnlyCollection<string> Zeroed, Change? Change);
}
