using System.Globalization;
using NotebookHost.Grid;
using NotebookHost.Running;

namespace NotebookHost.Tests.Grid;

/// <summary>When a grid is to end.</summary>
public sealed class DeadlineTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 28, 20, 30, 0, TimeSpan.Zero);
    private static readonly TimeZoneInfo s_fixed = TimeZoneInfo.CreateCustomTimeZone("fixed", TimeSpan.FromHours(2), "fixed", "fixed");

    /// <summary>Central Europe: an hour forward on the last Sunday of March at 02:00, and back on that of October at 03:00.</summary>
    private static readonly TimeZoneInfo s_changing = TimeZoneInfo.CreateCustomTimeZone("changing", TimeSpan.FromHours(1), "changing", "winter", "summer", [
        TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
            DateTime.MinValue.Date,
            DateTime.MaxValue.Date,
            TimeSpan.FromHours(1),
            TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday),
            TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday)),
    ]);

    [Theory]
    [InlineData("08:00", "2026-11-29 08:00 +02:00")]
    [InlineData("23:15", "2026-11-28 23:15 +02:00")]
    [InlineData("22:30", "2026-11-29 22:30 +02:00")]
    [InlineData("8:05", "2026-11-29 08:05 +02:00")]
    [InlineData("2026-12-01T06:00", "2026-12-01 06:00 +02:00")]
    public void A_time_is_the_next_one_of_that_name_and_a_day_is_that_day(string text, string moment) =>
        Assert.Equal(moment, Deadline.Parse(text, s_now, s_fixed).ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("2026-03-28 22:30 +01:00", "08:00", "2026-03-29 08:00 +02:00")]
    [InlineData("2026-10-24 22:30 +02:00", "08:00", "2026-10-25 08:00 +01:00")]
    [InlineData("2026-10-24 22:30 +02:00", "2026-11-02T08:00", "2026-11-02 08:00 +01:00")]
    [InlineData("2026-03-28 22:30 +01:00", "02:30", "2026-03-29 03:30 +02:00")] // a time that clocks skip
    [InlineData("2026-10-24 22:30 +02:00", "02:30", "2026-10-25 02:30 +02:00")] // a time that comes twice
    [InlineData("2026-10-25 02:45 +02:00", "02:30", "2026-10-25 02:30 +01:00")]
    [InlineData("2026-10-25 02:45 +01:00", "02:30", "2026-10-26 02:30 +01:00")]
    public void In_the_night_when_clocks_change_it_is_what_they_will_show(string now, string text, string moment) => Assert.Equal(
        moment,
        Deadline.Parse(text, DateTimeOffset.ParseExact(now, "yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture), s_changing).ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("8", "write a time such as 08:00")]
    [InlineData("25:00", "write a time such as 08:00")]
    [InlineData("01.12.2026", "write a time such as 08:00")]
    [InlineData("2026-11-28T22:00", "is in the past")]
    [InlineData("2027-11-28T22:00", "is more than 40 days away")]
    public void Anything_else_is_refused(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<RunException>(() => Deadline.Parse(text, s_now, s_fixed)).Message, StringComparison.Ordinal);
}
