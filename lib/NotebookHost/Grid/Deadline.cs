using System.Globalization;
using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>Until when a grid may run.</summary>
internal static class Deadline
{
    private static readonly TimeSpan Furthest = TimeSpan.FromDays(40);

    /// <summary>The moment that a text names: <c>08:00</c> is the next time that it is eight o'clock, <c>2026-11-30T08:00</c> that on this day.</summary>
    /// <param name="text">The text, in local time.</param>
    /// <param name="now">The local time.</param>
    /// <exception cref="RunException">It is neither, is past, or more than 40 days away.</exception>
    public static DateTimeOffset Parse(string text, DateTimeOffset now)
    {
        if (TimeOnly.TryParseExact(text, ["H:mm", "HH:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var clock))
        {
            var today = new DateTimeOffset(now.Date + clock.ToTimeSpan(), now.Offset);
            return today > now ? today : today.AddDays(1);
        }

        if (!DateTime.TryParseExact(text, ["yyyy-MM-ddTHH:mm", "yyyy-MM-dd HH:mm", "yyyy-MM-ddTHH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            throw new RunException($"--deadline {text}: write a time such as 08:00, or a day and a time such as 2026-11-30T08:00.");
        var moment = new DateTimeOffset(day, now.Offset);
        return moment > now && moment - now <= Furthest ? moment : throw new RunException($"--deadline {text} is {(moment > now ? "more than 40 days away" : "past")}.");
    }
}
