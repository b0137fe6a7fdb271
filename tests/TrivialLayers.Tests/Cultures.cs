using System.Globalization;

namespace TrivialLayers.Tests;

/// <summary>How other countries write numbers, made by hand: the tests run without the system's tables of cultures.</summary>
internal static class Cultures
{
    /// <summary>German: 1.234,5.</summary>
    public static CultureInfo German => With(",", ".", "-");

    /// <summary>French: 1 234,5 with a narrow space.</summary>
    public static CultureInfo French => With(",", "\u202f", "-");

    /// <summary>Persian: 1٬234٫5 and a minus sign behind a mark of direction.</summary>
    public static CultureInfo Persian => With("٫", "٬", "\u200e\u2212");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<CultureInfo> All => [German, French, Persian];

    /// <summary>Does something under a culture.</summary>
    public static T Under<T>(CultureInfo culture, Func<T> work)
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = culture;
            return work();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static CultureInfo With(string point, string group, string minus)
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        var numbers = culture.NumberFormat;
        (numbers.NumberDecimalSeparator, numbers.PercentDecimalSeparator, numbers.CurrencyDecimalSeparator) = (point, point, point);
        (numbers.NumberGroupSeparator, numbers.PercentGroupSeparator, numbers.CurrencyGroupSeparator) = (group, group, group);
        numbers.NegativeSign = minus;
        return culture;
    }
}
