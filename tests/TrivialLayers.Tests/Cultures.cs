using System.Globalization;

namespace TrivialLayers.Tests;

/// <summary>
/// How other countries write numbers and dates. The tests run without the system's tables of cultures, which a machine may lack; then these are made by hand: what differs in numbers and in the signs
/// between parts of a date. In a process that has the tables they are the system's own, with its calendars and its rules of upper and lower case.
/// </summary>
internal static class Cultures
{
    /// <summary>Whether this process has the system's tables.</summary>
    public static bool AreOfTheSystem => !(AppContext.TryGetSwitch("System.Globalization.Invariant", out var isInvariant) && isInvariant);

    /// <summary>1.234,5.</summary>
    public static CultureInfo German => Of("de-DE", ",", ".", "-", date: ".");

    /// <summary>1 234,5 with a narrow space.</summary>
    public static CultureInfo French => Of("fr-FR", ",", "\u202f", "-");

    /// <summary>1.234,5, and I is not the capital of i.</summary>
    public static CultureInfo Turkish => Of("tr-TR", ",", ".", "-", date: ".");

    /// <summary>1٬234٫5, a minus sign behind a mark of direction, and the years of another calendar.</summary>
    public static CultureInfo Arabic => Of("ar-SA", "٫", "٬", "\u061c-", nan: "ليس رقم");

    /// <summary>1٬234٫5, another minus sign, and the years of a third calendar.</summary>
    public static CultureInfo Persian => Of("fa-IR", "٫", "٬", "\u200e\u2212", nan: "ناعدد");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<CultureInfo> All => [German, French, Turkish, Arabic, Persian];

    /// <summary>Does something under a culture.</summary>
    public static T Under<T>(CultureInfo culture, Func<T> work)
    {
        var before = (CultureInfo.CurrentCulture, CultureInfo.DefaultThreadCurrentCulture);
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = culture;
            return work();
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.DefaultThreadCurrentCulture) = before;
        }
    }

    private static CultureInfo Of(string name, string point, string group, string minus, string date = "/", string nan = "NaN")
    {
        if (AreOfTheSystem)
            return CultureInfo.GetCultureInfo(name);
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        var numbers = culture.NumberFormat;
        (numbers.NumberDecimalSeparator, numbers.PercentDecimalSeparator, numbers.CurrencyDecimalSeparator) = (point, point, point);
        (numbers.NumberGroupSeparator, numbers.PercentGroupSeparator, numbers.CurrencyGroupSeparator) = (group, group, group);
        (numbers.NegativeSign, numbers.PositiveInfinitySymbol, numbers.NegativeInfinitySymbol, numbers.NaNSymbol) = (minus, "∞", minus + "∞", nan);
        (culture.DateTimeFormat.DateSeparator, culture.DateTimeFormat.TimeSeparator) = (date, ".");
        return culture;
    }
}
