using System.Diagnostics;
using System.Text.Json.Nodes;
using NotebookHost.Notebook;
using NotebookHost.Running;
using static NotebookHost.Tests.Publishing.Executed;

namespace NotebookHost.Tests.Running;

/// <summary>The command <c>run</c> as its users start it.</summary>
[Trait("Category", "Slow")]
public sealed class RunTests : IDisposable
{
    private const string WriteToNowhere = "[System.Runtime.InteropServices.DllImport(\"libc\")] static extern nint memset(nint at, int value, nint count);\nConsole.WriteLine(\"before\");\nmemset(8, 1, 1);";

    private const string UntilInterrupted = "await Task.Delay(-1, (System.Threading.CancellationToken)AppContext.GetData(\"Notebook.CancellationToken\"));";

    private readonly NotebookFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_notebook_runs_in_its_own_folder_and_its_source_stays_as_it_was()
    {
        var path = _folder.Write("n", "Console.Write(\"1\\r2\\n\"); display(1); Environment.CurrentDirectory", "", "Console.ReadLine() is null");
        var source = File.ReadAllText(path);
        var (exit, _, error) = await NotebookFolder.Run(path, "--out", _folder.Out);
        Assert.Equal((0, ""), (exit, error));
        Assert.Equal(source, File.ReadAllText(path));

        Assert.Equal(["stream", "display_data", "execute_result"], _folder.Outputs("n", 0).Select(output => (string?)output!["output_type"]));
        Assert.Equal("2\n", NotebookFolder.Text(_folder.Outputs("n", 0)[0]!["text"]));
        Assert.Equal(_folder.Path, NotebookFolder.Text(_folder.Outputs("n", 0)[2]!["data"]!["text/plain"]));
        Assert.Equal("True", NotebookFolder.Text(_folder.Outputs("n", 2)[0]!["data"]!["text/plain"]));

        var executed = _folder.Executed("n");
        Assert.Equal([1, null, 2], executed["cells"]!.AsArray().Select(cell => (int?)cell!["execution_count"]));
        Assert.NotNull(executed["cells"]![0]!["metadata"]!["execution"]!["shell.execute_reply"]);
        Assert.Equal("[1,2]", executed["metadata"]!["someone_elses"]!.ToJsonString());
        Assert.Equal("succeeded", (string?)executed["metadata"]!["notebook_host"]!["status"]);
    }

    [Fact]
    public async Task A_failing_notebook_stops_and_is_named_and_the_next_one_runs()
    {
        _folder.Write("a", "1", "throw new InvalidOperationException(\"no\\nmore\");", "3");
        _folder.Write("b", "4");
        var (exit, _, error) = await NotebookFolder.Run(_folder.Path, "--out", _folder.Out);
        Assert.Equal(1, exit);
        Assert.Equal("a.ipynb: cell 2: System.InvalidOperationException: no", error.Trim());
        Assert.Equal("error", (string?)Assert.Single(_folder.Outputs("a", 1))!["output_type"]);
        Assert.Empty(_folder.Outputs("a", 2));
        Assert.Single(_folder.Outputs("b", 0));
        Assert.Equal("failed", (string?)_folder.Executed("a")["metadata"]!["notebook_host"]!["status"]);

        Assert.Contains("Stopped at", _folder.Page("a"), StringComparison.Ordinal);
        Assert.DoesNotContain("Stopped at", _folder.Page("b"), StringComparison.Ordinal);
        Assert.Contains("cell 2: System.InvalidOperationException: no", _folder.Page("index"), StringComparison.Ordinal);
        Assert.Contains("1 failed", _folder.Page("index"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Console.WriteLine(\"before\"); Environment.FailFast(\"had enough\");", "had enough")]
    [InlineData(WriteToNowhere, "SIGSEGV")]
    [InlineData("Console.WriteLine(\"before\"); Environment.Exit(3);", "exit code 3")]
    public async Task A_crash_is_an_error_of_its_cell_and_what_ran_before_is_kept(string cell, string reason)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Calls a function of the C library by its Unix name.");
        _folder.Write("crash", "var x = 1; x", cell);
        _folder.Write("next", "5");
        var (exit, _, error) = await NotebookFolder.Run(_folder.Path, "--out", _folder.Out);
        Assert.Equal(1, exit);
        Assert.StartsWith("crash.ipynb: cell 2: Crashed: The notebook's process", error, StringComparison.Ordinal);
        Assert.Single(_folder.Outputs("crash", 0));
        var outputs = _folder.Outputs("crash", 1);
        // The cell's words and the dying process's own come through two pipes; which is first is not promised.
        Assert.Equal("before\n", NotebookFolder.Text(Assert.Single(outputs, output => (string?)output!["name"] == "stdout")!["text"]));
        Assert.Equal("Crashed", (string?)outputs[^1]!["ename"]);
        Assert.Contains(reason, outputs.ToJsonString(), StringComparison.Ordinal);
        Assert.Single(_folder.Outputs("next", 0));
    }

    [Fact]
    public async Task A_timeout_ends_the_notebook_with_everything_it_started()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Starts a command of Linux.");
        _folder.Write("slow", "var p = System.Diagnostics.Process.Start(\"sleep\", \"600\"); Console.WriteLine(p.Id); while (true) { }");
        var (exit, _, error) = await NotebookFolder.Run(_folder.Path, "--out", _folder.Out, "--timeout", "20"); // also a busy machine has begun the cell by then
        Assert.Equal(1, exit);
        Assert.Contains("slow.ipynb: cell 1: TimedOut: The notebook took longer than the 20 seconds allowed", error);
        var started = int.Parse(NotebookFolder.Text(_folder.Outputs("slow", 0)[0]!["text"]), null);
        Assert.False(IsRunning(started));
    }

