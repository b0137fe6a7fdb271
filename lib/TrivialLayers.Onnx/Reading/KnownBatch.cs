using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>What is known of a graph's values for batches of one size.</summary>
internal sealed class KnownBatch(int images)
{
    public int Images => images;

    /// <summary>Shapes of what there is one of for each image, or was computed from that.</summary>
    public Dictionary<string, long[]> Shapes { get; } = [];

    /// <summary>What depends on the shapes alone.</summary>
    public Dictionary<string, Tensor> Values { get; } = [];

    public Tensor Of(string name) => Values.GetValueOrDefault(name) ?? TrivialLayers.Shapes.Empty(Shapes[name]);

    public long[]? ShapeOf(string name) => Shapes.GetValueOrDefault(name) ?? Values.GetValueOrDefault(name)?.shape;

    public bool IsForEachImage(Tensor tensor) => tensor.shape is [var first, ..] && first == images;
}
