using Microsoft.CodeAnalysis.CSharp;
using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

/// <summary>Loops get a call that can end them; nothing else about a cell changes.</summary>
public sealed class LoopPassesTests
{
    private const string Pass = "global::NotebookHost.Engine.CellLoop.Pass();";

    [Theory]
    [InlineData("while (a) { b(); }", "while (a) {✂ b(); }")]
    [InlineData("while (a) b();", "while (a) {✂b();}")]
    [InlineData("while (a);", "while (a){✂;}")]
    [InlineData("do b(); while (a);", "do {✂b();} while (a);")]
    [InlineData("for (;;) for (;;) b();", "for (;;) {✂for (;;) {✂b();}}")]
    [InlineData("foreach (var x in y)\n    // each\n    b(x); // done", "foreach (var x in y)\n    // each\n    {✂b(x);} // done")]
    [InlineData("foreach (var (x, y) in z) { }", "foreach (var (x, y) in z) {✂ }")]
    [InlineData("again: int x = 1; goto again;", "again:✂ int x = 1; goto again;")]
    [InlineData("class A { int B() { while (true) return 1; } }", "class A { int B() { while (true) {✂return 1;} } }")]
    public void Every_loop_gets_the_call_on_a_line_that_was_there(string code, string expected) =>
        Assert.Equal(expected.Replace("✂", Pass, StringComparison.Ordinal), LoopPasses.Insert(CSharpSyntaxTree.ParseText(code)).ToString());

    [Theory]
    [InlineData("while (true)")]
    [InlineData("for (;;) for (;;)")]
    [InlineData("do")]
    [InlineData("again:")]
    [InlineData("while (true) { x")]
    public void Unfinished_code_stays_the_same_tree_and_so_an_error(string code)
    {
        var tree = CSharpSyntaxTree.ParseText(code);
        Assert.Same(tree, LoopPasses.Insert(tree));
    }

    [Fact]
    public void Code_without_loops_stays_the_same_tree()
    {
        var tree = CSharpSyntaxTree.ParseText("if (a) { b(); } Enumerable.Range(0, 3).Select(n => n)");
        Assert.Same(tree, LoopPasses.Insert(tree));
    }
}
