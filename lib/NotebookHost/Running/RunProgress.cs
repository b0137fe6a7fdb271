using System.Globalization;
using Spectre.Console;

namespace NotebookHost.Running;

/// <summary>Shows the runs of several notebooks: bars on a terminal, one line per cell where output goes to a file.</summary>
internal static class RunProgress
{
    private const int LongestLive = 60;

    /// <summary>Does the work with a display for each notebook's run.</summary>
    public static Task Show(IAnsiConsole console, Func<Func<string, IRunProgress>, Task> work) =>
        console.Profile.Capabilities.Interactive && console.Profile.Out.IsTerminal
            ? console.Progress()
                .HideCompleted(false)
                .Columns(new SpinnerColumn(), new ProgressBarColumn { Width = 20 }, new ElapsedTimeColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
                .StartAsync(context => work(name => new Bar(context.AddTask(Markup.Escape(name), autoStart: false), name)))
            : work(name => InLines(console, name));

    /// <summary>A line a cell.</summary>
    public static IRunProgress InLines(IAnsiConsole console, string name) => new Lines(console, name);

    private static string Took(TimeSpan duration) => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s");

    private static string Ending(NotebookOutcome outcome, TimeSpan duration) =>
        outcome.Status == NotebookStatus.Succeeded ? $"done in {Took(duration)}" : $"{outcome.Error} (after {Took(duration)})";

    private sealed class Bar(ProgressTask task, string name) : IRunProgress
    {
        private string _place = "";

        public void Begin(int cells)
        {
            task.MaxValue = Math.Max(1, cells);
            task.StartTask();
        }

        public void CellBegins(int number)
        {
            _place = FormattableString.Invariant($"{Markup.Escape(name)}  [grey]cell {number} of {task.MaxValue}[/]");
            task.Description = _place;
        }

        public void Live(string line) =>
            task.Description = $"{_place}  [grey]{Markup.Escape(line.Length <= LongestLive ? line : line[..LongestLive] + "…")}[/]";

        public void CellEnds(int number) => task.Increment(1);

        public void End(NotebookOutcome outcome, TimeSpan duration)
        {
            var color = outcome.Status == NotebookStatus.Succeeded ? "green" : "red";
            task.Description = $"{Markup.Escape(name)}  [{color}]{Markup.Escape(Ending(outcome, duration))}[/]";
            task.StopTask();
        }
    }

    private sealed class Lines(IAnsiConsole console, string name) : IRunProgress
    {
        private int _cells;
        private DateTime _began;

        public void Begin(int cells)
        {
            _cells = cells;
            Say($"{cells} cells");
        }

        public void CellBegins(int number) => _began = DateTime.UtcNow;

        public void Live(string line)
        {
        }

        public void CellEnds(int number) => Say($"cell {number} of {_cells}, {Took(DateTime.UtcNow - _began)}");

        public void End(NotebookOutcome outcome, TimeSpan duration) => Say(Ending(outcome, duration));

        private void Say(string text) => console.Profile.Out.Writer.WriteLine($"{name}: {text}");
    }
}
