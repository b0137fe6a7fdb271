using System.Text.Json.Nodes;
using NotebookHost.Notebook;
using NotebookHost.Running;

namespace NotebookHost.Tests.Running;

public sealed class NotebookParametersTests : IDisposable
{
    private readonly NotebookFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("string s = \"a\";", "s", "cifar-10", "s = \"cifar-10\";")]
    [InlineData("var s = \"a\";", "s", "a \"quoted\" \\ and\na new line", "s = \"a \\\"quoted\\\" \\\\ and\\na new line\";")]
    [InlineData("string? s = null;", "s", "{x}", "s = \"{x}\";")]
    [InlineData("int n = 20;", "n", "-56", "n = -56;")]
    [InlineData("var n = -1;", "n", "56", "n = 56;")]
    [InlineData("var x = 0.1;", "x", "5e-4", "x = 0.0005d;")]
    [InlineData("double x = 1;", "x", "2", "x = 2d;")]
    [InlineData("float x = 1;", "x", "0.25", "x = 0.25f;")]
    [InlineData("long n = 1;", "n", "3000000000", "n = 3000000000L;")]
    [InlineData("bool b = false, c = true;", "b", "True", "b = true;")]
    public void A_value_becomes_an_assignment_of_the_declared_type(string declaration, string name, string given, string assignment)
    {
        var document = Load("[parameters]" + declaration, "1");
        new NotebookParameters(document).Inject(new Dictionary<string, string> { [name] = given });
        var injected = document.Cells[1];
        Assert.Equal("// Parameters\n" + assignment, injected.Source);
        Assert.Equal(["injected-parameters"], injected.Tags);
    }

    [Theory]
    [InlineData("int n = 1;", "n", "1.5", "'1.5' is not a valid int")]
    [InlineData("bool b = true;", "b", "yes", "'yes' is not a valid bool")]
    [InlineData("var x = 1.0;", "x", "NaN", "'NaN' is not a valid double")]
    [InlineData("var d = DateTime.Now;", "d", "today", "cannot be set on the command line")]
    public void A_value_that_does_not_fit_is_refused_in_words(string declaration, string name, string given, string message)
    {
        var parameters = new NotebookParameters(Load("[parameters]" + declaration));
        var error = Assert.Throws<RunException>(() => parameters.Check(new Dictionary<string, string> { [name] = given }));
        Assert.Contains(message, error.Message);
    }

    [Fact]
    public void A_value_for_a_cell_that_is_skipped_is_refused_in_words()
    {
        var document = Load("[parameters]int p = 1;", "2");
        document.Cells[0].Metadata["tags"] = new JsonArray("parameters", "skip-execution");
        var parameters = new NotebookParameters(document);
        var error = Assert.Throws<RunException>(() => parameters.Check(new Dictionary<string, string> { ["p"] = "7" }));
        Assert.Equal("The parameter p cannot be set: the cell that declares it is tagged 'skip-execution' and will not run. Remove that tag, or leave out the value.", error.Message);
        parameters.Check(new Dictionary<string, string>());
    }

    [Fact]
    public void All_parameters_are_reported_with_the_values_they_have()
    {
        var parameters = new NotebookParameters(Load("[parameters]var profile = \"quick\"; // or \"full\"\nint seed = 1, width = 16;\ndouble rate = 0.1;"));
        Assert.Equal("""{"profile":"quick","seed":7,"width":16,"rate":-0.5}""", parameters.Inject(new Dictionary<string, string> { ["seed"] = "7", ["rate"] = "-0.5" }).ToJsonString());
    }

    [Fact]
    public void A_cell_injected_by_an_earlier_run_is_replaced()
    {
        var document = Load("[parameters]var n = 1;", "[injected-parameters]n = 2;", "n");
        new NotebookParameters(document).Inject(new Dictionary<string, string> { ["n"] = "3" });
        Assert.Equal(["var n = 1;", "// Parameters\nn = 3;", "n"], document.Cells.Select(cell => cell.Source));
    }

    [Fact]
    public void Without_values_nothing_is_injected()
    {
        var document = Load("[parameters]var n = 1;", "n");
        new NotebookParameters(document).Inject(new Dictionary<string, string> { ["other"] = "3" });
        Assert.Equal(2, document.Cells.Count);
    }

    private NotebookDocument Load(params string[] cells) => NotebookDocument.Load(_folder.Write("notebook", cells));
}
