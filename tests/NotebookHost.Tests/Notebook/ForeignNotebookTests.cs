using System.Text.Json.Nodes;
using NotebookHost.Notebook;
using NotebookHost.Publishing;

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

    [Theory]
    [InlineData("""{"output_type": "stream", "text": "x"}""", "stdout: x")]
    [InlineData("""{"output_type": "stream", "name": "stderr", "text": null}""", "stderr: ")]
    [InlineData("""{"output_type": "stream", "name": "stdout", "text": ["a", 1, null, 2.5]}""", "stdout: a12.5")]
    [InlineData("""{"output_type": "stream", "name": "stdout", "text": "a\ud83db \ud83d\ude00 \uDE00"}""", "stdout: a\ufffdb 😀 \ufffd")]
    [InlineData("""{"output_type": "display_data", "data": {"text/html": null, "text/plain": 42}}""", "text/plain=42")]
    [InlineData("""{"output_type": "display_data", "data": {"text/html": ["<b>x</b>", null]}, "metadata": null}""", "text/html=<b>x</b>")]
    [InlineData("""{"output_type": "update_display_data", "data": {"text/plain": "x"}, "metadata": {}}""", "text/plain=x")]
    [InlineData("""{"output_type": "display_data", "data": {"application/vnd.foo": {"a": 1}, "text/plain": {"a": 1}}, "metadata": {}}""", "application/vnd.foo={\"a\":1}, text/plain={\n  \"a\": 1\n}")]
    [InlineData("""{"output_type": "execute_result", "execution_count": "3", "data": {"text/plain": "x"}}""", "[3] text/plain=x")]
    [InlineData("""{"output_type": "execute_result", "execution_count": 3.0, "data": {"text/plain": true}}""", "[3] text/plain=true")]
    [InlineData("""{"output_type": "error", "ename": "E", "evalue": 3, "traceback": [1, "b"]}""", "E: 3: 1|b")]
    public void An_output_that_is_not_quite_one_is_read_as_it_is_meant(string output, string read)
    {
        var text = Notebook(Code("a", output));
        var document = NotebookDocument.Parse(text, "n");
        Assert.Equal(read, Describe(Assert.Single(Outputs(document))));
        Assert.Equal(text, document.ToText());

        document.Metadata["new"] = 1;
        Assert.Equal(read, Describe(Assert.Single(Outputs(NotebookDocument.Parse(document.ToText(), "n")))));
    }

    [Theory]
    [InlineData("null", " is missing or null; expected an object")]
    [InlineData("3", " is 3; expected an object")]
    [InlineData("""{"text": 3}""", ".output_type is missing or null; expected text")]
    [InlineData("""{"output_type": "pyout", "text": 3}""", ".output_type is \"pyout\"; expected 'stream', 'display_data', 'execute_result' or 'error'")]
    [InlineData("""{"output_type": "stream", "name": "stdout", "text": {}}""", ".text is an object; expected text")]
    [InlineData("""{"output_type": "display_data", "metadata": {}}""", ".data is missing or null; expected an object")]
    [InlineData("""{"output_type": "display_data", "data": {"image/png": {}}, "metadata": {}}""", ".data['image/png'] is an object; expected text")]
    [InlineData("""{"output_type": "error", "ename": "E", "evalue": {}, "traceback": []}""", ".evalue is an object; expected text")]
    public void An_output_that_cannot_be_read_is_a_note_in_its_place_and_the_rest_is_shown(string output, string why)
    {
        var text = Notebook(Code("a", output, """{"output_type": "stream", "name": "stdout", "text": "the rest"}"""));
        var document = NotebookDocument.Parse(text, "n");
        Assert.Equal([$"text/plain=An output of this cell could not be read: $.cells[0].outputs[0]{why}.", "stdout: the rest"], Outputs(document).Select(output => Describe(output)));
        var page = new NotebookPage("n", document).ToHtml();
        Assert.Contains("An output of this cell could not be read", page, StringComparison.Ordinal);
        Assert.Contains("the rest", page, StringComparison.Ordinal);
        Assert.Equal(text, document.ToText());

        document.Metadata["new"] = 1;
        var written = JsonNode.Parse(document.ToText())!["cells"]![0]!["outputs"]![0];
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(output), written), written?.ToJsonString());
    }

    [Theory]
    [InlineData("3", "3")]
    [InlineData("\"words\"", "\"words\"")]
    [InlineData("""{"output_type": "stream", "name": "stdout", "text": ["x"]}""", "an object")]
    public void Outputs_that_are_not_a_list_are_a_note_and_are_written_back_as_one_output(string outputs, string found)
    {
        var text = Notebook(Code("a").Replace("\"outputs\": []", $"\"outputs\": {outputs}", StringComparison.Ordinal));
        var document = NotebookDocument.Parse(text, "n");
        Assert.Equal($"text/plain=An output of this cell could not be read: $.cells[0].outputs is {found}; expected a list.", Describe(Assert.Single(Outputs(document))));
        Assert.Equal(text, document.ToText());

        document.Metadata["new"] = 1;
        var written = Assert.Single(JsonNode.Parse(document.ToText())!["cells"]![0]!["outputs"]!.AsArray());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(outputs), written), written?.ToJsonString());
    }

    [Fact]
    public void Half_of_a_surrogate_pair_in_a_key_within_an_output_is_replaced_and_the_keys_keep_their_order()
    {
        var text = Notebook(Code("a", """{"output_type": "display_data", "data": {"application/json": {"a\ud83d": 1, "a\ufffd": "\ud83d", "b": 3}}, "metadata": {}}"""));
        var document = NotebookDocument.Parse(text, "n");
        var shown = Assert.IsType<DisplayDataOutput>(Assert.Single(Outputs(document))).Data["application/json"]!.AsObject();
        Assert.Equal(["a\ufffd\ufffd", "a\ufffd", "b"], shown.Select(member => member.Key));
        Assert.Equal("\ufffd", (string?)shown["a\ufffd"]);
        Assert.Equal(text, document.ToText());
    }

    [Theory]
    [InlineData("\"execution_count\": \"3\", \"metadata\": {}, \"outputs\": []")]
    [InlineData("\"execution_count\": 3.0, \"metadata\": {}, \"outputs\": []")]
    [InlineData("\"execution_count\": 3")]
    [InlineData("\"execution_count\": 3, \"metadata\": null, \"outputs\": null")]
    [InlineData("\"execution_count\": 3, \"metadata\": {\"tags\": null}, \"outputs\": []")]
    public void A_cell_that_lacks_what_nbformat_asks_for_is_read(string members)
    {
        var text = Notebook($"{{\"cell_type\": \"code\", \"id\": \"a\", {members}, \"source\": \"1\"}}");
        var document = NotebookDocument.Parse(text, "n");
        var cell = Assert.IsType<CodeCell>(Assert.Single(document.Cells));
        Assert.Equal(((int?)3, "1"), (cell.ExecutionCount, cell.Source));
        Assert.Empty(cell.Outputs);
        Assert.Empty(cell.Tags);
        Assert.Equal(text, document.ToText());
    }

    [Fact]
    public void An_id_that_nbformat_warns_of_becomes_one_that_no_cell_has()
    {
        foreach (var id in new[] { "\"cell 1!\"", $"\"{new string('a', 80)}\"", "\"\"", "5", "null" })
        {
            var text = Notebook(Code("bad").Replace("\"bad\"", id, StringComparison.Ordinal), Code("cell-1"));
            var document = NotebookDocument.Parse(text, "n");
            Assert.Equal(["cell-2", "cell-1"], document.Cells.Select(cell => cell.Id));
            Assert.Equal(text, document.ToText());

            document.Metadata["new"] = 1;
            Assert.Equal(["cell-2", "cell-1"], JsonNode.Parse(document.ToText())!["cells"]!.AsArray().Select(cell => (string)cell!["id"]!));
        }
    }

    [Theory]
    [InlineData("", 5)]
    [InlineData(",\n \"nbformat_minor\": null", 5)]
    [InlineData(",\n \"nbformat_minor\": 2", 5)]
    [InlineData(",\n \"nbformat_minor\": 6", 6)]
    [InlineData(",\n \"nbformat_minor\": 12", 12)]
    public void A_missing_minor_version_is_the_first_and_a_later_one_is_written_back(string minor, int written)
    {
        var text = Notebook(Code("a")).Replace(",\n \"nbformat_minor\": 5", minor, StringComparison.Ordinal);
        var document = NotebookDocument.Parse(text, "n");
        Assert.Equal(text, document.ToText());

        document.Metadata["new"] = 1;
        Assert.Equal(written, (int)JsonNode.Parse(document.ToText())!["nbformat_minor"]!);
    }

    [Fact]
    public void Lists_two_hundred_deep_are_read_and_written()
    {
        var deep = new string('[', 200) + new string(']', 200);
        var document = NotebookDocument.Parse(Notebook(Code("a", $"{{\"data\": {{\"application/json\": {deep}}}, \"metadata\": {{}}, \"output_type\": \"display_data\"}}")), "n");
        document.Metadata["new"] = 1;
        Assert.Equal($"application/json={deep}", Describe(Assert.Single(Outputs(NotebookDocument.Parse(document.ToText(), "n")))));
    }

    private static List<CellOutput> Outputs(NotebookDocument document) => Assert.IsType<CodeCell>(Assert.Single(document.Cells)).Outputs;

    private static string Describe(CellOutput output) => output switch
    {
        StreamOutput stream => $"{stream.Name}: {stream.Text}",
        DisplayDataOutput shown => Describe(shown.Data),
        ExecuteResultOutput result => $"[{result.ExecutionCount}] {Describe(result.Data)}",
        ErrorOutput error => $"{error.Name}: {error.Value}: {string.Join('|', error.Traceback)}",
        _ => output.GetType().Name,
    };

    private static string Describe(JsonObject data) => string.Join(", ", data.Select(entry => $"{entry.Key}={MultilineText.TryJoin(entry.Value) ?? entry.Value?.ToJsonString()}"));

    private static string Code(string? id, params string[] outputs) =>
        $"{{\"cell_type\": \"code\", \"execution_count\": null, {(id is null ? "" : $"\"id\": \"{id}\", ")}\"metadata\": {{}}, \"outputs\": [{string.Join(", ", outputs)}], \"source\": \"\"}}";

    private static string Notebook(params string[] cells) => $"{{\n \"cells\": [{string.Join(", ", cells)}],\n \"metadata\": {{}},\n \"nbformat\": 4,\n \"nbformat_minor\": 5\n}}\n";
}
