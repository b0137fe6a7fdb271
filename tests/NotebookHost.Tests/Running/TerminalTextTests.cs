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
    [InlineData("🚀\rx", "x")]
    [InlineData("🎉\b \b", " ")]
    [InlineData("e\u0301!\rx", "x!")]
    [InlineData("long line\r\u001b[Kshort", "short")]
    [InlineData("a 1\nb 1\n\u001b[2Aa 22\nb 2\nend", "a 22\nb 2\nend")]
    [InlineData("a\nb\u001b[1F\u001b[2Kx\n\u001b[2Gy", "x\nby")]
    [InlineData("one two\u001b[3D\u001b[1K2", "    2wo")]
    [InlineData("a\u001b[3Cb", "a   b")]
    [InlineData("\u001b[99999999999A\u001b[9999Dx", "x")]
    [InlineData("red \u001b[31mred\u001b[0m", "red \u001b[31mred\u001b[0m")]
    [InlineData("\u001b[32m10 %\u001b[0m\r\u001b[32m20 %\u001b[0m", "\u001b[0m\u001b[32m20 %\u001b[0m")]
    [InlineData("\u001b(B\u001b)0line\u001b7", "\u001b(B\u001b)0line\u001b7")]
    [InlineData("long line\r\u009bKshort", "short")]
    [InlineData("\u001b]0;t\u0007x", "\u001b]0;t\u0007x")]
    [InlineData("\u001b]0;t\u0007x\ry", "y")]
    [InlineData("\u001b]8;;u\u001b\\x\ry", "y")]
    [InlineData("\u001b[", "\u001b[")]
    public void What_is_kept_is_what_a_terminal_shows_in_the_end(string written, string kept)
    {
        var whole = new TerminalText();
        whole.Append(written);
        Assert.Equal(kept, whole.ToString());

        var piecewise = new TerminalText();
        foreach (var part in written)
            piecewise.Append(part.ToString());
        Assert.Equal(kept, piecewise.ToString());
    }

    [Fact]
    public void Half_of_a_surrogate_pair_is_no_character()
    {
        var text = new TerminalText();
        text.Append("half \ud83d of one, and another \ud83d");
        Assert.Equal("half \ufffd of one, and another \ufffd", text.ToString());
    }

    [Fact]
    public void The_line_being_written_is_told_without_colours()
    {
        var text = new TerminalText();
        text.Append("first\n\u001b[32m10 %\u001b[0m\r\u001b[32m20");
        Assert.Equal("20 %", text.CurrentLine);
    }
}
