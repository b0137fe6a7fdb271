namespace TrivialLayers;

/// <summary>A network that knows itself how layers are taken out of it; <see cref="Pruning.TakeOut"/> leaves it to the network.</summary>
public interface IPrunable
{
    /// <summary>Takes layers out, so that the network gives for images of that size what it would give with their kernels at zero.</summary>
    /// <param name="layers">Dotted names of layers.</param>
    /// <param name="height">Height of the images in pixels.</param>
    /// <param name="width">Width of the images in pixels.</param>
    /// <returns>The dotted names of all convolutions that went.</returns>
    /// <exception cref="ArgumentException">A layer cannot be taken out; nothing is changed then.</exception>
    IReadOnlyList<string> TakeOut(IReadOnlyList<string> layers, int height, int width);
}
