namespace TrivialLayers;

/// <summary>The arithmetic of a training.</summary>
public enum Precision
{
    /// <summary>Single precision throughout.</summary>
    Float32,

    /// <summary>An NVIDIA card rounds the factors of matrix products and convolutions to 10 bits of mantissa (TF32). A processor computes as in <see cref="Float32"/>.</summary>
    TensorFloat32,
}
