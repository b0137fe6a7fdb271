using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>A scope in which a GPU computes in a recipe's precision; afterwards it is again what it was.</summary>
internal sealed class PrecisionScope : IDisposable
{
    private readonly (bool Products, bool Convolutions) _before = (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32);

    public PrecisionScope(Precision precision) => Allow((precision == Precision.TensorFloat32, precision == Precision.TensorFloat32));

    public void Dispose() => Allow(_before);

    private static void Allow((bool Products, bool Convolutions) tf32)
    {
        backends.cuda.matmul.allow_tf32 = tf32.Products;
        backends.cudnn.allow_tf32 = tf32.Convolutions;
    }
}
