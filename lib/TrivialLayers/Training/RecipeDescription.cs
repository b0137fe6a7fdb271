using System.Text.Json.Nodes;

namespace TrivialLayers;

/// <summary>
/// A recipe written down as data, by names that do not change when a property is renamed. What has the default of version 1 is left out, so an option that is added later, with a default, changes no address.
/// </summary>
internal static class RecipeDescription
{
    private const string CrossEntropy = "cross_entropy";

    private static readonly Dictionary<OptimiserKind, string> Optimisers = new() { [OptimiserKind.Sgd] = "sgd", [OptimiserKind.AdamW] = "adamw" };

    private static readonly Dictionary<ScheduleKind, string> Schedules = new()
    {
        [ScheduleKind.OneCycle] = "one_cycle", [ScheduleKind.Cosine] = "cosine", [ScheduleKind.Steps] = "steps", [ScheduleKind.Constant] = "constant",
    };

    private static readonly Option[] Options =
    [
        Plain("epochs", 10, recipe => recipe.Epochs, (recipe, value) => recipe with { Epochs = value }),
        Plain("batch", 128, recipe => recipe.Batch, (recipe, value) => recipe with { Batch = value }),
        Word("optimiser", Optimisers, recipe => recipe.Optimiser.Kind, (recipe, value) => recipe with { Optimiser = recipe.Optimiser with { Kind = value } }),
        Plain("momentum", 0.9, recipe => recipe.Optimiser.Momentum, (recipe, value) => recipe with { Optimiser = recipe.Optimiser with { Momentum = value } }),
        Plain("nesterov", true, recipe => recipe.Optimiser.Nesterov, (recipe, value) => recipe with { Optimiser = recipe.Optimiser with { Nesterov = value } }),
        Plain("beta2", 0.999, recipe => recipe.Optimiser.Beta2, (recipe, value) => recipe with { Optimiser = recipe.Optimiser with { Beta2 = value } }),
        Plain("epsilon", 1e-8, recipe => recipe.Optimiser.Epsilon, (recipe, value) => recipe with { Optimiser = recipe.Optimiser with { Epsilon = value } }),
        Plain("learning_rate", 0.2, recipe => recipe.LearningRate, (recipe, value) => recipe with { LearningRate = value }),
        Word("schedule", Schedules, recipe => recipe.Schedule.Kind, (recipe, value) => recipe with { Schedule = recipe.Schedule with { Kind = value } }),
        Plain("warm_up", 0.25, recipe => recipe.Schedule.WarmUp, (recipe, value) => recipe with { Schedule = recipe.Schedule with { WarmUp = value } }),
        Plain("factor", 0.1, recipe => recipe.Schedule.Factor, (recipe, value) => recipe with { Schedule = recipe.Schedule with { Factor = value } }),
        new("at", new JsonArray(0.5, 0.75), recipe => new JsonArray([.. recipe.Schedule.At.Select(share => JsonValue.Create(share))]), (recipe, value) => recipe with { Schedule = recipe.Schedule with { At = [.. value.AsArray().Select(share => share!.GetValue<double>())] } }),
        Plain("weight_decay", 5e-4, recipe => recipe.WeightDecay, (recipe, value) => recipe with { WeightDecay = value }),
        Plain("decay_everything", false, recipe => recipe.DecayEverything, (recipe, value) => recipe with { DecayEverything = value }),
        Plain("label_smoothing", 0.0, recipe => recipe.Loss.Smoothing, (recipe, value) => recipe with { Loss = Loss.CrossEntropy(value) }),
        new("loss", CrossEntropy, recipe => recipe.Loss.Id is { } id ? new JsonObject { ["name"] = id.Name, ["version"] = id.Version } : CrossEntropy, (recipe, value) => recipe with { Loss = value is JsonObject id ? Loss.Named(id["name"]!.GetValue<string>(), id["version"]!.GetValue<int>()) : recipe.Loss }),
        Plain("crop_padding", 4, recipe => recipe.CropPadding, (recipe, value) => recipe with { CropPadding = value }),
        Plain("flip", true, recipe => recipe.Flip, (recipe, value) => recipe with { Flip = value }),
        Word("precision", PrecisionNames.All, recipe => recipe.Precision, (recipe, value) => recipe with { Precision = value }),
        Plain("deterministic", true, recipe => recipe.Deterministic, (recipe, value) => recipe with { Deterministic = value }),
    ];

    /// <summary>What differs from version 1's defaults; the recipe's name is for people and not part of it.</summary>
    public static JsonObject Of(Recipe recipe) => new(Options
        .Select(option => (option.Name, Value: option.Get(recipe), option.Default))
        .Where(option => !JsonNode.DeepEquals(option.Value, option.Default))
        .Select(option => KeyValuePair.Create(option.Name, (JsonNode?)option.Value)));

    /// <summary>The recipe of a description.</summary>
    /// <exception cref="InvalidDataException">It has an option, or the value of one, that is not known here.</exception>
    public static Recipe Read(JsonObject description, string name)
    {
        if (description.Select(option => option.Key).FirstOrDefault(option => Options.All(known => known.Name != option)) is { } unknown)
            throw new InvalidDataException($"the recipe has an option '{unknown}'; this version knows {string.Join(", ", Options.Select(option => option.Name))}.");
        try
        {
            return Options.Aggregate(new Recipe { Name = name }, (recipe, option) => option.Set(recipe, description[option.Name] ?? option.Default));
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException or ArgumentException or NullReferenceException)
        {
            throw new InvalidDataException($"the recipe {description.ToJsonString()} has a value of another kind than its option: {error.Message}", error);
        }
    }

    /// <summary>The description with what it leaves out.</summary>
    public static JsonObject WithDefaults(JsonObject? description) => new(Options.Select(option =>
        KeyValuePair.Create(option.Name, (JsonNode?)(description?[option.Name] ?? option.Default).DeepClone())));

    private static Option Plain<T>(string name, T byDefault, Func<Recipe, T> get, Func<Recipe, T, Recipe> set)
        where T : struct =>
        new(name, JsonValue.Create(byDefault)!, recipe => JsonValue.Create(get(recipe))!, (recipe, value) => set(recipe, value.GetValue<T>()));

    /// <summary>A choice, by words; the first one is the default.</summary>
    private static Option Word<T>(string name, Dictionary<T, string> words, Func<Recipe, T> get, Func<Recipe, T, Recipe> set)
        where T : struct, Enum =>
        new(name, words[default], recipe => words[get(recipe)], (recipe, value) => set(recipe, words.Single(word => word.Value == value.GetValue<string>()).Key));

    private sealed record Option(string Name, JsonNode Default, Func<Recipe, JsonNode> Get, Func<Recipe, JsonNode, Recipe> Set);
}
