using System.Text;
using System.Text.Json.Nodes;
using NotebookHost.Notebook;

namespace NotebookHost.Tests.Notebook;

public sealed class NotebookDocumentTests
{
    private const string Sample = """
        {
         "cells": [
          {"cell_type": "markdown", "id": "title", "metadata": {"own": [1, 2.50]}, "source": ["# Grüße\n", "text"]},
          {"cell_type": "code", "execution_count": 3, "id": "a-1", "metadata": {"tags": ["parameters"]}, "extra": null,
           "outputs": [
            {"name": "stdout", "output_type": "stream", "text": ["one\n", "two"]},
            {"data": {"text/plain": ["1"], "application/json": {"b": 1, "a": [true]}}, "execution_count": 3, "metadata": {}, "output_type": "execute_result", "unknown": 1},
            {"ename": "E", "evalue": "why", "output_type": "error", "traceback": ["at 1", "at 2"]}],
           "source": ["1 + 1"]}
         ],
         "metadata": {"kernelspec": {"language": "C#", "name": ".net-csharp", "display_name": ".NET (C#)"}},
         "nbformat": 4,
         "nbformat_minor": 5
        }
        """;

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    public void Nothing_changed_nothing_written_differently(string end) =>
        Assert.Equal(Sample + end, NotebookDocument.Parse(Sample + end, "sample").ToText());

    [Fact]
    public void A_change_keeps_everything_else()
    {
        var document = NotebookDocument.Parse(Sample, "sample");
        document.Cells[0].Source = "# New";
        var written = JsonNode.Parse(document.ToText())!;
        var expected = JsonNode.Parse(Sample)!;
        expected["cells"]![0]!["source"] = new JsonArray("# New");
        Assert.True(JsonNode.DeepEquals(expected, written), document.ToText());
        Assert.Contains("Grüße", NotebookDocument.Parse(Sample, "sample").ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Cells_and_outputs_are_read()
    {
        var document = NotebookDocument.Parse(Sample, "sample");
        Assert.Equal("C#", document.Language);
        Assert.Equal("# Grüße\ntext", Assert.IsType<MarkdownCell>(document.Cells[0]).Source);
        var code = Assert.IsType<CodeCell>(document.Cells[1]);
        Assert.Equal(["parameters"], code.Tags);
        Assert.Equal("one\ntwo", Assert.IsType<StreamOutput>(code.Outputs[0]).Text);
        Assert.Equal(3, Assert.IsType<ExecuteResultOutput>(code.Outputs[1]).ExecutionCount);
        Assert.Equal(["at 1", "at 2"], Assert.IsType<ErrorOutput>(code.Outputs[2]).Traceback);
    }

    [Theory]
    [InlineData("\"nbformat\": 4", "\"nbformat\": 3", "'nbformat' is 3; expected 4. Older notebooks are converted by: jupyter nbconvert --to notebook FILE.")]
    [InlineData("\"cell_type\": \"code\"", "\"cell_type\": \"poem\"", "$.cells[1].cell_type is \"poem\"")]
    [InlineData("\"source\": [\"1 + 1\"]", "\"source\": 11", "$.cells[1].source is 11; expected text")]
    [InlineData("\"metadata\": {}", "\"metadata\": {}, \"metadata\": {}", "sample is not a notebook: $.cells[1].outputs[1] has the same key twice; expected each key once.")]
    public void What_is_wrong_is_named_with_its_place(string old, string broken, string message)
    {
        var error = Assert.Throws<NotebookFormatException>(() => NotebookDocument.Parse(Sample.Replace(old, broken, StringComparison.Ordinal), "sample"));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("one\\n", true)] // in an output
    [InlineData("1 + 1", false)]
    public void A_byte_that_is_no_text_matters_where_it_is_kept(string where, bool isRead)
    {
        var path = Path.GetTempFileName();
        try
        {
            var (before, after) = (Sample[..Sample.IndexOf(where, StringComparison.Ordinal)], Sample[Sample.IndexOf(where, StringComparison.Ordinal)..]);
            File.WriteAllBytes(path, [.. System.Text.Encoding.UTF8.GetBytes(before), 0xE9, .. System.Text.Encoding.UTF8.GetBytes(after)]);
            Assert.Throws<NotebookFormatException>(() => NotebookDocument.Load(path));
            Assert.Equal(isRead, Record.Exception(() => NotebookDocument.LoadToRun(path)) is null);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_run_says_of_a_file_in_UTF_16_what_others_say_of_it()
    {
        Assert.All(Refusals([.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(Sample)]), refusal => Assert.EndsWith("is not a notebook: expected UTF-8 text, found other bytes at 0.", refusal, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"nbformat\": 4", "\"nbformat\": 4, \"nbformat\": 4", "$")]
    [InlineData("\"tags\": [", "\"tags\": [], \"tags\": [", "$.cells[1].metadata")]
    [InlineData("\"own\": [", "\"own\": {\"a\": 1, \"a\": 1}, \"other\": [", "$.cells[0].metadata.own")]
    public void A_run_says_of_a_key_twice_where_it_is(string once, string twice, string place)
    {
        var file = Encoding.UTF8.GetBytes(Sample.Replace(once, twice, StringComparison.Ordinal));
        Assert.All(Refusals(file), refusal => Assert.EndsWith($"is not a notebook: {place} has the same key twice; expected each key once.", refusal, StringComparison.Ordinal));
    }

    [Fact]
    public void Saving_replaces_the_file_as_a_whole()
    {
        var folder = Directory.CreateTempSubdirectory("notebook-host-").FullName;
        try
        {
            var path = Path.Combine(folder, "a.ipynb");
            File.WriteAllText(path, "old");
            NotebookDocument.Parse(Sample, "sample").Save(path);
            Assert.Equal(Sample, File.ReadAllText(path));
            Assert.Single(Directory.GetFiles(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Why a file is refused, to be read and to be run.</summary>
    private static List<string> Refusals(byte[] file)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, file);
            Func<string, NotebookDocument>[] ways = [NotebookDocument.Load, NotebookDocument.LoadToRun];
            return [.. ways.Select(load => Assert.Throws<NotebookFormatException>(() => load(path)).Message)];
        }
        finally
        {
            File.Delete(path);
        }
    }
}
