namespace TrivialLayers;

/// <summary>The arithmetic of a training run, an evaluation or a sweep.</summary>
public enum Precision
{
    /// <summary>Single precision throughout.</summary>
    Float32,

    /// <summary>An NVIDIA GPU rounds the factors of matrix products and convolutions to 10 bits of mantissa (TF32). A CPU computes as in <see cref="Float32"/>.</summary>
    TensorFloat32,

    /// <summary>
    /// Convolutions and linear layers compute in bfloat16, with 7 bits of mantissa; normalisation, loss, weights, gradients of weights and momentum are in single precision. Evaluations and sweeps are not in this
    /// precision unless they are asked for it; a training run's own evaluations never are. Meant for NVIDIA GPUs from Ampere on; a CPU does the same, most of them slowly.
    /// </summary>
    BFloat16,
}
