using System.Text.Json.Nodes;
using NotebookHost.Notebook;

namespace NotebookHost.Tests.Notebook;

/// <summary>Files that nbconvert reads although they are not quite notebooks.</summary>
public sealed class ForeignNotebookTests
{
    [Theory]
    [InlineData("{\"data\": {\"application/json\": {\"a\": [NaN, Infinity, -Infinity, \"NaN\", \"\\\"Infinity\"]}, \"text/plain\": \"NaN\"}, \"metadata\": {\"w\": NaN}, \"output_type\": \"display_data\"}")]
    public void Numbers_that_only_Python_writes_are_read_and_written_as_they_were(string output)
    {
        var text = Notebook(Code("a", output));
        var document = NotebookDocument.Parse(text, "n");
        Assert.Equal(text, document.ToText());

        document.Metadata["new"] = 1;
        var written = document.ToText();
        Assert.Equal(written, NotebookDocument.Parse(written, "n").ToText());
        var lines = written.Split('\n').Select(line => line.Trim().TrimEnd(','));
        Assert.Equal(["NaN", "Infinity", "-Infinity", "\"NaN\"", "\"\\\"Infinity\""], lines.SkipWhile(line => line != "\"a\": [").Skip(1).Take(5));
        Assert.Contains("\"w\": NaN", lines);
    }

    [Theory]
    [InlineData("\"source\": \"\"", "\"source\": NaN", "$.cells[0].source is")]
    [InlineData("\"source\": \"\"", "\"source\": Nan", "invalid")]
    [InlineData("\"source\": \"\"", "\"source\": -NaN", "invalid")]
    public void Elsewhere_they_are_refused(string right, string wrong, string message)
    {
        var error = Assert.Throws<NotebookFormatException>(() => NotebookDocument.Parse(Notebook(Code("a")).Replace(right, wrong, StringComparison.Ordinal), "n"));
        Assert.Contains(message, error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_first_cell_of_an_id_keeps_it_and_the_others_get_ids_that_no_cell_has()
    {
        var text = Notebook(Code("a"), Code("a"), Code("cell-2"), Code("a"), Code("cell-5"), Code(null));
        var document = NotebookDocument.Parse(text, "n");
        var ids = document.Cells.Select(cell => cell.Id).ToList();
        Assert.Equal(("a", "cell-2", "cell-5"), (ids[0], ids[2], ids[4]));
        Assert.Equal(6, ids.Distinct().Count());
        Assert.Equal(ids, NotebookDocument.Parse(text, "n").Cells.Select(cell => cell.Id));
        Assert.Equal(text, document.ToText());

        document.Metadata["new"] = 1;
        Assert.Equal(ids, JsonNode.Parse(document.ToText())!["cells"]!.AsArray().Select(cell => (string)cell!["id"]!));
    }

    [Theory]
    [InlineData("\"ename\": \"\", \"evalue\": \"x\", \"traceback\": [null]", "", "x", 0)]
    [InlineData("\"ename\": \"E\", \"evalue\": \"x\"", "E", "x", 0)]
    [InlineData("\"ename\": \"E\", \"evalue\": \"x\", \"traceback\": null", "E", "x", 0)]
    [InlineData("\"ename\": null, \"traceback\": [\"a\", null, \"b\"]", "", "", 2)]
    [InlineData("\"ename\": \"E\", \"evalue\": \"x\", \"traceback\": \"a\\nb\"", "E", "x", 2)]
    [InlineData("\"ename\": \"E\", \"evalue\": \"x\", \"traceback\": []", "E", "x", 0)]
    public void An_error_without_its_trace_is_read(string error, string name, string value, int lines)
    {
        var text = Notebook(Code("a", $"{{\"output_type\": \"error\", {error}}}"));
        var document = NotebookDocument.Parse(text, "n");
        var read = Assert.IsType<ErrorOutput>(Assert.Single(Assert.IsType<CodeCell>(document.Cells[0]).Outputs));
        Assert.Equal((name, value, lines), (read.Name, read.Value, read.Traceback.Count));
        Assert.Equal(text, document.ToText());
    }

    private static string Code(string? id, params string[] outputs) =>
        $"{{\"cell_type\": \"code\", \"execution_count\": null, {(id is null ? "" : $"\"id\": \"{id}\", ")}\"metadata\": {{}}, \"outputs\": [{string.Join(", ", outputs)}], \"source\": \"\"}}";

    private static string Notebook(params string[] cells) => $"{{\n \"cells\": [{string.Join(", ", cells)}],\n \"metadata\": {{}},\n \"nbformat\": 4,\n \"nbformat_minor\": 5\n}}\n";
}
