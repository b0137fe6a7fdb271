using NotebookHost.Engine;
using NotebookHost.Notebook;
using NotebookHost.Running;

namespace NotebookHost.Tests.Running;

public sealed class NotebookOutputsTests
{
    private readonly NotebookOutputs _outputs = new();
    private readonly CodeCell _cell = new() { ExecutionCount = 1 };

    [Fact]
    public void Text_of_one_stream_is_one_output_and_other_outputs_come_between()
    {
        Collect(_cell, Out("a"), Out("b\n"), Error("e"), Out("c"), Shown("1"), Out("d"));
        Assert.Equal(["stdout ab\n", "stderr e", "stdout c", "shown 1", "stdout d"], _cell.Outputs.Select(Describe));
    }

    [Fact]
    public void A_rewritten_line_keeps_its_last_state()
    {
        Collect(_cell, Out("10 %"), Out("\r20 %"), Out("\r30 %\n"), Out("after"));
        Assert.Equal(["stdout 30 %\nafter"], _cell.Outputs.Select(Describe));
    }

    [Fact]
    public void An_update_replaces_what_an_earlier_cell_showed()
    {
        Collect(_cell, Shown("old", "id"), Out("x"));
        Collect(new CodeCell { ExecutionCount = 2 }, new DisplayUpdated(new() { ["text/plain"] = "new" }, "id"));
        Assert.Equal(["shown new", "stdout x"], _cell.Outputs.Select(Describe));
    }

    [Fact]
    public void A_result_carries_the_number_of_its_cell()
    {
        Collect(_cell, new ResultProduced(new() { ["text/plain"] = "2" }));
        Assert.Equal(1, Assert.IsType<ExecuteResultOutput>(Assert.Single(_cell.Outputs)).ExecutionCount);
    }

    [Fact]
    public void What_is_cleared_goes_at_once_or_when_the_next_output_comes()
    {
        Collect(_cell, Out("a"), Shown("1", "id"), new OutputCleared(false));
        Assert.Empty(_cell.Outputs);
        Collect(_cell, Out("b"), new OutputCleared(true));
        Assert.Equal(["stdout b"], _cell.Outputs.Select(Describe));
        Collect(_cell, new OutputCleared(true), Out("c"), new DisplayUpdated(new() { ["text/plain"] = "2" }, "id"));
        Assert.Equal(["stdout c"], _cell.Outputs.Select(Describe));
    }

    private void Collect(CodeCell cell, params CellEvent[] events)
    {
        _outputs.Begin(cell);
        foreach (var happened in events)
            _outputs.Add(happened);
        _outputs.End();
    }

    private static StreamWritten Out(string text) => new("stdout", text);

    private static StreamWritten Error(string text) => new("stderr", text);

    private static DataDisplayed Shown(string text, string id = "") => new(new() { ["text/plain"] = text }, id);

    private static string Describe(CellOutput output) => output switch
    {
        StreamOutput stream => $"{stream.Name} {stream.Text}",
        DisplayDataOutput shown => $"shown {shown.Data["text/plain"]}",
        _ => output.GetType().Name,
    };
}
