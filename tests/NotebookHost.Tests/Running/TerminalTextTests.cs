using NotebookHost.Running;

namespace NotebookHost.Tests.Running;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("plain\ntext", "plain\ntext")]
    [InlineData("1 %\r50 %\r100 %\n", "100 %\n")]
    [InlineData("100 %\r7", "700 %")]
    [InlineData("done\r", "done")]
    [InlineData("windows\r\nline\r\n", "windows\nline\n")]
    [InlineData("kept\na\rb\nc", "kept\nb\nc")]
    [InlineData("\r\rx", "x")]
    public void A_carriage_return_goes_back_to_the_start_of_the_line(string written, string kept)
    {
        var whole = new TerminalText();
        whole.Append(written);
        Assert.Equal(kept, whole.ToString());

        var piecewise = new TerminalText();
        foreach (var part in written)
            piecewise.Append(part.ToString());
        Assert.Equal(kept, piecewise.ToString());
    }
}
