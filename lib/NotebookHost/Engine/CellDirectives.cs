using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace NotebookHost.Engine;

/// <summary>
/// Follows the <c>#r</c>, <c>#i</c> and <c>#load</c> lines of a cell, and of the files it loads, before the compiler does: packages can be restored, and errors
/// say what to do.
/// </summary>
internal sealed partial class CellDirectives(CellSources sources, CellReferences references, CSharpParseOptions parseOptions)
{
    /// <summary>Adds every assembly that the tree or a file it loads references.</summary>
    /// <returns>The tree as the compiler takes it: without <c>#i</c>, and without <c>#r</c> below the first code, which .NET Interactive allows.</returns>
    /// <exception cref="CellErrorException">A line cannot be followed.</exception>
    public async Task<SyntaxTree> Follow(SyntaxTree tree, CancellationToken cancellationToken)
    {
        await Follow(tree, [], cancellationToken).ConfigureAwait(false);
        var root = tree.GetCompilationUnitRoot(cancellationToken);
        var firstCode = root.GetFirstToken().SpanStart; // the end where there is none
        var followed = Directives(root)
            .Where(directive => SourceOf(directive) is not null || (directive is ReferenceDirectiveTriviaSyntax && directive.SpanStart > firstCode))
            .Select(directive => new TextChange(directive.Span, new string(' ', directive.Span.Length)))
            .ToList();
        return followed.Count == 0 ? tree : tree.WithChangedText(tree.GetText(cancellationToken).WithChanges(followed));
    }

    private async Task Follow(SyntaxTree tree, HashSet<string> loaded, CancellationToken cancellationToken)
    {
        foreach (var directive in Directives(tree.GetCompilationUnitRoot(cancellationToken)))
        {
            try
            {
                if (directive is ReferenceDirectiveTriviaSyntax reference)
                    await references.Add(reference.File.ValueText, tree.FilePath, cancellationToken).ConfigureAwait(false);
                else if (SourceOf(directive) is { } source)
                    references.AddSource(source, tree.FilePath);
                else if (directive is LoadDirectiveTriviaSyntax load && Resolve(load, tree.FilePath) is { } path && loaded.Add(path))
                    await Follow(Parse(path, cancellationToken), loaded, cancellationToken).ConfigureAwait(false);
            }
            catch (DirectiveException e)
            {
                throw new CellErrorException(ErrorText.OfLine(directive.GetLocation(), e.Message));
            }
        }
    }

    /// <summary>What an <c>#i "…"</c> line names; the compiler knows no such line.</summary>
    private static string? SourceOf(DirectiveTriviaSyntax directive) =>
        directive is BadDirectiveTriviaSyntax && SourceLine().Match(directive.ToString()) is { Success: true } line ? line.Groups["source"].Value : null;

    [GeneratedRegex("""^#\s*i\s+"(?<source>[^"]*)"\s*$""")]
    private static partial Regex SourceLine();

    private static IEnumerable<DirectiveTriviaSyntax> Directives(CompilationUnitSyntax root) =>
        from trivia in root.DescendantTrivia(descendIntoTrivia: false)
        where trivia.IsDirective
        let directive = (DirectiveTriviaSyntax)trivia.GetStructure()!
        where directive.IsActive
        select directive;

    private string Resolve(LoadDirectiveTriviaSyntax load, string basePath) =>
        sources.ResolveReference(load.File.ValueText, basePath)
        ?? throw new DirectiveException($"There is no file {Path.GetFullPath(load.File.ValueText, sources.FolderOf(basePath))}.");

    private SyntaxTree Parse(string path, CancellationToken cancellationToken) =>
        CSharpSyntaxTree.ParseText(File.ReadAllText(path), parseOptions, path, cancellationToken: cancellationToken);
}
