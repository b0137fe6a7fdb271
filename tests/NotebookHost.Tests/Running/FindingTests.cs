using System.Text.Json.Nodes;
using NotebookHost.Running;
using static NotebookHost.Tests.Publishing.Executed;

namespace NotebookHost.Tests.Running;

/// <summary>What was found, in a few lines at the end of a run.</summary>
public sealed class FindingTests
{
    [Fact]
    public void Subjects_stand_together_by_what_came_of_them()
    {
        var document = Document(Tagged("verdict", "", Shown(Told("C3", "no")), Shown(Told("C1", "yes"))), Tagged("verdict", "", Shown(Told("C2", "no"))));
        Assert.Equal(["yes: C1", "no: C2, C3"], Finding.Summary([.. Finding.In("a", document)]));
    }

    [Fact]
    public void A_finding_that_NET_Interactive_stored_as_a_text_is_one()
    {
        JsonNode[] stored = ["""{"subject": "C1", "outcome": "yes"}""", new JsonArray("{\"subject\": \"C2\",\n", "\"outcome\": \"yes\"}")];
        Assert.Equal(["yes: C1, C2"], Finding.Summary([.. Finding.In("n", Document(Tagged("verdict", "", [.. stored.Select(text => Shown((Finding.MimeType, text)))])))]));
    }

    [Fact]
    public void Other_outputs_say_it_in_their_own_words()
    {
        var document = Document(
            Tagged("verdict", "", Shown(("text/html", "<p><b>This</b> &amp;\n that</p>"), ("text/plain", "<p><b>This</b> &amp;\n that</p>"))),
            Tagged("verdict", "", Shown(("text/html", "<table>…</table>"), ("text/plain", "a table"))),
            Tagged("verdict", "", Shown(("text/html", "<table>…</table>"), ("text/plain", new string('t', 101)))),
            Tagged("verdict", "", Stream("stdout", "two\n  lines\n"), Stream("stderr", "not this")),
            Tagged("verdict", "", Stream("stdout", " \n")),
            Code("", Stream("stdout", "nor this")));
        Assert.Equal(["n: This & that", "n: a table", "n: two lines"], Finding.Summary([.. Finding.In("n", document)]));
    }

    [Fact]
    public void There_are_never_more_than_five_lines_and_none_is_long()
    {
        var findings = Enumerable.Range(1, 7).Select(number => new Finding($"n{number}", null, new string('w', 200))).Append(new Finding("x", "C1", "yes")).ToList();
        var lines = Finding.Summary(findings);
        Assert.Equal(5, lines.Count);
        Assert.Equal(("yes: C1", "and 4 more in the reports"), (lines[0], lines[^1]));
        Assert.All(lines, line => Assert.True(line.Length <= 101));
    }

    [Fact]
    public void What_is_no_finding_is_not_taken_for_one()
    {
        JsonNode[] strange = [1, "C1", "[1]", "{", new JsonArray(), new JsonObject(), new JsonObject { ["subject"] = 1, ["outcome"] = "yes" }];
        Assert.All(strange, content => Assert.Equal(["n: words"], Finding.Summary([.. Finding.In("n", Document(Tagged("verdict", "", Shown((Finding.MimeType, content), ("text/plain", "words")))))])));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_run_ends_with_what_was_found_and_where_the_pages_are()
    {
        using var folder = new NotebookFolder();
        folder.Write("a", "[verdict]Console.WriteLine(\"six of nine\");");
        var (exit, output, error) = await NotebookFolder.Run(folder.Path, "--out", folder.Out);
        Assert.Equal((0, ""), (exit, error));
        Assert.EndsWith($"Found:\n  a: six of nine\nReports: {Path.Combine(folder.Out, "index.html")}\n", output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    private static (string, JsonNode) Told(string subject, string outcome) => (Finding.MimeType, new JsonObject { ["subject"] = subject, ["outcome"] = outcome });
}
