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
    public async Task Where_nothing_is_typed_types_of_the_notebooks_imports_and_keywords_come_before_the_other_methods()
    {
        await Run("using System.Numerics; using static System.Linq.Expressions.Expression;");
        var names = (await Complete("|")).Matches.Select(match => match.Text).ToList();

        Assert.Equal(CellWorkspace.MostOfScope, names.Count);
        Assert.Superset(new HashSet<string> { nameof(System.Numerics.BigInteger), nameof(System.Numerics.Complex), "foreach", "var" }, names.ToHashSet());
        Assert.InRange(names.IndexOf("AddAssignChecked"), names.IndexOf("var"), int.MaxValue);
    }

    [Fact]
    public async Task A_full_stop_that_ends_a_comment_is_no_dot() =>
        Assert.Equal(CellWorkspace.MostOfScope, (await Complete("// Zero each layer.\n|")).Matches.Count);

    [Fact]
    public async Task Of_a_name_that_is_begun_none_that_fits_is_left_out()
    {
        await Run(string.Concat(Enumerable.Range(0, CellWorkspace.MostOfScope + 1).Select(number => $"int Zero{number:000}() => {number}; ")));

        Assert.Superset(
            Enumerable.Range(0, CellWorkspace.MostOfScope + 1).Select(number => $"Zero{number:000}").ToHashSet(),
            (await Complete("Zer|")).Matches.Select(match => match.Text).ToHashSet());
    }

    [Theory]
    [InlineData("System.Linq.Expressions.Expression.|")]
    [InlineData("System.Linq.Expressions.Expression.\n    |")]
    [InlineData("System.Linq.Expressions.Expression. // one of\n    |\nvar next = 1;")]
    public async Task After_a_dot_no_member_is_left_out(string code)
    {
        var members = (await Complete(code)).Matches.Select(match => match.Text).ToHashSet();
        Assert.Superset(typeof(System.Linq.Expressions.Expression).GetMethods().Where(method => method.IsStatic && !method.IsSpecialName).Select(method => method.Name).ToHashSet(), members);
    }

    [Fact]
    public async Task A_warm_up_beside_cells_and_questions_changes_no_answer()
    {
        for (var library = 0; library < 5; library++)
            AssemblyFile.Build(Path.Combine(_folder, $"Library{library}.dll"), $"public static class Library{library} {{ public const int Value = {library}; }}");
        var warming = Enumerable.Range(0, 3).Select(_ => Task.Run(new CodeInspection(_workspace).WarmUp)).ToList();
        for (var cell = 0; cell < 5; cell++)
        {
            await Run($"#r \"Library{cell}.dll\"\nvar value{cell} = Library{cell}.Value;");
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
