using System.Text.Json.Nodes;
using NotebookHost.Running;

namespace NotebookHost.Tests.Running;

/// <summary>Which notebooks run, by the languages that they and their cells are marked with.</summary>
public sealed class CellLanguageTests : IDisposable
{
    private const string Kernel = """{"kernelspec": {"name": ".net-csharp", "language": "C#"}}""";
    private const string LabelledPython = """{"language_info": {"name": "python"}, "orig_nbformat": 4}""";

    private readonly NotebookFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Kernel, "{}")]
    [InlineData("{}", "{}")]
    [InlineData("""{"kernelspec": {"name": "my-dotnet-2"}}""", "{}")]
    [InlineData("""{"kernelspec": {"name": ".net-csharp"}, "language_info": {"name": "polyglot-notebook"}}""", "{}")]
    [InlineData(LabelledPython, """{"dotnet_interactive": {"language": "csharp"}}""")]
    [InlineData(LabelledPython, """{"polyglot_notebook": {"kernelName": "csharp"}}""")]
    [InlineData(LabelledPython, """{"vscode": {"languageId": "csharp"}}""")]
    [InlineData(LabelledPython, """{"vscode": {"languageId": "dotnet-interactive.csharp"}}""")]
    [InlineData(Kernel, """{"dotnet_interactive": {"language": "html"}}""")]
    [InlineData(Kernel, """{"vscode": {"languageId": "polyglot-notebook"}}""")]
    [InlineData(Kernel, """{"vscode": 3, "polyglot_notebook": {"kernelName": null}}""")]
    [InlineData("""{"polyglot_notebook": {"kernelInfo": {"defaultKernelName": "csharp"}}, "language_info": {"name": "python"}}""", "{}")]
    [InlineData("""{"kernelspec": {"name": "notebook-host-csharp"}}""", "{}")]
    [InlineData("""{"kernelspec": {"name": "measured", "display_name": ".NET (C#), measured"}}""", "{}")]
    [InlineData("""{"kernelspec": {"name": "measured", "language": "C#"}}""", "{}")]
    [InlineData("""{"kernelspec": {"name": "measured"}, "language_info": {"name": "C#"}}""", "{}")]
    [InlineData("""{"kernelspec": {"name": "scala213"}}""", """{"polyglot_notebook": {"kernelName": "csharp"}}""")]
    [InlineData("""{"kernelspec": {"name": "", "language": ""}}""", "{}")]
    public void It_runs(string notebook, string cell) => Assert.Single(Batch(Write("n", notebook, cell, "1")).Targets);

    [Theory]
    [InlineData(Kernel, """{"dotnet_interactive": {"language": "fsharp"}}""", "1", "This host runs C#; cell 2 is F#.")]
    [InlineData(Kernel, """{"polyglot_notebook": {"kernelName": "pwsh"}}""", "ls", "This host runs C#; cell 2 is PowerShell.")]
    [InlineData(Kernel, """{"polyglot_notebook": {"kernelName": "sql-books"}}""", "select 1", "This host runs C#; cell 2 is sql-books.")]
    [InlineData(Kernel, """{"vscode": {"languageId": "python"}}""", "1", "This host runs C#; cell 2 is Python.")]
    [InlineData(Kernel, "{}", "#!fsharp\n1", "This host runs C#; cell 2 is F#.")]
    [InlineData(Kernel, "{}", "1\n#!mermaid\ngraph", "This host runs C#; cell 2 is Mermaid from line 2 on.")]
    public void It_is_refused_and_the_cell_is_named(string notebook, string cell, string source, string message)
    {
        var path = Write("n", notebook, cell, source, first: "Console.Write(1);");
        Assert.Contains(message, Assert.Throws<RunException>(() => Batch(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("python3", "Python")]
    [InlineData("julia-1.10", "Julia")]
    [InlineData("ir", "R")]
    public void A_notebook_that_names_only_a_kernel_is_in_the_language_of_that(string kernel, string language)
    {
        var path = Write("n", $$$"""{"kernelspec": {"name": "{{{kernel}}}", "display_name": "k"}}""", "{}", "1");
        Assert.Contains($"is a notebook in {language}", Assert.Throws<RunException>(() => Batch(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name": "scala213", "display_name": "Scala"}""", "'scala213' (Scala)")]
    [InlineData("""{"name": "rust"}""", "'rust'")]
    [InlineData("""{"name": "conda-env-ml-py", "display_name": "Python [conda env:ml]", "language": ""}""", "'conda-env-ml-py' (Python [conda env:ml])")]
    public void A_notebook_of_a_kernel_whose_language_nothing_tells_is_refused_by_its_name(string spec, string kernel)
    {
        var path = Write("n", $$"""{"kernelspec": {{spec}}}""", "{}", "1");
        Assert.Equal($"{path}: this host runs C#; the notebook is for the kernel {kernel}. If its code is C#, add \"language\": \"C#\" to its kernelspec.", Assert.Throws<RunException>(() => Batch(path)).Message);
    }

    [Fact]
    public void Where_its_other_cells_are_marked_as_C_sharp_the_cell_is_named()
    {
        var path = Write("n", """{"kernelspec": {"name": "rust"}}""", """{"polyglot_notebook": {"kernelName": "csharp"}}""", "1", first: "1");
        Assert.Equal($"{path}: This host runs C#; cell 1 is for the kernel 'rust'.", Assert.Throws<RunException>(() => Batch(path)).Message);
    }

    [Theory]
    [InlineData("polyglot_notebook", """{"kernelInfo": {"defaultKernelName": "fsharp"}}""")]
    [InlineData("dotnet_interactive", """{"defaultKernelName": "fsharp"}""")]
    public void Cells_are_in_the_language_that_a_notebook_of_dotnet_interactive_chose_for_them(string key, string chosen)
    {
        var metadata = $$"""{"kernelspec": {"name": ".net-csharp", "language": "C#"}, "{{key}}": {{chosen}}}""";
        Assert.Contains("is a notebook in F#", Assert.Throws<RunException>(() => Batch(Write("n", metadata, "{}", "1"))).Message, StringComparison.Ordinal);
        Assert.Single(Batch(Write("n", metadata, """{"polyglot_notebook": {"kernelName": "csharp"}}""", "1")).Targets);
    }

    [Theory]
    [InlineData("""{"dotnet_interactive": {"language": "fsharp"}}""", "#!csharp\n1")]
    [InlineData("""{"dotnet_interactive": {"language": "fsharp"}, "tags": ["skip-execution"]}""", "1")]
    [InlineData("""{"dotnet_interactive": {"language": "fsharp"}}""", "  \n")]
    public void Nothing_foreign_would_run(string cell, string source) => Assert.Single(Batch(Write("n", Kernel, cell, source, first: "1")).Targets);

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Cells_run_and_show_as_they_are_marked()
    {
        Write("n", LabelledPython, """{"dotnet_interactive": {"language": "html"}}""", "<b>hello</b>", first: "#!csharp\n1 + 1");
        Assert.Equal(0, (await NotebookFolder.Run(_folder.Path, "--out", _folder.Out)).ExitCode);
        Assert.Equal("2", NotebookFolder.Text(_folder.Outputs("n", 0)[0]!["data"]!["text/plain"]));
        Assert.Equal("<b>hello</b>", NotebookFolder.Text(_folder.Outputs("n", 1)[0]!["data"]!["text/html"]));
    }

    private NotebookBatch Batch(string path) => new(new RunRequest([path], _folder.Out, new Dictionary<string, string>(), null));

    private string Write(string name, string metadata, string cellMetadata, string source, string? first = null)
    {
        var cells = new JsonArray();
        if (first is not null)
            cells.Add(Cell("{}", first));
        cells.Add(Cell(cellMetadata, source));
        var path = Path.Combine(_folder.Path, name + ".ipynb");
        File.WriteAllText(path, new JsonObject { ["cells"] = cells, ["metadata"] = JsonNode.Parse(metadata), ["nbformat"] = 4, ["nbformat_minor"] = 4 }.ToJsonString());
        return path;
    }

    private static JsonObject Cell(string metadata, string source) =>
        new JsonObject { ["cell_type"] = "code", ["metadata"] = JsonNode.Parse(metadata), ["source"] = source, ["outputs"] = new JsonArray(), ["execution_count"] = null };
}
