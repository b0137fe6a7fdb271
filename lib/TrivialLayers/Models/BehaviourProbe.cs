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

    private const string Evaluated = "evaluation", Trained = "training", DrawnOnDevice = "training, drawn on a device";

    private readonly Tensor _evaluation;
    private readonly Tensor _training;
    private readonly string _mode;

    private BehaviourProbe(Tensor evaluation, Tensor training, string mode) => (_evaluation, _training, _mode) = (evaluation, training, mode);

    /// <summary>Probes a network and leaves its mode, statistics and gradients as they were, and torch's global generator too.</summary>
    /// <param name="network">The network.</param>
    /// <param name="input">A few normalised images <c>[n, C, H, W]</c> on the network's device.</param>
    public static BehaviourProbe Of(Module<Tensor, Tensor> network, Tensor input) => Of(network, input, drawsOnCpu: input.device_type == DeviceType.CPU);

    /// <summary>The same; where a network draws at random (dropout) on a device that is not the CPU, what it draws is that device's, and another's is no other behaviour.</summary>
    internal static BehaviourProbe Of(Module<Tensor, Tensor> network, Tensor input, bool drawsOnCpu)
    {
        using var scope = NewDisposeScope();
        var buffers = network.named_buffers().Select(entry => (entry.buffer, Saved: entry.buffer.clone())).ToList();
        using var generator = new GlobalGenerator(input.device);
        using var mode = new EvaluationMode(network);
        using var precision = new PrecisionScope(network, Precision.Float32);
        var evaluation = NetworkProbe.Sample(network.call(input.clone())).cpu(); // a network may change its input in place
        network.train();
        var training = Training(seed: 0);
        var draws = !drawsOnCpu && !Close(training, Training(seed: 1));
        network.eval();
        foreach (var (buffer, saved) in buffers)
            buffer.copy_(saved);
        return new BehaviourProbe(evaluation.DetachFromDisposeScope(), training.DetachFromDisposeScope(), draws ? DrawnOnDevice : Trained);

        Tensor Training(long seed)
        {
            manual_seed(seed);
            return NetworkProbe.Sample(network.call(input.clone())).cpu();
        }
    }

    /// <summary>The probe as tensors for a safetensors file.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => new Dictionary<string, Tensor> { [Evaluated] = _evaluation, [_mode] = _training };

    /// <summary>Whether stored tensors are this probe's, up to the rounding of another machine. What was drawn on a device and on the CPU is not compared.</summary>
    public bool Reproduces(IReadOnlyDictionary<string, Tensor> stored) =>
        Close(_evaluation, stored.GetValueOrDefault(Evaluated)) && (Close(_training, stored.GetValueOrDefault(_mode)) || stored.ContainsKey(_mode == Trained ? DrawnOnDevice : Trained));

    public void Dispose()
    {
        _evaluation.Dispose();
        _training.Dispose();
    }

    private static bool Close(Tensor found, Tensor? stored)
    {
        using var scope = NewDisposeScope();
        return stored is not null
            && found.shape.SequenceEqual(stored.shape)
            && (found - stored).abs().max().item<float>() <= Tolerance * stored.abs().max().item<float>();
    }
}
