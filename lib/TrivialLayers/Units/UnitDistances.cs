using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// How near each residual unit of a network is to the identity, untouched and with each kernel of its branch zeroed in turn: what claim C6 asks.
/// </summary>
/// <remarks>
/// For a unit u, with x its input in the untouched network, the distance is ‖u(x) − relu(s(x))‖ / ‖u(x)‖, where s is the unit's shortcut: x itself, or its
/// projection. The norms are Frobenius norms over all values of all images together (a sum of squares over the set, then one root), so images with large
/// features weigh more. Zeroing a kernel of the unit changes neither x nor s(x). Without a branch u(x) = relu(s(x)), and the distance is 0; it is infinite when
/// the unit's output is zero everywhere and the shortcut's is not.
/// </remarks>
public sealed class UnitDistances
{
    private readonly SweepIdentity _identity;

    private UnitDistances(SweepIdentity identity, IReadOnlyList<UnitDistance> all)
    {
        _identity = identity;
        All = all;
    }

    /// <summary>For each unit in the order of the network: first untouched, then with each convolution of its branch zeroed.</summary>
    public IReadOnlyList<UnitDistance> All { get; }

    /// <summary>The network's name for people.</summary>
    public string Network => _identity.Network;

    /// <summary>
    /// Measures every <see cref="IResidualUnit"/> of a network. A batch passes the network once; on its way each unit is computed again for each convolution of its
    /// branch, and nothing else is. The result is kept by the caller, not on disk.
    /// </summary>
    /// <param name="network">A network with residual units; unchanged afterwards.</param>
    /// <param name="images">The images.</param>
    /// <param name="progress">Told about images done.</param>
    /// <param name="batch">Images per batch, 1 or more.</param>
    /// <param name="cancellationToken">Ends the measurement after the current batch.</param>
    /// <exception cref="ArgumentException">The network has no residual unit.</exception>
    public static UnitDistances Run(
        Module<Tensor, Tensor> network,
        ImageSet images,
        IProgress<ProgressReport>? progress = null,
        int batch = Evaluation.DefaultBatch,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        cancellationToken = progress.Link(cancellationToken);
        var units = network.named_modules().Where(found => found.module is IResidualUnit and nn.Module<Tensor, Tensor>)
            .Select(found => new Measured(network, found.name, (nn.Module<Tensor, Tensor>)found.module)).ToList();
        if (units.Count == 0)
            throw new ArgumentException($"The network has no {nameof(IResidualUnit)}, so there is no shortcut to compare with.", nameof(network));
        var device = NetworkProbe.DeviceOf(network);
        using var evaluation = new EvaluationMode(network);
        using var whole = NewDisposeScope();
        using var watch = new HookScope();
        foreach (var unit in units)
        {
            unit.Begin(device);
            watch.AddBefore(unit.Module, unit.Keep);
            watch.Add(unit.Module, (_, output) => unit.Add(output));
        }

        images = images.On(device);
        for (var start = 0; start < images.Count; start += batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var (input, _) = images.Batch(start, Math.Min(batch, images.Count - start), device);
            network.call(input.ForEvaluation());
            progress?.Report(new ProgressReport($"measure {units.Count} units", Math.Min(start + batch, images.Count), images.Count, "images"));
        }

        return new UnitDistances(SweepIdentity.Of(network, NetworkDescription.WeightsOf(network), images, Operation.Of()), [.. units.SelectMany(unit => unit.Distances)]);
    }

    /// <summary>The zeroed units with the drop in accuracy that the same zeroing costs.</summary>
    /// <param name="sweep">A sweep of the same weights; its images may be others.</param>
    /// <returns>One record for each zeroed convolution of a branch, named after that convolution; shortcuts and the stem are in no branch.</returns>
    /// <exception cref="ArgumentException">The sweep is that of other weights.</exception>
    public IReadOnlyList<UnitIdentity> WithDropsOf(Sweep sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        sweep.DemandSingleLayers();
        if (sweep.Identity.Weights != _identity.Weights)
            throw new ArgumentException($"The sweep ({sweep.Identity.Network}) and the distances ({Network}) are of different weights; sweep the network that was measured.", nameof(sweep));
        var drops = sweep.Targets.ToDictionary(layer => layer.Layer.Name, layer => layer.Drop);
        return [.. All.Where(entry => entry.Zeroed is not null).Select(entry => new UnitIdentity(entry.Zeroed!, entry.Distance, drops[entry.Zeroed!]))];
    }

    /// <summary>Sums of squares of one unit, over the batches that passed it; they stay on the device until they are asked for.</summary>
    private sealed class Measured
    {
        private readonly nn.Module _network;
        private readonly string _name;
        private readonly string?[] _zeroed;
        private Tensor? _sums;
        private Tensor? _input;

        public Measured(nn.Module network, string name, nn.Module<Tensor, Tensor> unit)
        {
            _network = network;
            _name = name;
            Module = unit;
            _zeroed = [null, .. NetworkLayers.Modules(unit).Select(found => found.Name).Where(layer => !layer.StartsWith("downsample", StringComparison.Ordinal)).Select(layer => $"{name}.{layer}")];
        }

        /// <summary>Makes room on a device: a row of differences and one of outputs, which belong to the current dispose scope.</summary>
        public void Begin(Device device) => _sums = zeros(2, _zeroed.Length, dtype: ScalarType.Float64, device: device);

        public nn.Module<Tensor, Tensor> Module { get; }

        public IReadOnlyList<UnitDistance> Distances
        {
            get
            {
                using var scope = NewDisposeScope();
                var sums = _sums!.cpu().data<double>().ToArray();
                return [.. _zeroed.Select((zeroed, i) => new UnitDistance(_name, zeroed, sums[i] == 0 ? 0 : Math.Sqrt(sums[i] / sums[_zeroed.Length + i])))];
            }
        }

        /// <summary>Keeps what the unit is about to get: it may change that in place.</summary>
        public void Keep(Tensor input) => _input = input.clone();

        /// <summary>Adds what the unit made of the input that was kept.</summary>
        public void Add(Tensor output)
        {
            using var scope = NewDisposeScope();
            using var input = _input!;
            var shortcut = ((IResidualUnit)Module).Shortcut(input.clone()).relu();
            Add(0, output, shortcut);
            for (var i = 1; i < _zeroed.Length; i++)
            {
                using var again = NewDisposeScope();
                // forward, not call: a call would tell the hook that is running.
                using (Zeroing.Of(_network, _zeroed[i]!))
                    Add(i, Module.forward(input.clone()), shortcut);
            }
        }

        private void Add(int index, Tensor output, Tensor shortcut)
        {
            _sums![0, index].add_(SumOfSquares(output - shortcut));
            _sums[1, index].add_(SumOfSquares(output));
        }

        private static Tensor SumOfSquares(Tensor values) => values.square().sum(ScalarType.Float64);
    }
}
