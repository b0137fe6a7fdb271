using System.Text.Json.Nodes;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>What a run is: network, data, recipe and seed, written down as data.</summary>
internal static class RunIdentity
{
    private const string Network = "network";
    private const string Recipe = "recipe";
    private const string Loop = "loop";

    private static readonly string[] Plain = ["seed", "data", "start", Loop];

    /// <summary>What a training by a recipe is.</summary>
    /// <param name="network">The network, already initialised from the seed.</param>
    /// <param name="dataFingerprint">Fingerprint of training and validation images.</param>
    /// <param name="recipe">The recipe; its name does not count.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="given">Names of parameters and buffers that no initialisation reaches; their values count.</param>
    public static Identity Of(Module network, string dataFingerprint, Recipe recipe, long seed, IReadOnlyList<string> given)
    {
        var description = Described(network, dataFingerprint, seed);
        description[Recipe] = RecipeDescription.Of(recipe);
        if (given.Count > 0)
            description["start"] = NetworkDescription.WeightsOf(network, given);
        return new Identity(description);
    }

    /// <summary>Brings a network to the start of a training; what the run is that begins there.</summary>
    public static Identity AtStart(Module network, DataSplit data, Recipe recipe, long seed) => Of(network, data.Fingerprint, recipe, seed, Initialisation.OfRun(network, seed));

    /// <summary>What a training by a loop of the user's own is; where it starts from is the loop's.</summary>
    public static Identity OfLoop(Module network, OwnTraining training)
    {
        var description = Described(network, training.Data.Fingerprint, training.Seed);
        description[Loop] = new JsonObject { ["name"] = training.Name, ["version"] = training.Version };
        return new Identity(description);
    }

    /// <summary>The recipe of a run; null where a loop of the user's own trained it.</summary>
    /// <exception cref="InvalidDataException">There is neither, or the recipe is not known here.</exception>
    public static Recipe? RecipeOf(Identity identity, string name) => (identity[Recipe], identity[Loop]) switch
    {
        (JsonObject recipe, null) => RecipeDescription.Read(recipe, name),
        (null, JsonObject) => null,
        _ => throw new InvalidDataException("its identity has no recipe."),
    };

    /// <summary>The lines of a run's network.</summary>
    public static IReadOnlyList<string> NetworkOf(Identity identity) => identity[Network] is JsonArray lines ? [.. lines.Select(line => line!.GetValue<string>())] : [];

    /// <summary>In what a run differs from the one wanted, a phrase each: <c>`epochs`: 30, wanted 40</c>.</summary>
    public static IReadOnlyList<string> Differences(Identity found, Identity wanted)
    {
        var (recipe, wantedRecipe) = (RecipeDescription.WithDefaults(found[Recipe] as JsonObject), RecipeDescription.WithDefaults(wanted[Recipe] as JsonObject));
        var (lines, wantedLines) = (NetworkOf(found), NetworkOf(wanted));
        return
        [
            .. lines.Except(wantedLines).Select(line => $"{line}, wanted {LineFor(line, wantedLines)}"),
            .. wantedLines.Where(line => !lines.Any(other => NameOf(other) == NameOf(line))).Select(line => $"no {NameOf(line)}, wanted {line}"),
            .. wantedRecipe.Where(option => !JsonNode.DeepEquals(option.Value, recipe[option.Key])).Select(option => $"`{option.Key}`: {recipe[option.Key]!.ToJsonString()}, wanted {option.Value!.ToJsonString()}"),
            .. Plain.Where(name => !JsonNode.DeepEquals(found[name], wanted[name])).Select(name => $"`{name}`: {Short(found[name])}, wanted {Short(wanted[name])}"),
        ];
    }

    private static JsonObject Described(Module network, string dataFingerprint, long seed) => new()
    {
        ["form"] = "run",
        ["version"] = 1,
        [Network] = new JsonArray([.. NetworkDescription.Of(network).Select(line => JsonValue.Create(line))]),
        ["data"] = dataFingerprint,
        ["seed"] = seed,
    };

    private static string LineFor(string line, IEnumerable<string> others) => others.FirstOrDefault(other => NameOf(other) == NameOf(line)) ?? "none";

    private static string NameOf(string line) => line[..line.IndexOf(':', StringComparison.Ordinal)];

    private static string Short(JsonNode? value) => value?.ToString() switch
    {
        null => "none",
        _ when value is JsonObject loop => $"{loop["name"]} {loop["version"]}",
        { Length: > 12 } fingerprint => fingerprint[..12],
        var text => text,
    };
}
