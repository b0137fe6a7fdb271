using System.Text.Json.Nodes;
using NotebookHost.Notebook;

namespace NotebookHost.Tests.Notebook;

public sealed class JupyterLayoutTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("notebook-host-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>In the layout of notebooks: sorted keys, one space of indentation, lines, non-ASCII as it is, small numbers as VS Code writes them; with keys nobody knows at every level.</summary>
    internal const string InLayout =
        """
        {
         "cells": [
          {
           "cell_type": "markdown",
           "id": "title-01",
           "metadata": {
            "unknown": [
             1,
             1e-7,
             true,
             null
            ]
           },
           "source": [
            "# Größe 🎓 of “kernels”\n",
            "\n",
            "Tab\tand \"quotes\" and \\ and \u001b"
           ]
          },
          {
           "attachments": {},
           "cell_type": "raw",
           "id": "raw-1",
           "metadata": {},
           "source": []
          },
          {
           "cell_type": "code",
           "execution_count": 3,
           "id": "code-1",
           "metadata": {
            "tags": [
             "parameters"
            ]
           },
           "outputs": [
            {
             "name": "stdout",
             "output_type": "stream",
             "text": [
              "one\n",
              "two"
             ]
            },
            {
             "data": {
              "application/json": {
               "a": [],
               "z": 1
              },
              "image/png": "iVBORw0KGgo=",
              "text/plain": [
               "x"
              ]
             },
             "execution_count": 3,
             "metadata": {
              "image/png": {
               "width": 10
              }
             },
             "output_type": "execute_result"
            },
            {
             "ename": "Exception",
             "evalue": "no",
             "output_type": "error",
             "traceback": [
              "\u001b[31mno\u001b[0m"
             ]
            }
           ],
           "source": [
            "var x = 1;"
           ],
           "unknown": "kept"
          }
         ],
         "metadata": {
          "kernelspec": {
           "display_name": ".NET (C#)",
           "language": "C#",
           "name": ".net-csharp"
          }
         },
         "nbformat": 4,
         "nbformat_minor": 5,
         "unknown": {}
        }

        """;

    [Theory]
    [InlineData(" ")]
    [InlineData("    ")]
    [InlineData("\t")]
    public void A_changed_notebook_is_laid_out_as_Jupyter_does_it_with_the_files_own_indentation(string indent)
    {
        var text = Indented(InLayout, indent);
        var document = NotebookDocument.Parse(text, "sample");
        document.Metadata["new"] = 1;
        var expected = Indented(InLayout.Replace("  }\n },\n \"nbformat\"", "  },\n  \"new\": 1\n },\n \"nbformat\"", StringComparison.Ordinal), indent);

        Assert.Equal(expected, document.ToText());
    }

    [Fact]
    public void A_byte_order_mark_does_not_hide_the_indentation()
    {
        var document = NotebookDocument.Parse('\uFEFF' + Indented(InLayout, "\t"), "sample");

        Assert.Equal(Indented(InLayout, "\t"), document.ToLaidOutText());
    }

    [Fact]
    public void A_notebook_older_than_4_5_gets_ids_the_same_each_time()
    {
        const string text = """
            {"cells": [{"cell_type": "markdown", "metadata": {}, "source": "a"}, {"cell_type": "markdown", "metadata": {}, "source": "a"}],
             "metadata": {}, "nbformat": 4, "nbformat_minor": 0}
            """;
        var document = NotebookDocument.Parse(text, "old");
        document.Metadata["new"] = 1;
        var written = JsonNode.Parse(document.ToText())!;

        Assert.Equal(2, document.Cells.Select(cell => cell.Id).Distinct().Count());
        Assert.Equal(document.Cells.Select(cell => cell.Id), NotebookDocument.Parse(text, "old").Cells.Select(cell => cell.Id));
        Assert.Equal(5, (int)written["nbformat_minor"]!);
        Assert.Equal(["cell_type", "id", "metadata", "source"], written["cells"]![0]!.AsObject().Select(member => member.Key));
    }

    [Theory]
    [InlineData("\"parameters\"", "7", "$.cells[2].metadata.tags[0] is 7; expected text")]
    [InlineData("1e-7", "\"\\ud800\"", "$.cells[0].metadata.unknown[1] contains half of a surrogate pair; expected Unicode text")]
    [InlineData("\"execution_count\": 3,\n   \"id\"", "\"execution_count\": -3,\n   \"id\"", "$.cells[2].execution_count is -3; expected a whole number or null")]
    public void What_Jupyter_would_refuse_is_refused_with_its_place(string right, string wrong, string message)
    {
        var error = Assert.Throws<NotebookFormatException>(() => NotebookDocument.Parse(InLayout.Replace(right, wrong, StringComparison.Ordinal), "bad"));
        Assert.Equal($"bad is not a notebook: {message}.", error.Message);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        var path = Path.Combine(_folder, "bad.ipynb");
        File.WriteAllBytes(path, [0x7b, 0xff, 0xfe]);

        Assert.Contains("found other bytes at 1", Assert.Throws<NotebookFormatException>(() => NotebookDocument.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_save_leaves_the_file_as_it_was()
    {
        var path = Path.Combine(_folder, "a.ipynb");
        File.WriteAllText(path, InLayout);
        var document = NotebookDocument.Load(path);
        document.Cells[0].Source = "\ud800 cannot be written as UTF-8";

        Assert.ThrowsAny<Exception>(() => document.Save(path));

        Assert.Equal(InLayout, File.ReadAllText(path));
        Assert.Single(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void Jupyters_own_validator_accepts_what_is_written_and_would_write_the_same_bytes()
    {
        Assert.SkipUnless(PythonNbformat.IsThere, "Python's nbformat is not installed (Debian: python3-nbformat)");
        var path = Path.Combine(_folder, "new.ipynb");
        OneOfEach().Save(path);

        Assert.Equal("", PythonNbformat.Validate(path));
        Assert.Equal(PythonNbformat.Rewrite(path), File.ReadAllText(path));
    }

    [Fact]
    public void Jupyter_writes_small_fractions_and_lines_that_end_otherwise_in_another_way_and_reads_the_same_from_both()
    {
        Assert.SkipUnless(PythonNbformat.IsThere, "Python's nbformat is not installed (Debian: python3-nbformat)");
        var path = Path.Combine(_folder, "new.ipynb");
        var document = OneOfEach();
        ((CodeCell)document.Cells[1]).Outputs.Add(new StreamOutput("stderr", "1 of 2\r2 of 2\n"));
        document.Metadata["smallest"] = 0.00005;
        document.Save(path);
        var text = File.ReadAllText(path);
        var rewritten = PythonNbformat.Rewrite(path);

        Assert.Contains("\"smallest\": 0.00005", text, StringComparison.Ordinal);
        Assert.Equal(
            text.Replace("0.00005", "5e-05", StringComparison.Ordinal).Replace(@"""1 of 2\r2 of 2\n""", "\"1 of 2\\r\",\n      \"2 of 2\\n\"", StringComparison.Ordinal),
            rewritten);
        Assert.Equal(text, NotebookDocument.Parse(rewritten, "rewritten").ToLaidOutText());
    }

    /// <summary>One of each kind of cell and output, as a program makes them.</summary>
    internal static NotebookDocument OneOfEach()
    {
        var code = new CodeCell { Source = "display(1);\n2", ExecutionCount = 1 };
        code.Outputs.Add(new StreamOutput("stdout", "10 %\n20 %\nüber 🎓\n"));
        code.Outputs.Add(new DisplayDataOutput(new() { ["image/png"] = "iVBORw0KGgo=", ["text/html"] = "<b>1</b>\n<i>2</i>", ["text/plain"] = "1" }, [], "not saved"));
        code.Outputs.Add(new ExecuteResultOutput(1, new() { ["application/vnd.plotly.v1+json"] = new JsonObject { ["data"] = new JsonArray() }, ["text/plain"] = "" }, []));
        code.Outputs.Add(new ErrorOutput("Exception", "no", ["line 1", "line 2"]));
        var document = new NotebookDocument();
        document.Metadata["kernelspec"] = new JsonObject { ["display_name"] = ".NET (C#)", ["language"] = "C#", ["name"] = ".net-csharp" };
        document.Cells.AddRange([new MarkdownCell { Source = "# Title\n\ntext" }, code, new RawCell { Source = "raw" }, new CodeCell()]);
        return document;
    }

    private static string Indented(string text, string indent) => string.Join('\n', text.Split('\n').Select(line =>
    {
        var content = line.TrimStart(' ');
        return string.Concat(Enumerable.Repeat(indent, line.Length - content.Length)) + content;
    }));
}
