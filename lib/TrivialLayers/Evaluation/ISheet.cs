using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>Takes a network's outputs batch by batch, in the order of the images, and gives what was measured in the end. Nothing waits for the device before that.</summary>
internal interface ISheet : IDisposable
{
    /// <summary>Takes the outputs and labels of the next images.</summary>
    void Add(Tensor outputs, Tensor labels);

    /// <summary>What was measured on all images.</summary>
    /// <param name="baseline">The sheet of the untouched network, to compare the answers with; null for that itself.</param>
    Measurement ToMeasurement(ISheet? baseline);
}
