using System.Text.Json.Serialization;

namespace TrivialLayers;

/// <summary>A layer as a stored sweep describes it, so that the file can be read without its network.</summary>
/// <param name="Name">The dotted name.</param>
/// <param name="Role">The role, in the words of <see cref="s_roles"/>.</param>
/// <param name="Unit">The unit that holds it.</param>
/// <param name="Kind"><c>conv2d</c> or <c>linear</c>.</param>
/// <param name="Kernel">Shape of the kernel, <c>[out, in/groups, kH, kW]</c>.</param>
/// <param name="Stride">Vertical stride in pixels.</param>
/// <param name="Groups">Groups of channels.</param>
/// <param name="Parameters">Number of weights, the bias included.</param>
internal sealed record StoredLayer(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("role")] string Role,
    [property: JsonPropertyName("unit")] string Unit,
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("kernel")] IReadOnlyList<long> Kernel,
    [property: JsonPropertyName("stride")] long Stride,
    [property: JsonPropertyName("groups")] long Groups,
    [property: JsonPropertyName("parameters")] long Parameters)
{
    // Words of the file: a member that is renamed keeps its word.
    private static readonly Dictionary<LayerRole, string> s_roles = new()
    {
        [LayerRole.Unspecified] = "unspecified",
        [LayerRole.Stem] = "stem",
        [LayerRole.ChannelChange] = "channel change",
        [LayerRole.Shortcut] = "shortcut",
        [LayerRole.Residual] = "residual",
        [LayerRole.Plain] = "plain",
        [LayerRole.Dense] = "dense",
    };

    public static StoredLayer From(Layer layer) => new(
        layer.Name, s_roles[layer.Role], layer.Unit, layer.Kind, [layer.OutChannels, layer.InChannels / layer.Groups, layer.KernelHeight, layer.KernelWidth], layer.Stride, layer.Groups, layer.Parameters);

    /// <exception cref="InvalidDataException">The role has no such word, or the kernel no four dimensions.</exception>
    public Layer ToLayer() => Kernel is [var outputs, var inputs, var height, var width] && s_roles.ContainsValue(Role)
        ? new Layer(Name, s_roles.Single(entry => entry.Value == Role).Key, Unit, inputs * Groups, outputs, height, width, Stride, Groups, Parameters) { Kind = Kind }
        : throw new InvalidDataException($"it is not the description of a layer: {this}.");
}
