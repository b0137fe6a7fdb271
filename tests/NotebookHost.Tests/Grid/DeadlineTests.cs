using System.Globalization;
using NotebookHost.Grid;
using NotebookHost.Running;

namespace NotebookHost.Tests.Grid;

/// <summary>When a grid is to end.</summary>
public sealed class DeadlineTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 28, 22, 30, 0, TimeSpan.FromHours(2));

    [Theory]
    [InlineData("08:00", "2026-11-29 08:00 +02:00")]
    [InlineData("23:15", "2026-11-28 23:15 +02:00")]
    [InlineData("22:30", "2026-11-29 22:30 +02:00")]
    [InlineData("8:05", "2026-11-29 08:05 +02:00")]
    [InlineData("2026-12-01T06:00", "2026-12-01 06:00 +02:00")]
    public void A_time_is_the_next_one_of_that_name_and_a_day_is_that_day(string text, string moment) =>
        Assert.Equal(moment, Deadline.Parse(text, s_now).ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("8", "write a time such as 08:00")]
    [InlineData("25:00", "write a time such as 08:00")]
    [InlineData("01.12.2026", "write a time such as 08:00")]
    [InlineData("2026-11-28T22:00", "is past")]
    [InlineData("2027-11-28T22:00", "is more than 40 days away")]
    public void Anything_else_is_refused(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<RunException>(() => Deadline.Parse(text, s_now)).Message, StringComparison.Ordinal);
}
