namespace NotebookHost.Tests.Grid;

/// <summary>A clock that a test sets.</summary>
internal sealed class TimeByHand : TimeProvider
{
    private readonly List<Alarm> _alarms = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(_now + dueTime, () => callback(state));
        _alarms.Add(alarm);
        return alarm;
    }

    /// <summary>Lets time pass; what is due by then happens.</summary>
    public void Pass(TimeSpan time)
    {
        _now += time;
        foreach (var alarm in _alarms.Where(alarm => alarm.Due <= _now).ToList())
            alarm.Ring();
    }

    private sealed record Alarm(DateTimeOffset Due, Action Ring) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
