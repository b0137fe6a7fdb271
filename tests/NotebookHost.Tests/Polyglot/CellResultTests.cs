using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using NotebookHost.Notebook;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Polyglot;

/// <summary>.NET Interactive takes any <c>return</c> below a statement of a cell for the cell's result, also in a function declared in a block, and shows &lt;null&gt; when there is none.</summary>
public sealed class CellResultTests
{
    public static TheoryData<string> Notebooks => [.. Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "notebooks"), "*.ipynb").Select(file => Path.GetFileName(file)).Order()];

    [Theory]
    [MemberData(nameof(Notebooks))]
    public void No_cell_has_a_return_below_a_statement(string name)
    {
        var cells = NotebookDocument.Load(Path.Combine(RepositoryRoot.Path, "notebooks", name)).Cells.OfType<CodeCell>();
        Assert.Empty(cells.SelectMany(cell => Returns(cell.Source)));
    }

    [Theory]
    [InlineData("{ int Twice(int n) { return 2 * n; } Console.Write(Twice(2)); }", 1)]
    [InlineData("int Twice(int n) { return 2 * n; }\nConsole.Write(Twice(2));", 0)]
    [InlineData("class Twice { int Of(int n) { return 2 * n; } }", 0)]
    public void A_function_of_the_cell_itself_or_of_a_class_is_none(string code, int returns) => Assert.Equal(returns, Returns(code).Count());

    private static IEnumerable<string> Returns(string code) =>
        CSharpSyntaxTree.ParseText(code, new CSharpParseOptions(LanguageVersion.Latest, kind: SourceCodeKind.Script)).GetRoot().ChildNodes().OfType<GlobalStatementSyntax>()
            .SelectMany(statement => statement.DescendantNodes().OfType<ReturnStatementSyntax>()).Select(found => found.ToString());
}
