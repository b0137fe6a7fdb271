using NotebookHost.Assistance;
using NotebookHost.Engine;
using NotebookHost.Tests.Engine;

namespace NotebookHost.Tests.Assistance;

/// <summary>Completion and help in cells. A bar marks the cursor.</summary>
[Collection(CellsCollection.Name)]
public sealed class AssistanceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cells-").FullName;
    private readonly CSharpEngine _engine;
    private readonly CellWorkspace _workspace;

    public AssistanceTests()
    {
        _engine = new CSharpEngine(_folder);
        _workspace = new CellWorkspace(_engine);
    }

    public void Dispose()
    {
        _workspace.Dispose();
        _engine.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Members_of_a_variable_of_an_earlier_cell_are_completed()
    {
        await Run("var numbers = new List<int> { 1 };", "int Twice(int n) => 2 * n;");
        Assert.Equal(["AddRange", "Add"], (await Complete("numbers.Ad|")).Matches.Select(match => match.Text).OrderDescending().Where(text => text is "Add" or "AddRange"));
        Assert.Contains(new CellWorkspace.Match("Twice", "function"), (await Complete("1 + Tw|")).Matches);
    }

    [Fact]
    public async Task A_completion_replaces_what_was_typed()
    {
        var found = await Complete("var x = Math.Ma| + 1;");
        Assert.Equal((13, 15), (found.Start, found.End));
        Assert.Contains("Max", found.Matches.Select(match => match.Text));
    }

    [Theory]
    [InlineData("Math.Ma|", "Max", "function")]
    [InlineData("new[] { 1 }.Sele|", "Select", "function")]
    [InlineData("\"\".Leng|", "Length", "property")]
    public async Task A_name_is_of_a_kind_that_front_ends_know(string code, string name, string kind) =>
        Assert.Contains(new CellWorkspace.Match(name, kind), (await Complete(code)).Matches);

    [Fact]
    public async Task In_a_call_its_parameters_come_first_then_variables_and_there_are_few_hundred_names()
    {
        await Run("using static System.Linq.Expressions.Expression; var width = 32; int Layer(int channels, int stride = 1) => channels * stride;");
        var names = (await Complete("Layer(width, |")).Matches.Select(match => match.Text).ToList();

        Assert.Equal(["channels:", "stride:"], names[..2]);
        Assert.InRange(names.IndexOf("width"), 2, 10);
        Assert.Contains("Layer", names);
        Assert.Equal(CellWorkspace.MostOfScope, names.Count);
    }

    [Fact]
    public async Task After_a_dot_no_member_is_left_out()
    {
        var members = (await Complete("System.Linq.Expressions.Expression.|")).Matches.Select(match => match.Text).ToHashSet();
        Assert.Superset(typeof(System.Linq.Expressions.Expression).GetMethods().Where(method => method.IsStatic && !method.IsSpecialName).Select(method => method.Name).ToHashSet(), members);
    }

    [Fact]
    public async Task A_warm_up_beside_cells_and_questions_changes_no_answer()
    {
        var warming = Enumerable.Range(0, 3).Select(_ => Task.Run(new CodeInspection(_workspace).WarmUp)).ToList();
        for (var cell = 0; cell < 5; cell++)
        {
            await Run($"var value{cell} = {cell};");
            Assert.Contains($"value{cell}", (await Complete("val|")).Matches.Select(match => match.Text));
        }

        await Task.WhenAll(warming);
        Assert.Equal(["value0", "value1", "value2", "value3", "value4"], (await Complete("valu|")).Matches.Select(match => match.Text).Where(name => name.StartsWith("value", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("Math.Ma|x(1, 2)")]
    [InlineData("Math.Max(|")]
    [InlineData("Math.Max(1, |)")]
    [InlineData("Math.Max|")]
    public async Task Help_shows_the_method_under_the_cursor_or_around_it(string code) =>
        Assert.Contains("Math.Max(", await Describe(code));

    [Fact]
    public async Task Help_shows_the_summary_of_a_library_that_brings_its_documentation()
    {
        await Run("/// <summary>Doubles a number.</summary>\nint Twice(int n) => 2 * n;");
        Assert.Contains("Doubles a number.", await Describe("Twi|ce(3)"));
        Assert.Contains("Shows a value below the cell", await Describe("displ|ay(1)"));
    }

    [Fact]
    public async Task There_is_no_help_about_nothing()
    {
        Assert.Null(await Describe("unknown|"));
        Assert.Null(await Describe("|"));
    }

    [Theory]
    [InlineData("1 + 1", "complete")]
    [InlineData("int F()\n{\n", "incomplete")]
    [InlineData("Console.WriteLine(", "incomplete")]
    [InlineData("var = ;", "invalid")]
    public void A_console_is_told_whether_code_can_run(string code, string status) => Assert.Equal(status, (string?)CodeCompleteness.Of(code)["status"]);

    private async Task Run(params string[] cells)
    {
        foreach (var cell in cells)
            Assert.Equal(CellStatus.Succeeded, (await _engine.ExecuteAsync(cell, static _ => { })).Status);
    }

    private Task<CellWorkspace.Completions> Complete(string marked) => _workspace.Complete(marked.Replace("|", "", StringComparison.Ordinal), marked.IndexOf('|', StringComparison.Ordinal));

    private Task<string?> Describe(string marked) => new CodeInspection(_workspace).Describe(marked.Replace("|", "", StringComparison.Ordinal), marked.IndexOf('|', StringComparison.Ordinal));
}
