using System.Text.Json.Nodes;

namespace TrivialLayers;

/// <summary>
/// What a sweep does, in data: an intervention on the layers, which layers it is done to together, and the measure by which it is judged; each an id with its arguments. Part of the address of a stored sweep.
/// </summary>
internal static class Operation
{
    /// <param name="intervention">What is done to a layer; by default its kernel is replaced with zeros.</param>
    /// <param name="targets">To which layers; by default to each convolution alone.</param>
    /// <param name="measure">What is measured; by default whether an answer is right.</param>
    public static JsonObject Of(JsonObject? intervention = null, JsonObject? targets = null, JsonObject? measure = null) => new()
    {
        ["intervention"] = intervention ?? Id("zero"),
        ["targets"] = targets ?? Id("each"),
        ["measure"] = measure ?? Id("accuracy"),
    };

    /// <summary>An id with its arguments.</summary>
    public static JsonObject Id(string id, params ReadOnlySpan<(string Name, JsonNode Value)> arguments)
    {
        var described = new JsonObject { ["id"] = id };
        foreach (var (name, value) in arguments)
            described[name] = value;
        return described;
    }

    /// <summary>Sets of layers, each changed together.</summary>
    public static JsonObject Sets(IEnumerable<IEnumerable<string>> sets) =>
        Id("sets", ("sets", new JsonArray([.. sets.Select(set => new JsonArray([.. set.Select(name => JsonValue.Create(name))]))])));
}
