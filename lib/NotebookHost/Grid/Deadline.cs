using System.Globalization;
using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>Until when a grid may run.</summary>
internal static class Deadline
{
    private static readonly TimeSpan Furthest = TimeSpan.FromDays(40);

    /// <summary>The moment that a text names: <c>08:00</c> is the next time that it is eight o'clock, <c>2026-11-30T08:00</c> that on this day.</summary>
    /// <param name="text">The text, in the time of <paramref name="zone"/>. Where clocks are put back it is the first of two moments that is not past; a time that they skip is as long after the change.</param>
    /// <param name="now">The time.</param>
    /// <param name="zone">Where it is read.</param>
    /// <exception cref="RunException">It is neither, is past, or more than 40 days away.</exception>
    public static DateTimeOffset Parse(string text, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (TimeOnly.TryParseExact(text, ["H:mm", "HH:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var clock))
        {
            var today = TimeZoneInfo.ConvertTime(now, zone).Date + clock.ToTimeSpan();
            return Moments(today, zone).Concat(Moments(today.AddDays(1), zone)).First(moment => moment > now);
        }

        if (!DateTime.TryParseExact(text, ["yyyy-MM-ddTHH:mm", "yyyy-MM-dd HH:mm", "yyyy-MM-ddTHH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            throw new RunException($"--deadline {text}: write a time such as 08:00, or a day and a time such as 2026-11-30T08:00.");
        if (Moments(day, zone).FirstOrDefault(moment => moment > now) is not { Ticks: > 0 } named)
            throw new RunException($"--deadline {text} is in the past.");
        return named - now <= Furthest ? named : throw new RunException($"--deadline {text} is more than 40 days away.");
    }

    /// <summary>The moments at which a clock shows a time: two where clocks are put back.</summary>
    private static IEnumerable<DateTimeOffset> Moments(DateTime shown, TimeZoneInfo zone) =>
        from offset in zone.IsAmbiguousTime(shown) ? zone.GetAmbiguousTimeOffsets(shown) : [zone.GetUtcOffset(shown)]
        orderby offset descending
        select TimeZoneInfo.ConvertTime(new DateTimeOffset(shown, offset), zone);
}
