using System.Globalization;

namespace TrivialLayers;

/// <summary>The outcome of a claim, in words.</summary>
internal static class ClaimWords
{
    public static string NameOf(ClaimVerdict verdict) => verdict switch
    {
        ClaimVerdict.NotReproduced => "not reproduced",
        _ => verdict.ToString().ToLowerInvariant(),
    };

    public static string Effect(double effect, Interval? interval) => (double.IsFinite(effect), interval) switch
    {
        (false, _) => "not measured",
        (_, { } known) => string.Create(CultureInfo.InvariantCulture, $"{known.Around(effect, 2)} ({100 * known.Level:0.#} %)"),
        _ => effect.ToString("F2", CultureInfo.InvariantCulture),
    };
}
