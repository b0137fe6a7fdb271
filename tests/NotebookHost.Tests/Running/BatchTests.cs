using NotebookHost.Running;

namespace NotebookHost.Tests.Running;

/// <summary>What is refused before anything runs; and a page that is given up after it.</summary>
public sealed class BatchTests : IDisposable
{
    private readonly NotebookFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_that_is_not_there() => Refused("There is no file or folder", Path.Combine(_folder.Path, "none.ipynb"));

    [Fact]
    public void A_folder_without_notebooks() => Refused("contains no notebooks", _folder.Path);

    [Fact]
    public void A_file_of_another_kind()
    {
        var path = Path.Combine(_folder.Path, "words.md");
        File.WriteAllText(path, "words");
        Refused("does not end in .ipynb", path);
    }

    [Theory]
    [InlineData("words")]
    [InlineData("[1, 2]")]
    [InlineData("{\"cells\": 3}")]
    [InlineData("")]
    public void A_file_that_only_claims_to_be_a_notebook(string content)
    {
        var path = Path.Combine(_folder.Path, "n.ipynb");
        File.WriteAllText(path, content);
        Refused("is not a notebook", path);
    }

    [Fact]
    public void A_notebook_in_another_language() => Refused("is a notebook in Python", _folder.Write("n", "python", ["1"]));

    [Fact]
    public void Two_notebooks_of_the_same_name() => Refused("Two notebooks have the same name", _folder.Write("one/n", "1"), _folder.Write("two/n", "1"));

    [Fact]
    public void A_copy_that_would_overwrite_its_notebook()
    {
        _folder.Write("out/n", "1");
        Refused("would be overwritten", _folder.Out);
    }

    [Fact]
    public void A_copy_that_would_overwrite_its_notebook_by_way_of_a_link()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege.");
        var path = _folder.Write("notebooks/n", "1");
        Directory.CreateSymbolicLink(_folder.Out, Path.GetDirectoryName(path)!);
        Refused("would be overwritten", path);
    }

    [Fact]
    public void A_notebook_whose_page_would_be_that_of_one_called_index() => Refused("The pages of index.ipynb and index-notebook.ipynb would have the same name, index-notebook.html.", _folder.Write("index", "1"), _folder.Write("index-notebook", "1"));

    [Fact]
    public void A_parameter_that_no_notebook_declares()
    {
        _folder.Write("a", "[parameters]var profile = \"quick\"; int seed = 1;");
        _folder.Write("b", "1");
        Refused("There is no parameter sed. Declared in the notebooks given: profile, seed.", new Dictionary<string, string> { ["sed"] = "1" }, _folder.Path);
    }

    [Fact]
    public void Notebooks_of_a_folder_run_by_name_and_are_written_under_the_same_names()
    {
        _folder.Write("b", "1");
        _folder.Write("a", "1");
        var batch = new NotebookBatch(new RunRequest([_folder.Path], _folder.Out, new Dictionary<string, string>(), null));
        Assert.Equal([Path.Combine(_folder.Out, "a.ipynb"), Path.Combine(_folder.Out, "b.ipynb")], batch.Targets);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_notebook_whose_page_cannot_be_made_in_time_counts_as_failed()
    {
        _folder.Write("a", "1");
        var batch = new NotebookBatch(new RunRequest([_folder.Path], _folder.Out, new Dictionary<string, string>(), null), pageLimit: TimeSpan.Zero);
        var outcome = (await batch.Run(_ => new NoProgress(), CancellationToken.None)).Values.Single();
        Assert.Equal((NotebookStatus.Failed, "making its page took longer than 0 s and was abandoned"), (outcome.Status, outcome.Error));
    }

    private void Refused(string message, params string[] files) => Refused(message, new Dictionary<string, string>(), files);

    private void Refused(string message, Dictionary<string, string> parameters, params string[] files)
    {
        var error = Assert.Throws<RunException>(() => new NotebookBatch(new RunRequest(files, _folder.Out, parameters, null)));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private sealed class NoProgress : IRunProgress
    {
        public void Begin(int cells) { }

        public void CellBegins(int number) { }

        public void Live(string line) { }

        public void CellEnds(int number) { }

        public void End(NotebookOutcome outcome, TimeSpan duration) { }
    }
}