    [Fact]
    public async Task Native_output_belongs_to_the_cell_that_made_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Calls a function of the C library by its Unix name.");
        _folder.Write("native", "[System.Runtime.InteropServices.DllImport(\"libc\")] static extern int puts(string text);\nputs(\"from C\");", "puts(\"again\");");
        Assert.Equal(0, (await NotebookFolder.Run(_folder.Path, "--out", _folder.Out)).ExitCode);
        Assert.Equal(["from C\n", "again\n"], new[] { 0, 1 }.Select(cell => NotebookFolder.Text(_folder.Outputs("native", cell)[0]!["text"])));
    }

    [Fact]
    public async Task Parameters_given_are_assigned_after_the_defaults()
    {
        _folder.Write("with", "[parameters]var name = \"a\"; int n = 1;", "name + n");
        _folder.Write("without", "1");
        var (exit, _, error) = await NotebookFolder.Run(_folder.Path, "--out", _folder.Out, "-p", "name=b=c", "-p", "n=4");
        Assert.Equal((0, ""), (exit, error));
        Assert.Equal("b=c4", NotebookFolder.Text(_folder.Outputs("with", 2)[0]!["data"]!["text/plain"]));
        Assert.Equal("""{"n":4,"name":"b=c"}""", _folder.Executed("with")["metadata"]!["notebook_host"]!["parameters"]!.ToJsonString());
    }

    [Fact]
    public async Task In_place_writes_the_notebook_itself()
    {
        var path = _folder.Write("n", "6 * 7");
        Assert.Equal(0, (await NotebookFolder.Run(path, "--in-place")).ExitCode);
        Assert.Contains("42", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task In_place_a_notebook_keeps_its_defaults_and_says_what_its_outputs_were_made_with()
    {
        var path = _folder.Write("n", "[parameters]var n = 1;", "n + 1");
        Assert.Equal(0, (await NotebookFolder.Run(path, "--in-place", "-p", "n=41")).ExitCode);

        var document = JsonNode.Parse(File.ReadAllText(path))!;
        Assert.Equal(["var n = 1;", "n + 1"], document["cells"]!.AsArray().Select(cell => NotebookFolder.Text(cell!["source"])));
        Assert.Equal("42", NotebookFolder.Text(document["cells"]![1]!["outputs"]![0]!["data"]!["text/plain"]));
        Assert.Equal([1, 2], document["cells"]!.AsArray().Select(cell => (int)cell!["execution_count"]!)); // the cell that set n had no number
        Assert.Equal("""{"n":41}""", document["metadata"]!["notebook_host"]!["parameters"]!.ToJsonString());
        Assert.Equal(NotebookDocument.Load(path).CodeFingerprint, (string?)document["metadata"]!["notebook_host"]!["code_sha256"]);
    }

    [Fact]
    public async Task Links_in_the_folder_for_copies_lead_nothing_out_of_it_and_in_place_keeps_them()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege.");
        var path = _folder.Write("n", "6 * 7");
        var source = File.ReadAllText(path);
        Directory.CreateDirectory(_folder.Out);
        foreach (var name in new[] { "n.ipynb", "n.html", "index.html" })
            File.CreateSymbolicLink(Path.Combine(_folder.Out, name), path);
        Assert.Equal(0, (await NotebookFolder.Run(path, "--out", _folder.Out)).ExitCode);
        Assert.Equal(source, File.ReadAllText(path));
        Assert.All(Directory.GetFiles(_folder.Out), file => Assert.Null(new FileInfo(file).LinkTarget));

        var link = Path.Combine(_folder.Out, "link.ipynb");
        File.CreateSymbolicLink(link, path);
        Assert.Equal(0, (await NotebookFolder.Run(link, "--in-place")).ExitCode);
        Assert.Equal(path, new FileInfo(link).LinkTarget);
        Assert.Contains("42", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Stopping_keeps_what_ran()
    {
        Interrupt.SkipUnlessPossible();
        File.WriteAllText(Path.Combine(_folder.Path, "z.ipynb"), Json(null, Markdown("# A title that a page would show"), Tagged("verdict", "4")));
        Assert.Equal(130, await Stop([_folder.Write("n", "1", UntilInterrupted, "3"), Path.Combine(_folder.Path, "z.ipynb")], TestContext.Current.CancellationToken));
        Assert.Single(_folder.Outputs("n", 0));
        Assert.Equal("interrupted", (string?)_folder.Executed("n")["metadata"]!["notebook_host"]!["status"]);
        Assert.Empty(_folder.Outputs("n", 2));
        Assert.Contains("stopped</span>", _folder.Page("n"), StringComparison.Ordinal);
        Assert.Equal("z: not run · the run was stopped before this notebook", LastOfIndex());
        Assert.False(File.Exists(Path.Combine(_folder.Out, "z.html")));
    }

    [Fact(Timeout = 120_000)]
    public async Task Stopping_does_not_wait_for_a_page_that_takes_long()
    {
        Interrupt.SkipUnlessPossible();
        var path = Path.Combine(_folder.Path, "n.ipynb");
        File.WriteAllText(path, Json(null, [Code("1"), Code(UntilInterrupted), .. Enumerable.Range(0, 100).Select(_ => Markdown(SlowTable()))]));
        Assert.Equal(130, await Stop([path], TestContext.Current.CancellationToken));
        Assert.Single(_folder.Outputs("n", 0));
        Assert.Equal("n: not run · the run was stopped before its page was written", LastOfIndex());
        Assert.False(File.Exists(Path.Combine(_folder.Out, "n.html")));
    }

    [Fact]
    public async Task The_executed_file_is_valid_notebook_format()
    {
        const string python = "/usr/bin/python3";
        Assert.SkipUnless(File.Exists(python) && await Succeeds(python, "-c", "import nbformat"), "Debian's python3-nbformat is not installed.");
        _folder.Write("n", "[parameters]var n = 1;", "Console.WriteLine(n); Console.Error.WriteLine(n); var shown = display(new[] { 1 }, \"application/json\", \"text/html\"); n", "shown.Update(2);", "throw new Exception(\"x\");", "5");
        Assert.Equal(1, (await NotebookFolder.Run(_folder.Path, "--out", _folder.Out, "-p", "n=2")).ExitCode);
        Assert.True(await Succeeds(python, "-W", "error", "-c", "import nbformat, sys; nb = nbformat.read(sys.argv[1], as_version=nbformat.NO_CONVERT); assert nb.nbformat_minor == 5; nbformat.validate(nb)", Path.Combine(_folder.Out, "n.ipynb")));
    }

    /// <summary>Runs notebooks and stops when the first cell has ended; the exit code.</summary>
    private async Task<int> Stop(string[] files, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(NotebookHost.Engine.DotNet.Command, ["exec", typeof(NotebookRunner).Assembly.Location, "run", .. files, "--out", _folder.Out]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line && !line.Contains("cell 1 of", StringComparison.Ordinal))
        {
            // The first cell has not ended yet.
        }
        Interrupt.Send(process);
        await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    private string LastOfIndex()
    {
        var entry = Read(_folder.Page("index")).QuerySelectorAll(".entry")[^1];
        return $"{entry.QuerySelector("h2")!.TextContent}: {entry.QuerySelector(".run")!.TextContent}";
    }

    private static async Task<bool> Succeeds(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode == 0;
    }

    private static bool IsRunning(int id) =>
        File.Exists($"/proc/{id}/stat") && !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
}
