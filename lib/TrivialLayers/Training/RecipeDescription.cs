using System.Text.Json.Nodes;

namespace TrivialLayers;

/// <summary>
/// A recipe written down as data, by names that do not change when a property is renamed. What has the default of version 1 is left out, so an option that is added later, with a default, changes no address.
/// </summary>
internal static class RecipeDescription
{
    private static readonly Dictionary<Precision, string> Words = new() { [Precision.Float32] = "float32", [Precision.TensorFloat32] = "tf32", [Precision.BFloat16] = "bfloat16" };

    private static readonly Option[] Options =
    [
        new("epochs", 10, recipe => recipe.Epochs, (recipe, value) => recipe with { Epochs = value.GetValue<int>() }),
        new("batch", 128, recipe => recipe.Batch, (recipe, value) => recipe with { Batch = value.GetValue<int>() }),
        new("learning_rate", 0.2, recipe => recipe.LearningRate, (recipe, value) => recipe with { LearningRate = value.GetValue<double>() }),
        new("warm_up", 0.25, recipe => recipe.WarmUp, (recipe, value) => recipe with { WarmUp = value.GetValue<double>() }),
        new("momentum", 0.9, recipe => recipe.Momentum, (recipe, value) => recipe with { Momentum = value.GetValue<double>() }),
        new("weight_decay", 5e-4, recipe => recipe.WeightDecay, (recipe, value) => recipe with { WeightDecay = value.GetValue<double>() }),
        new("label_smoothing", 0.0, recipe => recipe.LabelSmoothing, (recipe, value) => recipe with { LabelSmoothing = value.GetValue<double>() }),
        new("crop_padding", 4, recipe => recipe.CropPadding, (recipe, value) => recipe with { CropPadding = value.GetValue<int>() }),
        new("flip", true, recipe => recipe.Flip, (recipe, value) => recipe with { Flip = value.GetValue<bool>() }),
        new("precision", Words[Precision.Float32], recipe => Words[recipe.Precision], (recipe, value) => recipe with { Precision = Words.Single(word => word.Value == value.GetValue<string>()).Key }),
        new("deterministic", true, recipe => recipe.Deterministic, (recipe, value) => recipe with { Deterministic = value.GetValue<bool>() }),
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
        catch (Exception error) when (error is InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"the recipe {description.ToJsonString()} has a value of another kind than its option: {error.Message}", error);
        }
    }

    /// <summary>The description with what it leaves out.</summary>
    public static JsonObject WithDefaults(JsonObject? description) => new(Options.Select(option =>
        KeyValuePair.Create(option.Name, (JsonNode?)(description?[option.Name] ?? option.Default).DeepClone())));

    private sealed record Option(string Name, JsonNode Default, Func<Recipe, JsonNode> Get, Func<Recipe, JsonNode, Recipe> Set);
}
