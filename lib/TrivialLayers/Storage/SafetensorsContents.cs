using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>What a safetensors file holds; see <see cref="Safetensors.Read"/>.</summary>
/// <param name="Tensors">The tensors by name, on the CPU, for the caller to dispose.</param>
/// <param name="Metadata">The text that the file carries, without our checksum.</param>
/// <param name="Unread">Names of the tensors whose element type is not read, <c>F8_E4M3</c> for instance, each with that type.</param>
public sealed record SafetensorsContents(
    IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata, IReadOnlyDictionary<string, string> Unread)
{
    /// <summary>The tensors and the metadata.</summary>
    public void Deconstruct(out IReadOnlyDictionary<string, Tensor> tensors, out IReadOnlyDictionary<string, string> metadata) =>
        (tensors, metadata) = (Tensors, Metadata);
}
