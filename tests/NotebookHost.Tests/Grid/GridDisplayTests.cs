using System.Text;
using NotebookHost.Grid;
using NotebookHost.Running;
using Spectre.Console;

namespace NotebookHost.Tests.Grid;

/// <summary>What is seen of a grid that runs.</summary>
public sealed class GridDisplayTests : IDisposable
{
    private readonly GridInFolder _made = new();
    private readonly TimeByHand _time = new();
    private readonly StringWriter _written = new();

    public void Dispose()
    {
        _made.Dispose();
        _written.Dispose();
    }

    [Fact]
    public void In_a_file_each_point_that_ends_is_a_line_with_the_counts_the_pace_and_the_time_left()
    {
        var grid = _made.Write("1..5");
        GridInFolder.Finish(grid, 0);
        var display = Display(grid, isTerminal: false);
        var running = display.Of(grid.Points[3]);
        running.Begin(2);
        display.Elsewhere(grid.Points[4]);
        display.Elsewhere(grid.Points[4]);
        Finish(1, exit: 0);
        Finish(2, exit: 1);
        running.End(NotebookOutcome.Success, TimeSpan.Zero);
        display.Ended(new PointState(grid.Points[3], PointStatus.Waiting));
        Assert.Equal(
            """
            005: another process is running it; waiting for it to finish
            002: done, 2.0 s on node1, job 12_3 | 2 of 5 done, 0 failed, 1 running, 6 an hour, 30 min 0 s left
            003: failed, cell 2: System.Exception: no (on node1, job 12_3) | 2 of 5 done, 1 failed, 1 running, 6 an hour, 20 min 0 s left
            004: stopped

            """.ReplaceLineEndings("\n"),
            _written.ToString().ReplaceLineEndings("\n"));

        void Finish(int index, int exit)
        {
            _time.Pass(TimeSpan.FromMinutes(10));
            GridInFolder.Finish(grid, index, exit);
            display.Ended(grid.StateOf(grid.Points[index]));
        }
    }

    [Fact]
    public async Task On_a_terminal_a_table_shows_what_runs()
    {
        var grid = _made.Write("1..3");
        GridInFolder.Finish(grid, 0);
        var display = Display(grid, isTerminal: true);
        var seen = await display.Show(async () =>
        {
            var running = display.Of(grid.Points[1]);
            running.Begin(7);
            running.CellBegins(3);
            running.Live("epoch 2 of 9");
            await GridInFolder.Until(() => Text().Contains("epoch 2 of 9", StringComparison.Ordinal));
            return Text();
        });
        Assert.Contains("1 of 3 done, 0 failed, 1 running", seen, StringComparison.Ordinal);
        Assert.Matches(@"002\s+seed=2\s+cell 3 of 7  epoch 2 of 9", seen);
    }

    private string Text()
    {
        lock (_written)
            return _written.ToString();
    }

    private GridDisplay Display(GridFolder grid, bool isTerminal) => new(
        AnsiConsole.Create(new AnsiConsoleSettings { Ansi = isTerminal ? AnsiSupport.Yes : AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = isTerminal ? InteractionSupport.Yes : InteractionSupport.No, Out = new Output(_written, isTerminal) }),
        grid.States(),
        _time);

    private sealed class Output(StringWriter writer, bool isTerminal) : IAnsiConsoleOutput
    {
        public TextWriter Writer { get; } = TextWriter.Synchronized(writer);

        public bool IsTerminal => isTerminal;

        public int Width => 120;

        public int Height => 40;

        public void SetEncoding(Encoding encoding)
        {
        }
    }
}
