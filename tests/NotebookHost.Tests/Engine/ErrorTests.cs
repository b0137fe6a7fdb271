using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

[Collection(CellsCollection.Name)]
public sealed class ErrorTests : IDisposable
{
    private readonly CellRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task A_compilation_error_shows_cell_line_column_and_the_place()
    {
        await _run.Run("var x = 1;");
        var result = await _run.Try("x = 2;\nint z = x + unknown;");
        Assert.Equal(CellStatus.DidNotCompile, result.Status);
        Assert.Equal("CompilationError", result.Error!.Name);
        Assert.Equal(
            """
            cell 2 (2,13): error CS0103: The name 'unknown' does not exist in the current context
                int z = x + unknown;
                            ^^^^^^^
            """.ReplaceLineEndings("\n"), _run.Traceback);
    }

    [Fact]
    public async Task An_exception_points_to_the_line_of_the_cell()
    {
        var result = await _run.Try("var x = 1;\n\nthrow new InvalidOperationException(\"no \" + x);");
        Assert.Equal("System.InvalidOperationException", result.Error!.Name);
        Assert.Equal("no 1", result.Error.Value);
        Assert.Equal(
            """
            System.InvalidOperationException: no 1
               at cell 1, line 3
                  3 | throw new InvalidOperationException("no " + x);
            """.ReplaceLineEndings("\n"), _run.Traceback);
    }

    [Fact]
    public async Task An_exception_shows_the_way_through_cells_and_no_engine()
    {
        await _run.Run("int Inverse(int n)\n{\n    return 1 / n;\n}", "async Task<int> Later(int n)\n{\n    await Task.Yield();\n    return Inverse(n);\n}");
        await _run.Try("var all = new[] { 0 }.Select(n => Later(n)).ToList();\nawait all[0]");
        Assert.Equal(
            """
            System.DivideByZeroException: Attempted to divide by zero.
               at Inverse(Int32 n) in cell 1, line 3
                  3 | return 1 / n;
               at Later() in cell 2, line 4
               at cell 3, line 2
            """.ReplaceLineEndings("\n"), _run.Traceback);
    }

    [Fact]
    public async Task Errors_in_a_loop_are_where_they_were_written()
    {
        await _run.Try("for (int i = 2; ; i--) Console.WriteLine(4 / i + unknown);");
        Assert.Contains("cell 1 (1,50): error CS0103", _run.Traceback);
        await _run.Try("for (int i = 2; ; i--)\n    Console.Write(4 / i);\n");
        Assert.Contains("   at cell 2, line 2\n      2 | Console.Write(4 / i);", _run.Traceback);
        Assert.Equal("24", _run.Output);
    }

    [Fact]
    public async Task An_unfinished_loop_does_not_compile()
    {
        Assert.Equal(CellStatus.DidNotCompile, (await _run.Try("while (true)")).Status);
        Assert.Equal(CellStatus.DidNotCompile, (await _run.Try("for (;;) for (;;)")).Status);
    }

    [Fact]
    public async Task A_cell_of_the_hosts_own_has_its_name_in_errors_and_takes_no_number()
    {
        await _run.TryUncounted("the cell that sets the parameters", "n = 1;");
        Assert.StartsWith("the cell that sets the parameters (1,1): error CS0103", _run.Traceback, StringComparison.Ordinal);
        await _run.TryUncounted("the cell that sets the parameters", "throw new Exception(\"no\");");
        Assert.Contains("   at the cell that sets the parameters, line 1\n", _run.Traceback, StringComparison.Ordinal);
        await _run.Try("n");
        Assert.StartsWith("cell 1 (1,1)", _run.Traceback, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inner_exceptions_are_shown()
    {
        await _run.Try("try { int.Parse(\"x\"); } catch (Exception e) { throw new InvalidOperationException(\"outer\", e); }");
        Assert.Contains("InvalidOperationException: outer\n", _run.Traceback);
        Assert.Contains(" ---> System.FormatException: ", _run.Traceback);
    }

    [Fact]
    public async Task Advice_at_an_interrupt_stands_on_a_line_of_its_own_above_the_line_of_the_cell_alone()
    {
        using var source = new CancellationTokenSource();
        await _run.Run("void Work(System.Threading.CancellationToken token)\n{\n    token.WaitHandle.WaitOne();\n    token.ThrowIfCancellationRequested();\n}");
        var running = _run.Try(
            "try { Console.Write('>'); Work((System.Threading.CancellationToken)AppContext.GetData(\"Notebook.CancellationToken\")!); }\n"
            + "catch (OperationCanceledException e) { throw new OperationCanceledException(\"Interrupted. 2 epochs are kept.\\nAsk again.\", e); }", source.Token);
        while (_run.Events.Count == 0)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        await source.CancelAsync();

        Assert.Equal(CellStatus.Interrupted, (await running).Status);
        Assert.StartsWith("Interrupted. 2 epochs are kept.\nAsk again.\n   at cell 2, line 2\n      2 | catch", _run.Traceback, StringComparison.Ordinal);
        Assert.Equal(4, _run.Traceback.Split('\n').Length);
    }

    [Theory]
    [InlineData("Task.Run(Work).Wait();", true)]
    [InlineData("Task.Run(Work, token).Wait();", true)]
    [InlineData("System.Threading.Tasks.Parallel.Invoke(Work, Work);", true)]
    [InlineData("Task.WaitAll(Task.Run(Work), Task.Run(() => throw new InvalidOperationException(\"no\")));", false)]
    public async Task Cancelled_work_that_a_cell_waits_for_is_an_interrupt_unless_something_else_went_wrong_too(string wait, bool interrupted)
    {
        using var source = new CancellationTokenSource();
        var running = _run.Try(
            $$"""
            var token = (System.Threading.CancellationToken)AppContext.GetData("Notebook.CancellationToken");
            void Work() { token.WaitHandle.WaitOne(); token.ThrowIfCancellationRequested(); }
            Console.Write('>');
            {{wait}}
            """, source.Token);
        while (_run.Events.Count == 0)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        await source.CancelAsync();

        Assert.Equal(interrupted ? CellStatus.Interrupted : CellStatus.Threw, (await running).Status);
        Assert.Equal(interrupted, _run.Traceback.StartsWith("cell 1 was interrupted.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_error_in_a_loaded_file_names_the_file()
    {
        var path = _run.Write("part/broken.csx", "int a = 1;\nint b = c;");
        await _run.Try("#load \"part/broken.csx\"");
        Assert.Contains($"{path} (2,9): error CS0103", _run.Traceback);
    }

    [Theory]
    [InlineData("#r \"missing.dll\"", "missing.dll")]
    [InlineData("#load \"missing.csx\"", "missing.csx")]
    public async Task A_file_that_is_not_there_is_named_with_the_folder_searched(string code, string file)
    {
        var result = await _run.Try(code);
        Assert.Equal(CellStatus.DidNotCompile, result.Status);
        Assert.Contains("cell 1 (1,1): There is no file " + Path.Combine(_run.Folder, file), _run.Traceback);
    }
}
