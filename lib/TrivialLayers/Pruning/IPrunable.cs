namespace TrivialLayers;

/// <summary>A network that knows itself of which size its images are and how layers are taken out of it; <see cref="Pruning"/> leaves it to the network.</summary>
public interface IPrunable
{
    /// <summary>Height of the images in pixels.</summary>
    int Height { get; }

    /// <summary>Width of the images in pixels.</summary>
    int Width { get; }

    /// <summary>Takes layers out, so that the network gives what it would give with their kernels at zero.</summary>
    /// <param name="layers">Dotted names of layers.</param>
    /// <returns>The dotted names of all convolutions that went.</returns>
    /// <exception cref="ArgumentException">A layer cannot be taken out; nothing is changed then.</exception>
    IReadOnlyList<string> TakeOut(params IEnumerable<string> layers);
}
