using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

[Collection(CellsCollection.Name)]
public sealed class CellSemanticsTests : IDisposable
{
    private readonly CellRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task The_last_expression_without_a_semicolon_is_the_result()
    {
        await _run.Run("1 + 1");
        Assert.Equal("2", _run.PlainResult);
        Assert.Contains("<pre>2</pre>", (string?)_run.Result!["text/html"]);
    }

    [Theory]
    [InlineData("Math.Max(1, 2);")]
    [InlineData("var x = 3;")]
    [InlineData("Console.Write(1)")]
    [InlineData("void F() { } F()")]
    [InlineData("")]
    [InlineData("// nothing but words")]
    [InlineData("using System.IO;")]
    public async Task Other_cells_have_no_result(string code)
    {
        await _run.Run(code);
        Assert.Null(_run.Result);
    }

    [Fact]
    public async Task An_expression_that_is_null_shows_as_null()
    {
        await _run.Run("(string)null");
        Assert.Equal("<null>", _run.PlainResult);
    }

    [Fact]
    public async Task Each_cell_sees_what_those_before_it_declared()
    {
        await _run.Run("var x = 20;", "int Twice(int n) => 2 * n;", "record P(int A);", "// a cell of words", "using System.IO;", "x += 1;", "new P(Twice(x)).A + Path.GetFileName(\"/a/b\")");
        Assert.Equal("42b", _run.PlainResult);
    }

    [Fact]
    public async Task A_later_cell_can_declare_a_name_anew()
    {
        await _run.Run("var x = 1;", "string x = \"text\";", "x.Length");
        Assert.Equal("4", _run.PlainResult);
    }

    [Fact]
    public async Task Await_works_at_the_top_level()
    {
        await _run.Run("await Task.Delay(1); var x = await Task.FromResult(7);", "await Task.FromResult(x + 1)");
        Assert.Equal("8", _run.PlainResult);
    }

    [Fact]
    public async Task The_language_is_the_latest()
    {
        await _run.Run("class C { public int V { get; set => field = value * 2; } }", "C? c = new C(); c?.V = 4; int[] a = [1, .. new[] { 2, 3 }]; (c.V, a.Length)");
        Assert.Equal("(8, 3)", _run.PlainResult);
    }

    [Fact]
    public async Task Pointers_work_in_unsafe_code()
    {
        await _run.Run("unsafe { int i = 1; int* p = &i; *p = 2; Console.Write(i); }", "unsafe int Read(int* p) => *p;", "unsafe { var i = 3; Console.Write(Read(&i)); }");
        Assert.Equal("3", _run.Output);
    }

    [Theory]
    [InlineData("File.Exists(\"x\")", "CS0103")]
    public async Task What_the_other_host_does_not_offer_does_not_compile(string code, string error)
    {
        var result = await _run.Try(code);
        Assert.Equal(CellStatus.DidNotCompile, result.Status);
        Assert.Contains(error, result.Error!.Value);
    }

    [Fact]
    public async Task Console_writes_are_streams_in_order()
    {
        await _run.Run("Console.WriteLine(\"a\"); Console.Error.Write(\"e\"); Console.Write('b'); Console.Write(\"{0}-{1}\", 1, 2); Console.WriteLine();");
        Assert.Equal("a\nb1-2\n", _run.Output.ReplaceLineEndings("\n"));
        Assert.Equal("e", _run.ErrorOutput);
        Assert.Equal(["stdout", "stderr", "stdout"], _run.Events.Cast<StreamWritten>().Take(3).Select(e => e.Name));
    }

    [Fact]
    public async Task Console_writes_of_other_threads_are_captured()
    {
        await _run.Run("var t = new System.Threading.Thread(() => Console.Write(\"from a thread\")); t.Start(); t.Join();");
        Assert.Equal("from a thread", _run.Output);
    }

    [Fact]
    public async Task A_cell_that_does_not_compile_leaves_everything_as_it_was()
    {
        await _run.Run("var x = 1;");
        await _run.Try("x = 2; y = 3;");
        await _run.Run("x");
        Assert.Equal("1", _run.PlainResult);
    }

    [Fact]
    public async Task A_cell_that_throws_keeps_what_it_did_before()
    {
        var result = await _run.Try("var x = 5; throw new InvalidOperationException(\"no\");");
        Assert.Equal(CellStatus.Threw, result.Status);
        await _run.Run("x");
        Assert.Equal("5", _run.PlainResult);
    }

    [Fact]
    public async Task The_token_of_the_running_cell_is_published_by_name()
    {
        using var source = new CancellationTokenSource();
        await _run.Run("System.Threading.CancellationToken Token() => (System.Threading.CancellationToken)AppContext.GetData(\"Notebook.CancellationToken\")!;");
        var running = _run.Try("Console.Write('>'); await Task.Delay(-1, Token());", source.Token);
        while (_run.Events.Count == 0)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        await source.CancelAsync();
        Assert.Equal(CellStatus.Interrupted, (await running).Status);
        Assert.Equal("cell 2 was interrupted.\n   at cell 2, line 1\n      1 | Console.Write('>'); await Task.Delay(-1, Token());", _run.Traceback);
        Assert.Null(AppContext.GetData(CSharpEngine.CancellationTokenName));
        await _run.Run("Token().IsCancellationRequested");
        Assert.Equal("False", _run.PlainResult);
    }
}
