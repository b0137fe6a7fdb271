namespace TrivialLayers;

/// <summary>Checks the values of a recipe.</summary>
internal static class Require
{
    /// <exception cref="ArgumentOutOfRangeException">It does not hold.</exception>
    public static void Range(bool holds, string name, object value, string expected)
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(name, value, $"The recipe's {name} must be {expected}.");
    }
}
