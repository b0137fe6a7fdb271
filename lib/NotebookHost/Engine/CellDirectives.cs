using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace NotebookHost.Engine;

/// <summary>Follows the <c>#r</c> and <c>#load</c> lines of a cell, and of the files it loads, before the compiler does: packages can be restored, and errors say what to do.</summary>
internal sealed class CellDirectives(CellSources sources, CellReferences references, CSharpParseOptions parseOptions)
{
    /// <summary>Adds every assembly that the tree or a file it loads references.</summary>
    /// <exception cref="CellErrorException">A line cannot be followed.</exception>
    public Task Follow(SyntaxTree tree, CancellationToken cancellationToken) => Follow(tree, [], cancellationToken);

    private async Task Follow(SyntaxTree tree, HashSet<string> loaded, CancellationToken cancellationToken)
    {
        foreach (var directive in Directives(tree.GetCompilationUnitRoot(cancellationToken)))
        {
            try
            {
                if (directive is ReferenceDirectiveTriviaSyntax reference)
                    await references.Add(reference.File.ValueText, tree.FilePath, cancellationToken).ConfigureAwait(false);
                else if (directive is LoadDirectiveTriviaSyntax load && Resolve(load, tree.FilePath) is { } path && loaded.Add(path))
                    await Follow(Parse(path, cancellationToken), loaded, cancellationToken).ConfigureAwait(false);
            }
            catch (DirectiveException e)
            {
                throw new CellErrorException(ErrorText.OfLine(directive.GetLocation(), e.Message));
            }
        }
    }

    private static IEnumerable<DirectiveTriviaSyntax> Directives(CompilationUnitSyntax root) =>
        from trivia in root.GetLeadingTrivia().Concat(root.DescendantTrivia(descendIntoTrivia: false))
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
