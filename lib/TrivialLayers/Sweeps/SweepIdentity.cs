using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>What a sweep was made of: enough to find it again.</summary>
/// <param name="Network">The network's name for people.</param>
/// <param name="Images">The name of the image set.</param>
/// <param name="Description">Network, weights, images and operation, in data.</param>
public sealed record SweepIdentity(
    [property: JsonPropertyName("title")] string Network,
    [property: JsonPropertyName("images")] string Images,
    [property: JsonPropertyName("identity")] Identity Description)
{
    /// <summary>SHA-256 over the weights, in hexadecimal.</summary>
    [JsonIgnore]
    public string Weights => Text("weights");

    /// <summary>SHA-256 of the images, in hexadecimal.</summary>
    [JsonIgnore]
    public string ImagesFingerprint => Text("images");

    /// <summary>SHA-256 of the description, in hexadecimal.</summary>
    [JsonPropertyName("address")]
    public string Address => Description.Address;

    /// <param name="network">The network.</param>
    /// <param name="weights">SHA-256 over the weights, in hexadecimal; the network may have others.</param>
    /// <param name="images">The images.</param>
    /// <param name="operation">What is done to the layers.</param>
    internal static SweepIdentity Of(Module network, string weights, ImageSet images, JsonObject operation) => new(
        network.GetName(), images.Name,
        new Identity(new JsonObject
        {
            ["form"] = "sweep",
            ["version"] = 1,
            ["network"] = new JsonArray([.. NetworkDescription.Of(network).Select(line => JsonValue.Create(line))]),
            ["weights"] = weights,
            ["images"] = images.Fingerprint,
            ["operation"] = operation,
        }));

    private string Text(string name) => Description[name]!.GetValue<string>();
}
