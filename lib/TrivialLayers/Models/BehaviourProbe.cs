using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// A network's logits on a fixed batch, in evaluation and in training mode, in single precision. Two networks with the same modules and weights but another activation, a moved
/// connection or a dropout in their forward pass differ here.
/// </summary>
internal sealed class BehaviourProbe : IDisposable
{
    /// <summary>Images to probe with.</summary>
    public const int Images = 16;

    /// <summary>Rounding differs between CPUs by about 1e-5 of the largest logit; another computation differs by far more.</summary>
    private const double Tolerance = 1e-3;

    private const string Evaluated = "evaluation", Trained = "training", DrawnOnCpu = "draws", DrawnOnGpu = "training, drawn on ";

    private readonly Dictionary<string, Tensor> _tensors;
    private readonly string _mode; // the name of the training pass
    private readonly bool _draws;

    private BehaviourProbe(Tensor evaluation, Tensor training, bool draws, string? gpu)
    {
        (_draws, _mode) = (draws, gpu is null ? Trained : DrawnOnGpu + gpu);
        _tensors = new() { [Evaluated] = evaluation.DetachFromDisposeScope(), [_mode] = training.DetachFromDisposeScope() };
        if (draws && gpu is null)
            _tensors[DrawnOnCpu] = ones(1).DetachFromDisposeScope();
    }

    /// <summary>Probes a network and leaves its mode, statistics and gradients as they were, and torch's generator on the CPU too.</summary>
    /// <param name="network">The network.</param>
    /// <param name="input">A few normalised images <c>[n, C, H, W]</c> on the network's device.</param>
    public static BehaviourProbe Of(Module<Tensor, Tensor> network, Tensor input) =>
        Of(network, input, input.device_type == DeviceType.CUDA ? () => Machine.Gpu(Math.Max(input.device.index, 0)) : null);

    /// <summary>The same.</summary>
    /// <param name="network">The network.</param>
    /// <param name="input">The images.</param>
    /// <param name="gpu">Gives the name of the GPU that draws what the network draws at random (dropout), where it does; null for the CPU. Each draws other numbers from one seed, so these are compared on one kind only.</param>
    internal static BehaviourProbe Of(Module<Tensor, Tensor> network, Tensor input, Func<string>? gpu)
    {
        using var scope = NewDisposeScope();
        var buffers = network.named_buffers().Select(entry => (entry.buffer, Saved: entry.buffer.clone())).ToList();
        using var generator = new GlobalGenerator(input.device);
        using var mode = new EvaluationMode(network);
        using var precision = new PrecisionScope(network, Precision.Float32);
        var evaluation = NetworkProbe.Sample(network.call(input.clone())).cpu(); // a network may change its input in place
        network.train();
        var training = Training(seed: 0);
        var draws = !Close(training, Training(seed: 1));
        network.eval();
        return new BehaviourProbe(evaluation, training, draws, draws ? gpu?.Invoke() : null);

        Tensor Training(long seed)
        {
            manual_seed(seed);
            var logits = NetworkProbe.Sample(network.call(input.clone())).cpu();
            foreach (var (buffer, saved) in buffers)
                buffer.copy_(saved);
            return logits;
        }
    }

    /// <summary>The probe as tensors for a safetensors file.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    /// <summary>Whether stored tensors are this probe's, up to the rounding of another machine. Of two networks that draw at random, each on another kind of device, only what they do in evaluation is compared.</summary>
    public bool Reproduces(IReadOnlyDictionary<string, Tensor> stored)
    {
        if (!Close(_tensors[Evaluated], stored.GetValueOrDefault(Evaluated)))
            return false;
        var training = _tensors[_mode];
        return Close(training, stored.GetValueOrDefault(_mode)) || Close(training, stored.GetValueOrDefault(Trained)) || (_draws && IsDrawnElsewhere(stored));
    }

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
            tensor.Dispose();
    }

    private bool IsDrawnElsewhere(IReadOnlyDictionary<string, Tensor> stored) =>
        stored.Keys.Any(name => name == DrawnOnCpu ? _mode != Trained : name.StartsWith(DrawnOnGpu, StringComparison.Ordinal) && name != _mode);

    private static bool Close(Tensor found, Tensor? stored)
    {
        using var scope = NewDisposeScope();
        return stored is not null
            && found.shape.SequenceEqual(stored.shape)
            && (found - stored).abs().max().item<float>() <= Tolerance * stored.abs().max().item<float>();
    }
}
