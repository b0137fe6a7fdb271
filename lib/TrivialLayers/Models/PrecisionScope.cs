using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// A scope in which a network is computed in a precision, and rightly (see <see cref="ConvolutionBackend"/>); afterwards the process computes as before. TF32 is a setting of the whole process: one scope with it at a time.
/// </summary>
internal sealed class PrecisionScope : IDisposable
{
    private readonly IDisposable _backend;
    private readonly Device? _rounding; // the device on which convolutions and linear layers compute in bfloat16
    private readonly (bool Products, bool Convolutions)? _before;

    /// <param name="network">What is computed.</param>
    /// <param name="precision">In which precision; null for <see cref="OfNow"/>.</param>
    /// <exception cref="PlatformNotSupportedException">This libtorch does not have that precision, or computes the network wrongly in it and cannot be made to compute it rightly.</exception>
    public PrecisionScope(Module network, Precision? precision)
    {
        if (precision == Precision.BFloat16)
            Autocast.Demand();
        var now = OfNow;
        _backend = ConvolutionBackend.For(network, precision ?? now);
        if (precision is not { } wanted)
            return;
        _rounding = wanted == Precision.BFloat16 ? NetworkProbe.DeviceOf(network) : null;
        _before = (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32);
        Allow((wanted == Precision.TensorFloat32, wanted == Precision.TensorFloat32));
    }

    /// <summary>The precision in which the process computes now: single, or TF32 where <see cref="ComputeDevice.AllowTF32"/> says so.</summary>
    public static Precision OfNow => ComputeDevice.AllowTF32 ? Precision.TensorFloat32 : Precision.Float32;

    /// <summary>The logits that a forward pass gives in this precision, as float32. Weights may change between two calls, not during one.</summary>
    public Tensor Logits(Func<Tensor> forward)
    {
        if (_rounding is null)
            return forward();
        using var autocast = new Autocast(_rounding);
        return forward().to(ScalarType.Float32);
    }

    public void Dispose()
    {
        if (_before is { } before)
            Allow(before);
        _backend.Dispose();
    }

    private static void Allow((bool Products, bool Convolutions) tf32)
    {
        backends.cuda.matmul.allow_tf32 = tf32.Products;
        backends.cudnn.allow_tf32 = tf32.Convolutions;
    }
}
