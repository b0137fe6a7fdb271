using System.Text.Json.Nodes;
using NotebookHost.Notebook;
using NotebookHost.Tests.Publishing;
using NotebookHost.Tests.Running;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Notebook;

/// <summary>What this host writes, opened in an editor and saved: the file changes where its reader changed something, and nowhere else.</summary>
public sealed class EditorLayoutTests(Chromium browser) : IClassFixture<Chromium>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("notebook-host-").FullName;

    public static TheoryData<string> Notebooks => [.. Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "notebooks"), "*.ipynb").Select(file => Path.GetFileName(file)).Order()];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("display(1);")]
    [InlineData("# Title")]
    public async Task One_line_changed_in_VS_Code_is_one_line_of_the_file(string line)
    {
        var written = Executed().ToText();

        Assert.Equal([line], ChangedLines(written, await SavedByVsCode(written, (line, line + "!"))));
    }

    [Theory]
    [InlineData('\r')]
    [InlineData('\v')]
    [InlineData('\f')]
    [InlineData('\u0085')]
    [InlineData('\u2028')]
    public async Task What_ends_a_line_elsewhere_stays_in_the_line_when_VS_Code_saves(char end)
    {
        var document = Executed();
        document.Cells[1].Source = $"display(1);\nvar mark = \"before{end}after\";";
        ((CodeCell)document.Cells[1]).Outputs.Add(new StreamOutput("stdout", $"10 %{end}20 %\n"));
        var written = document.ToText();

        Assert.Equal(written, await SavedByVsCode(written));
    }

    [Theory]
    [InlineData("display(1);")]
    [InlineData("# Title")]
    public void One_line_changed_in_Jupyter_is_one_line_of_the_file(string line)
    {
        Assert.SkipUnless(PythonNbformat.IsThere, "Python's nbformat is not installed (Debian: python3-nbformat)");
        var path = Path.Combine(_folder, "executed.ipynb");
        Executed().Save(path);

        Assert.Equal([line], ChangedLines(File.ReadAllText(path), PythonNbformat.Edit(path, line, line + "!")));
    }

    [Theory]
    [MemberData(nameof(Notebooks))]
    public async Task Each_notebook_of_this_repository_is_in_the_form_that_VS_Code_and_Jupyter_leave_alone(string name)
    {
        Assert.SkipUnless(PythonNbformat.IsThere, "Python's nbformat is not installed (Debian: python3-nbformat)");
        var path = Path.Combine(_folder, name);
        var kept = Path.Combine(RepositoryRoot.Path, "notebooks", name);
        var text = NotebookDocument.Load(kept).ToLaidOutText();
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);

        Assert.Equal(await File.ReadAllTextAsync(kept, TestContext.Current.CancellationToken), text);
        Assert.Empty(ChangedLines(text, await SavedByVsCode(text)));
        Assert.Empty(ChangedLines(text, PythonNbformat.Rewrite(path)));
        Assert.Equal(text, NotebookDocument.Load(path).ToLaidOutText());
    }

    [Fact]
    public async Task A_file_in_another_layout_is_rewritten_on_request_and_stays_the_same_notebook()
    {
        var path = Path.Combine(_folder, "a.ipynb");
        var inOtherLayout = JsonNode.Parse(Executed().ToText())!.ToJsonString();
        await File.WriteAllTextAsync(path, inOtherLayout, TestContext.Current.CancellationToken);

        Assert.Equal((0, $"Rewritten: a.ipynb{Environment.NewLine}", ""), await NotebookFolder.Host("format", _folder));
        Assert.Equal(Executed().ToText(), File.ReadAllText(path));
        Assert.Equal((0, "", ""), await NotebookFolder.Host("format", path));
    }

    [Fact]
    public async Task What_is_no_notebook_is_left_as_it_is_and_keeps_no_other_from_its_form()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "a.ipynb"), "\n" + JupyterLayoutTests.InLayout, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder, "b.ipynb"), "{}", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder, "c.ipynb"), "\n" + JupyterLayoutTests.InLayout, TestContext.Current.CancellationToken);
        var (exit, output, error) = await NotebookFolder.Host("format", _folder);

        Assert.Equal((2, $"Rewritten: a.ipynb{Environment.NewLine}Rewritten: c.ipynb{Environment.NewLine}"), (exit, output));
        Assert.Contains("b.ipynb is not a notebook", error, StringComparison.Ordinal);
        Assert.Equal("{}", File.ReadAllText(Path.Combine(_folder, "b.ipynb")));
        Assert.All((string[])["a.ipynb", "c.ipynb"], name => Assert.StartsWith("{", File.ReadAllText(Path.Combine(_folder, name)), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("12", "12")]
    [InlineData("12.0", "12")]
    [InlineData("-0.0", "0")]
    [InlineData("0.10", "0.1")]
    [InlineData("1E2", "100")]
    [InlineData("-84.30000305175781", "-84.30000305175781")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("1e-07", "1e-7")]
    [InlineData("1.25E-10", "1.25e-10")]
    [InlineData("123456789.125", "123456789.125")]
    [InlineData("1e20", "100000000000000000000")]
    [InlineData("1.5e21", "1.5e+21")]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890")]
    [InlineData("1e999", "1e999")]
    public void Numbers_are_written_as_JavaScript_writes_them_and_no_digit_of_a_whole_number_is_lost(string read, string written) =>
        Assert.Equal(written, NotebookLayout.Number(read));

    [Fact]
    public async Task Numbers_are_those_of_a_browser()
    {
        var random = new Random(21);
        var numbers = Enumerable.Range(0, 2000).Select(_ => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-25, 25))).ToList();
        var texts = numbers.Select(number => JsonValue.Create(number).ToJsonString()).ToList();
        await using var visit = await browser.Open("<title>numbers</title>");

        Assert.Equal(await visit.Page.EvaluateAsync<string[]>("texts => texts.map(text => JSON.stringify(JSON.parse(text)))", texts), texts.Select(NotebookLayout.Number));
    }

    [Theory]
    [InlineData("""{"language_info": {"name": "C#"}}""", null, "csharp")]
    [InlineData("""{"language_info": {"name": "C#"}, "kernelspec": {"language": "C#"}}""", "html", "html")]
    [InlineData("""{"language_info": {"name": "csharp"}}""", "csharp", null)]
    [InlineData("""{"language_info": {"name": "python"}}""", null, null)]
    [InlineData("""{"kernelspec": {"language": "C#"}}""", null, null)]
    [InlineData("""{}""", null, null)]
    public void A_code_cell_names_its_language_where_the_notebook_has_another_word_for_it(string metadata, string? read, string? written)
    {
        var cell = read is null ? "{}" : $$$"""{"vscode": {"languageId": "{{{read}}}"}}""";
        var document = NotebookDocument.Parse(
            $$"""{"cells": [{"cell_type": "code", "id": "a", "execution_count": null, "metadata": {{cell}}, "outputs": [], "source": []}], "metadata": {{metadata}}, "nbformat": 4, "nbformat_minor": 5}""", "n");

        Assert.Equal(written, (string?)JsonNode.Parse(document.ToLaidOutText())!["cells"]![0]!["metadata"]!["vscode"]?["languageId"]);
    }

    [Theory]
    [InlineData("C#", """{"cellId": 7, "languageId": "csharp"}""")]
    [InlineData("csharp", """{"cellId": 7}""")]
    public void What_an_editor_keeps_beside_a_cells_language_stays(string language, string written)
    {
        var document = NotebookDocument.Parse(
            $$$"""
            {"cells": [{"cell_type": "code", "id": "a", "execution_count": null, "metadata": {"vscode": {"cellId": 7, "languageId": "csharp"}}, "outputs": [], "source": []}],
             "metadata": {"language_info": {"name": "{{{language}}}"}}, "nbformat": 4, "nbformat_minor": 5}
            """, "n");

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(written), JsonNode.Parse(document.ToLaidOutText())!["cells"]![0]!["metadata"]!["vscode"]));
    }

    /// <summary>A notebook as this host executes it: keys in the order of the code that makes them, numbers of charts, the language as Jupyter names it.</summary>
    private static NotebookDocument Executed()
    {
        var document = JupyterLayoutTests.OneOfEach();
        document.Metadata["language_info"] = new JsonObject { ["name"] = "C#" };
        document.Metadata["notebook_host"] = new JsonObject { ["started"] = "2026-01-01T00:00:00Z", ["duration_seconds"] = JsonNode.Parse("12.0"), ["error"] = null };
        document.Cells.ForEach(cell => cell.Id = $"cell-{document.Cells.IndexOf(cell)}");
        var chart = JsonNode.Parse("""{"layout": {"yaxis": {"range": [-0.30, 100.0]}, "height": 400.0}, "data": [{"y": [84.30, 1E2, null], "x": [0.0, 1.0, 2.0], "name": "é"}]}""");
        ((CodeCell)document.Cells[1]).Outputs.Add(new DisplayDataOutput(new() { ["text/plain"] = "chart", ["application/vnd.plotly.v1+json"] = chart }, new() { ["image/png"] = new JsonObject { ["width"] = 1, ["height"] = 2 } }));
        return document;
    }

    private async Task<string> SavedByVsCode(string text, params (string Old, string New)[] edits)
    {
        await using var visit = await browser.Open("<title>VS Code</title>");
        var rule = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "vscode_ipynb.js"), TestContext.Current.CancellationToken);
        var asked = edits.Select(edit => new[] { edit.Old, edit.New }).ToArray();
        return await visit.Page.EvaluateAsync<string>($"([text, edits]) => ({rule})(text, edits)", new object[] { text, asked });
    }

    /// <summary>The lines that are others now, without what is around a line's words.</summary>
    private static IEnumerable<string> ChangedLines(string before, string after)
    {
        var (old, now) = (before.Split('\n'), after.Split('\n'));
        Assert.Equal(old.Length, now.Length);
        return old.Zip(now).Where(pair => pair.First != pair.Second).Select(pair => pair.First.Trim(' ', '"', ',').Replace("\\n", "", StringComparison.Ordinal));
    }
}
