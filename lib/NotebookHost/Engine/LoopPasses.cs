using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace NotebookHost.Engine;

/// <summary>
/// Makes every loop of a cell call <see cref="CellLoop.Pass"/>. The runtime aborts a thread only at a safe point and waits for one with all threads suspended; a loop
/// without any call may have none, and the process would hang.
/// </summary>
internal static class LoopPasses
{
    private const string Call = $"global::{nameof(NotebookHost)}.{nameof(Engine)}.{nameof(CellLoop)}.{nameof(CellLoop.Pass)}();";

    /// <summary>The same code with the calls, each on a line that was there, so that all line numbers stay; the same tree where there is no loop or a syntax error.</summary>
    public static SyntaxTree Insert(SyntaxTree tree)
    {
        if (tree.GetDiagnostics().Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error))
            return tree; // the calls could complete what is unfinished: a bare "while (true)" would run for ever instead of being an error
        var insertions = new SortedDictionary<int, string>();
        foreach (var node in tree.GetRoot().DescendantNodes())
        {
            if (node is LabeledStatementSyntax label) // what goto returns to
                insertions.Add(label.ColonToken.Span.End, Call);
            else if (BodyOf(node) is BlockSyntax block)
                insertions.Add(block.OpenBraceToken.Span.End, Call);
            else if (BodyOf(node) is { } single)
            {
                insertions.Add(single.SpanStart, $"{{{Call}");
                insertions[single.Span.End] = insertions.GetValueOrDefault(single.Span.End) + "}"; // loops in each other can end at one place
            }
        }
        return insertions.Count == 0
            ? tree
            : tree.WithChangedText(tree.GetText().WithChanges(insertions.Select(insertion => new TextChange(new TextSpan(insertion.Key, 0), insertion.Value))));
    }

    private static StatementSyntax? BodyOf(SyntaxNode node) => node switch
    {
        WhileStatementSyntax loop => loop.Statement,
        DoStatementSyntax loop => loop.Statement,
        ForStatementSyntax loop => loop.Statement,
        CommonForEachStatementSyntax loop => loop.Statement,
        _ => null,
    };
}
