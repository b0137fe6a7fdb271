namespace TrivialLayers;

/// <summary>The precisions as the descriptions of recipes and sweeps call them.</summary>
internal static class PrecisionNames
{
    /// <summary>A word for each.</summary>
    public static readonly Dictionary<Precision, string> All = new() { [Precision.Float32] = "float32", [Precision.TensorFloat32] = "tf32", [Precision.BFloat16] = "bfloat16" };

    /// <summary>The precision of a word.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static Precision Of(string word)
    {
        foreach (var (precision, name) in All)
        {
            if (name == word)
                return precision;
        }

        throw new InvalidDataException($"its precision is \"{word}\"; known are {string.Join(", ", All.Values)}.");
    }
}
