using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace TrivialLayers;

/// <summary>An <see cref="Identity"/> in a file is its description.</summary>
internal sealed class IdentityConverter : JsonConverter<Identity>
{
    public override Identity Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonNode.Parse(ref reader) is JsonObject description ? new Identity(description) : throw new JsonException("An identity is an object of names and values.");

    public override void Write(Utf8JsonWriter writer, Identity value, JsonSerializerOptions options)
    {
        using var document = JsonDocument.Parse(value.Text);
        document.WriteTo(writer);
    }
}
