using System.Text.RegularExpressions;
using NotebookHost.Notebook;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Running;

/// <summary>The C# within the exercises of a notebook compiles below the notebook's cells.</summary>
public sealed partial class ExerciseCodeTests
{
    private static readonly string s_folder = Path.Combine(RepositoryRoot.Path, "notebooks");

    public static TheoryData<string> Notebooks => [.. Directory.EnumerateFiles(s_folder, "*.ipynb").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Notebooks))]
    public async Task Calls_and_assignments_in_exercises_compile_after_the_cells(string name)
    {
        var document = NotebookDocument.Load(Path.Combine(s_folder, name));
        var cells = new CompiledCells(s_folder);
        foreach (var (index, cell) in document.Cells.OfType<CodeCell>().Index())
            await cells.Add(cell.Source, FormattableString.Invariant($"code cell {index + 1}"));
        Assert.True(cells.Errors.Length == 0, cells.Errors);

        var statements = Statements(document.Cells[^1].Source).ToList();
        Assert.NotEmpty(statements);
        foreach (var statement in statements)
            await cells.Add(statement, statement);
        Assert.True(cells.Errors.Length == 0, cells.Errors);
    }

    [Fact]
    public void Names_options_and_parameters_are_not_statements() => Assert.Equal(
        ["x = 3", "f(x).y", "using (a()) { b = c(); }"],
        Statements("With `x = 3`, is `f(x).y` an `x.shape`?\n`using (a()) { b = c(); }` Try `-p x=y`, `-p names=\"a (b)\"`, `depth: 20`, `layer1.0.conv1` and `n`."));

    /// <summary>The inline code that calls or assigns something. A name has neither; what begins with a dash is an option of a command. A cell may end without a semicolon, so each is a cell as it stands.</summary>
    private static IEnumerable<string> Statements(string markdown) =>
        from Match span in InlineCode().Matches(markdown)
        let code = span.Groups["code"].Value
        where !code.StartsWith('-') && (code.Contains('(', StringComparison.Ordinal) || code.Contains(" = ", StringComparison.Ordinal))
        select code;

    [GeneratedRegex("`(?<code>[^`]+)`")]
    private static partial Regex InlineCode();
}
