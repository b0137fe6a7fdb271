using System.Globalization;
using NotebookHost.Publishing;
using NotebookHost.Running;
using Spectre.Console;

namespace NotebookHost.Grid;

/// <summary>Shows a grid that is run: a table on a terminal, one line per point where output goes to a file.</summary>
internal sealed class GridDisplay : IGridProgress
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly IAnsiConsole _console;
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly bool _isLive;
    private readonly HashSet<string> _elsewhere = [];
    private readonly List<Row> _rows = [];
    private GridCounts _counts;
    private int _finishedHere;

    /// <param name="console">Where to.</param>
    /// <param name="states">Where the points stand.</param>
    /// <param name="time">The clock.</param>
    public GridDisplay(IAnsiConsole console, IReadOnlyCollection<PointState> states, TimeProvider time)
    {
        (_console, _time, _began) = (console, time, time.GetTimestamp());
        _isLive = console.Profile.Capabilities.Interactive && console.Profile.Out.IsTerminal;
        _counts = GridCounts.Of([.. states.Where(state => state.Status == PointStatus.Done)]) with { All = states.Count };
    }

    /// <summary>Does the work with the display.</summary>
    public async Task<T> Show<T>(Func<Task<T>> work)
    {
        if (!_isLive)
            return await work().ConfigureAwait(false);
        var working = work();
        await _console.Live(Table()).AutoClear(true).StartAsync(async context =>
        {
            while (await Task.WhenAny(working, Task.Delay(Refresh)).ConfigureAwait(false) != working)
                context.UpdateTarget(Table());
        }).ConfigureAwait(false);
        return await working.ConfigureAwait(false);
    }

    public IRunProgress Of(GridPoint point) => new Row(this, point);

    public void Elsewhere(GridPoint point)
    {
        lock (_lock)
        {
            if (_elsewhere.Add(point.Id))
                Say($"{point.Id}: another process is running it; waiting for it to finish");
        }
    }

    public void Ended(PointState state)
    {
        lock (_lock)
        {
            _elsewhere.Remove(state.Point.Id);
            if (state.Status is not (PointStatus.Done or PointStatus.Failed))
            {
                Say($"{state.Point.Id}: stopped");
                return;
            }

            _finishedHere++;
            _counts = state.Status == PointStatus.Done ? _counts with { Done = _counts.Done + 1 } : _counts with { Failed = _counts.Failed + 1 };
            Say($"{state.Point.Id}: {state.StatusWord}, {state.Words} | {Summary()}");
        }
    }

    /// <summary>Counts, speed and time left.</summary>
    private string Summary()
    {
        var elapsed = _time.GetElapsedTime(_began);
        var left = _counts.All - _counts.Done - _counts.Failed;
        var counts = string.Create(CultureInfo.InvariantCulture, $"{_counts.Done} of {_counts.All} done, {_counts.Failed} failed, {_rows.Count} running");
        return _finishedHere == 0
            ? counts
            : string.Create(CultureInfo.InvariantCulture, $"{counts}, {_finishedHere / elapsed.TotalHours:0.#} an hour, {RunRecord.TimeText(elapsed / _finishedHere * left)} left");
    }

    private void Say(string text)
    {
        if (!_isLive)
            _console.Profile.Out.Writer.WriteLine(text);
    }

    private Rows Table()
    {
        lock (_lock)
        {
            var table = new Table { Border = TableBorder.None, ShowHeaders = false };
            table.AddColumns("", "", "");
            foreach (var row in _rows)
                table.AddRow(new Text(row.Point.Id), new Text(row.Point.Words), new Text(row.Place, new Style(Color.Grey)));
            return new Rows(new Text(Summary()), table);
        }
    }

    /// <summary>A point that is being run.</summary>
    private sealed class Row(GridDisplay display, GridPoint point) : IRunProgress
    {
        private int _cells;
        private int _cell;
        private string _line = "";

        public GridPoint Point => point;

        public string Place => FormattableString.Invariant($"cell {_cell} of {_cells}  {_line}");

        public void Begin(int cells)
        {
            lock (display._lock)
            {
                _cells = cells;
                display._rows.Add(this);
            }
        }

        public void CellBegins(int number) => (_cell, _line) = (number, "");

        public void Live(string line) => _line = line;

        public void CellEnds(int number)
        {
        }

        public void End(NotebookOutcome outcome, TimeSpan duration)
        {
            lock (display._lock)
                display._rows.Remove(this);
        }
    }
}
