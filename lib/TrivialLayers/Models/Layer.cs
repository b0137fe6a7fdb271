namespace TrivialLayers;

/// <summary>One layer of a network: a convolution, as <c>network.Layers</c> lists them, or a linear layer, whose kernel counts as 1×1.</summary>
/// <param name="Name">The module's dotted name, for example <c>layer2.0.conv1</c>; its kernel weights are <c>Name.weight</c>.</param>
/// <param name="Role">What the layer does in its network.</param>
/// <param name="Unit">The unit that holds it (<c>layer2.0</c>), or the empty string at the top level.</param>
/// <param name="InChannels">Channels of its input.</param>
/// <param name="OutChannels">Channels of its output.</param>
/// <param name="KernelHeight">Height of the kernel in pixels.</param>
/// <param name="KernelWidth">Width of the kernel in pixels.</param>
/// <param name="Stride">Vertical stride in pixels.</param>
/// <param name="Groups">Number of groups the channels are divided into.</param>
/// <param name="Parameters">Number of weights, the bias included.</param>
public sealed record Layer(
    string Name,
    LayerRole Role,
    string Unit,
    long InChannels,
    long OutChannels,
    long KernelHeight,
    long KernelWidth,
    long Stride,
    long Groups,
    long Parameters)
{
    /// <summary>What it is, by the field's word: <c>conv2d</c> or <c>linear</c>.</summary>
    public string Kind { get; init; } = "conv2d";

    /// <summary>The name of the layer's kernel weights <c>[out, in/groups, kH, kW]</c> among the network's parameters.</summary>
    public string Weight => Name + ".weight";

    /// <summary>Whether the layer's own output has other channels than its input. Not the same as its role.</summary>
    public bool ChangesChannels => InChannels != OutChannels;

    /// <summary>
    /// Multiply-accumulates for one image: outputs × kernel size × input channels of a group; set when the layers were listed
    /// for an input size (see <see cref="NetworkLayers.For"/>), else null. The bias is not counted.
    /// </summary>
    public long? MultiplyAccumulates { get; init; }
}
