using System.Text.Json.Nodes;

namespace NotebookHost.Tests.Running;

/// <summary>Tags and old outputs, and what one file does to the others of a run.</summary>
[Trait("Category", "Slow")]
public sealed class TaggedCellTests : IDisposable
{
    private readonly NotebookFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_cell_that_may_fail_ends_nothing_and_one_to_be_skipped_keeps_its_outputs()
    {
        var path = _folder.Write("n", "[raises-exception]throw new Exception(\"on purpose\");", "[raises-exception]unknown", "[skip-execution]throw new Exception(\"not to be run\");", "\"goes on\"");
        var notebook = JsonNode.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))!;
        notebook["cells"]![2]!["outputs"] = JsonNode.Parse("""[{"output_type":"stream","name":"stdout","text":"kept"}]""");
        await File.WriteAllTextAsync(path, notebook.ToJsonString(), TestContext.Current.CancellationToken);

        var (exit, _, error) = await NotebookFolder.Run(path, "--out", _folder.Out);

        Assert.Equal((0, ""), (exit, error));
        Assert.Equal(["error", "error", "stream", "execute_result"], Enumerable.Range(0, 4).Select(cell => (string?)Assert.Single(_folder.Outputs("n", cell))!["output_type"]));
        Assert.Equal("succeeded", (string?)_folder.Executed("n")["metadata"]!["notebook_host"]!["status"]);
        Assert.DoesNotContain("Stopped at", _folder.Page("n"), StringComparison.Ordinal);
        Assert.Equal([1, 2, null, 3], _folder.Executed("n")["cells"]!.AsArray().Select(cell => (int?)cell!["execution_count"]));
    }

    [Theory]
    [InlineData("""[{"output_type":"error","ename":"","evalue":"x","traceback":[null]}]""")]
    [InlineData("""[{"output_type":"error","ename":"x","evalue":"x"}]""")]
    [InlineData("""[{"output_type":"pyout","text":3}]""")]
    [InlineData("""[{"output_type":"stream","name":"stdout","text":"\ud83d"}]""")]
    [InlineData("""[{"output_type":"stream","output_type":"stream"}]""")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    [InlineData("null")]
    public async Task Outputs_that_the_run_throws_away_are_not_judged(string outputs)
    {
        var path = _folder.Write("n", "1 + 1");
        var notebook = JsonNode.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))!;
        notebook["cells"]![0]!["outputs"] = "these";
        notebook["cells"]![0]!["execution_count"] = "many";
        await File.WriteAllTextAsync(path, notebook.ToJsonString().Replace("\"these\"", outputs, StringComparison.Ordinal), TestContext.Current.CancellationToken);

        Assert.Equal(0, (await NotebookFolder.Run(path, "--out", _folder.Out)).ExitCode);

        Assert.Equal("2", NotebookFolder.Text(Assert.Single(_folder.Outputs("n", 0))!["data"]!["text/plain"]));
        Assert.Equal(1, (int?)_folder.Executed("n")["cells"]![0]!["execution_count"]);
    }

    [Fact]
    public async Task A_cell_to_be_skipped_keeps_outputs_that_cannot_be_read()
    {
        var path = _folder.Write("n", "[skip-execution]1", "1 + 1");
        var notebook = JsonNode.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))!;
        notebook["cells"]![0]!["outputs"] = JsonNode.Parse("""[{"output_type":"pyout","text":3},{"output_type":"stream","text":null}]""");
        await File.WriteAllTextAsync(path, notebook.ToJsonString(), TestContext.Current.CancellationToken);

        var (exit, _, error) = await NotebookFolder.Run(path, "--out", _folder.Out);

        Assert.Equal((0, ""), (exit, error));
        Assert.Equal(["pyout", "stream"], _folder.Outputs("n", 0).Select(output => (string?)output!["output_type"]));
        Assert.Contains("An output of this cell could not be read", _folder.Page("n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_cannot_be_run_are_named_and_the_others_run()
    {
        _folder.Write("a-python", "python", ["print(1)"]);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "b-words.ipynb"), "words", TestContext.Current.CancellationToken);
        _folder.Write("c-foreign", "1", "#!fsharp\n1");
        _folder.Write("good", "1 + 1");

        var (exit, _, error) = await NotebookFolder.Run(_folder.Path, "--out", _folder.Out);

        Assert.Equal(1, exit);
        Assert.Contains("a-python.ipynb is a notebook in Python", error);
        Assert.Contains("b-words.ipynb is not a notebook", error);
        Assert.Contains("c-foreign.ipynb: This host runs C#; cell 2 is F#.", error);
        Assert.Equal("2", NotebookFolder.Text(_folder.Outputs("good", 0)[0]!["data"]!["text/plain"]));
        Assert.All(new[] { "a-python.ipynb is a notebook in Python", "b-words", "cell 2 is F#", "3 not run" }, words => Assert.Contains(words, _folder.Page("index"), StringComparison.Ordinal));
        Assert.False(File.Exists(Path.Combine(_folder.Out, "c-foreign.ipynb")));
    }

    [Fact]
    public async Task Where_no_file_can_be_run_nothing_runs()
    {
        _folder.Write("python", "python", ["print(1)"]);
        var (exit, _, error) = await NotebookFolder.Run(_folder.Path, "--out", _folder.Out);
        Assert.Equal(2, exit);
        Assert.Contains("is a notebook in Python", error);
        Assert.False(Directory.Exists(_folder.Out));
    }
}
