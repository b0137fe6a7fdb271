using System.Globalization;

namespace TrivialLayers;

/// <summary>
/// Progress as a line of text that is rewritten with a carriage return, at most ten times a second: it shows in every front end and on a terminal.
/// </summary>
public sealed class Progress : ICancellableProgress
{
    /// <summary>The name under which a notebook host may keep the running cell's <see cref="CancellationToken"/> in <see cref="AppContext"/>.</summary>
    internal const string CancellationTokenName = "Notebook.CancellationToken";

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly Func<TextWriter> _output;
    private readonly TimeProvider _time;
    private string? _task;
    private long _firstDone;
    private long _started;
    private long _written;
    private int _width;
    private string _latest = "";
    private bool _latestIsShown = true;

    internal Progress(Func<TextWriter> output, TimeProvider time, CancellationToken token)
    {
        _output = output;
        _time = time;
        Token = token;
    }

    /// <summary>Cancelled when the cell that made this display is interrupted, in our host and in .NET Interactive; in a host that does not say so, never.</summary>
    public CancellationToken Token { get; }

    /// <summary>A display on the console, that ends long work when the running cell is interrupted.</summary>
    public static Progress Live() => new(
        () => Console.Out,
        TimeProvider.System,
        AppContext.GetData(CancellationTokenName) is CancellationToken token ? token : InteractiveKernel.TokenOfRunningCell(AppDomain.CurrentDomain.GetAssemblies()));

    /// <summary>Shows how far the work is. The last state of each task is always shown, and ends its line.</summary>
    public void Report(ProgressReport value)
    {
        ArgumentNullException.ThrowIfNull(value);
        lock (_lock)
        {
            if (value.Task != _task)
                Begin(value);
            var now = _time.GetTimestamp();
            _latest = Line(value, _time.GetElapsedTime(_started, now));
            _latestIsShown = false;
            var finished = value.Done >= value.Total;
            if (finished || _width == 0 || _time.GetElapsedTime(_written, now) >= s_pause)
                Write(now);
            if (finished)
                EndLine();
        }
    }

    private void Begin(ProgressReport value)
    {
        EndLine();
        _task = value.Task;
        _firstDone = value.Done;
        _started = _time.GetTimestamp();
    }

    private void Write(long now)
    {
        _output().Write('\r' + _latest.PadRight(_width));
        _width = _latest.Length;
        _written = now;
        _latestIsShown = true;
    }

    /// <summary>Leaves the last state on its line; the same task, reported again, begins again.</summary>
    private void EndLine()
    {
        if (_task is null)
            return;
        if (!_latestIsShown)
            Write(_time.GetTimestamp());
        _output().WriteLine();
        _task = null;
        _width = 0;
    }

    /// <summary>Rate and time left are those of the work since the task's first report, which came after some of it was done.</summary>
    private string Line(ProgressReport report, TimeSpan elapsed)
    {
        var percent = report.Total > 0 ? (long)Math.Floor(100.0 * report.Done / report.Total) : 100;
        var line = string.Create(CultureInfo.InvariantCulture, $"{report.Task}: {percent} % {report.Done:N0}/{report.Total:N0} {report.Unit}");
        var rate = (report.Done - _firstDone) / elapsed.TotalSeconds;
        if (double.IsFinite(rate) && rate > 0)
        {
            var left = TimeSpan.FromSeconds(Math.Min((report.Total - report.Done) / rate, 1e7));
            line += $", {rate.ToString(rate >= 10 ? "N0" : "N1", CultureInfo.InvariantCulture)} {report.Unit}/s, "
                + (report.Done >= report.Total ? Clock(elapsed) : Clock(left) + " left");
        }

        return report.Note is null ? line : $"{line}, {report.Note}";
    }

    private static string Clock(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");
}
