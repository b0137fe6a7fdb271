using System.Text.Json.Nodes;
using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

/// <summary>What <c>#!import</c> brings into a notebook.</summary>
[Collection(CellsCollection.Name)]
public sealed class ImportTests : IDisposable
{
    private readonly CellRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("helper.csx", "#!import \"helper.csx\"")]
    [InlineData("helper.cs", "#!import helper.cs")]
    [InlineData("with blanks/helper.csx", "#!import \"with blanks/helper.csx\"")]
    public async Task A_script_runs_as_if_it_were_a_cell(string file, string line)
    {
        _run.Write(file, "static class Helper { public static string Say() => \"imported\"; }\nvar said = Helper.Say();");
        await _run.Run("Console.Write(1);\n" + line + "\nConsole.Write(said);", "Helper.Say()");
        Assert.Equal("imported", _run.PlainResult);
    }

    [Fact]
    public async Task The_code_of_a_notebook_runs_cell_by_cell()
    {
        Notebook("other/more.ipynb", ("var a = 1;", null), ("#!html\n<b/>", null), ("a += 1; a", "csharp"), ("<i/>", "html"));
        await _run.Run("#!import \"other/more.ipynb\"\na + 40");
        Assert.Equal("42", _run.PlainResult);
        Assert.Equal(3, _run.Events.OfType<DataDisplayed>().Count());
    }

    [Fact]
    public async Task Paths_in_an_imported_file_start_at_that_file()
    {
        _run.Write("setup/deeper/more.csx", "var more = 2;");
        _run.Write("setup/load.csx", "var loaded = 3;");
        _run.Write("setup/first.csx", "#load \"load.csx\"\nvar first = loaded;\n#!import \"deeper/more.csx\"");
        await _run.Run("#!import \"setup/first.csx\"", "first + more");
        Assert.Equal("5", _run.PlainResult);
    }

    [Fact]
    public async Task Html_and_markdown_are_shown()
    {
        _run.Write("a.html", "<b>a</b>");
        _run.Write("b.md", "# b");
        await _run.Run("#!import a.html\n#!import b.md");
        Assert.Equal(["text/html", "text/markdown"], _run.Events.Cast<DataDisplayed>().Select(shown => shown.Data.First().Key));
    }

    [Fact]
    public async Task Another_language_in_a_notebook_is_named_before_any_of_its_cells_runs()
    {
        Notebook("more.ipynb", ("Console.Write(1);", null), ("printfn \"2\"", "fsharp"));
        await _run.Try("#!import more.ipynb");
        Assert.Contains("cell 1 (1,1): This host runs C#; more.ipynb, cell 2 is F#.", _run.Traceback);
        Assert.Equal("", _run.Output);
    }

    [Fact]
    public async Task A_notebook_whose_language_nothing_tells_is_named_with_its_kernel()
    {
        _run.Write("more.ipynb", """{"cells": [{"cell_type": "code", "metadata": {}, "source": "1"}], "metadata": {"kernelspec": {"name": "rust"}}, "nbformat": 4, "nbformat_minor": 4}""");
        await _run.Try("#!import more.ipynb");
        Assert.Contains("This host runs C#; more.ipynb, cell 1 is for the kernel 'rust'.", _run.Traceback);
    }

    [Theory]
    [InlineData("none.ipynb", "There is no file")]
    [InlineData("a.fsx", "a.fsx is F#")]
    [InlineData("a.txt", "a.txt cannot be imported. This host imports notebooks (.ipynb), C# (.cs, .csx)")]
    [InlineData("bad.ipynb", "is not a notebook")]
    [InlineData("round.csx", "imports itself: round.csx → round.csx")]
    public async Task A_file_that_cannot_be_imported_is_named_with_the_reason(string file, string message)
    {
        _run.Write("a.fsx", "printfn 1");
        _run.Write("a.txt", "words");
        _run.Write("bad.ipynb", "{}");
        _run.Write("round.csx", "#!import round.csx");
        await _run.Try("#!import " + file);
        Assert.Contains(message, _run.Traceback);
    }

    [Fact]
    public async Task An_error_names_the_imported_file_and_its_line()
    {
        _run.Write("bad.csx", "var x = 1;\nunknown");
        await _run.Try("#!import bad.csx");
        Assert.Contains("bad.csx (2,1): error CS0103", _run.Traceback);
    }

    private void Notebook(string name, params (string Source, string? Language)[] cells)
    {
        static JsonObject Metadata(string? language) =>
            language is null ? [] : new JsonObject { ["polyglot_notebook"] = new JsonObject { ["kernelName"] = language } };
        var notebook = new JsonObject
        {
            ["cells"] = new JsonArray(
                [.. cells.Select(cell => new JsonObject { ["cell_type"] = "code", ["metadata"] = Metadata(cell.Language), ["source"] = cell.Source, ["outputs"] = new JsonArray(), ["execution_count"] = null })]),
            ["metadata"] = new JsonObject(),
            ["nbformat"] = 4,
            ["nbformat_minor"] = 4,
        };
        _run.Write(name, notebook.ToJsonString());
    }
}
